"""Alembic's entry point: runs the migrations against the installation's records."""

from alembic import context

from records.models import Base
from records.settings import settings
from records.store import Store


def run() -> None:
    """Migrate to the asked revision, inside one transaction where the database can."""
    store = context.config.attributes.get("store") or Store(settings().records_url)
    with store.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=store.is_sqlite,
            compare_type=True,
            user_module_prefix="base.",
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
