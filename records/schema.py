"""Bringing a database to the present schema, and writing new migrations.

`python -m records.schema upgrade` is safe to repeat; `python -m records.schema revise "what changed"`
writes a migration from the difference between models and database.
"""

import argparse
from pathlib import Path

from alembic import command
from alembic.config import Config

from records.settings import settings
from records.store import Store

MIGRATIONS = Path(__file__).with_name("migrations")


def upgrade(store: Store) -> None:
    """Migrate `store` to the newest revision."""
    command.upgrade(_config(store), "head")


def revise(store: Store, message: str) -> None:
    """Write a migration that takes `store`, now at the newest revision, to the models as they are."""
    command.revision(_config(store), message, autogenerate=True)


def _config(store: Store) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["store"] = store
    return config


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    tasks = parser.add_subparsers(dest="task", required=True)
    tasks.add_parser("upgrade")
    tasks.add_parser("revise").add_argument("message")
    arguments = parser.parse_args()
    store = Store(settings().records_url)
    if arguments.task == "upgrade":
        upgrade(store)
    else:
        revise(store, arguments.message)


if __name__ == "__main__":
    main()
