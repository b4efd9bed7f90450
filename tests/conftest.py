"""What several rings of tests use: a turned clock, databases of both kinds, a running centre."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from records.clock import ManualClock
from records.models import Base
from records.store import Store
from tests import postgres

if TYPE_CHECKING:
    from bench.stack import Stack

os.environ.setdefault("CODE_KEY", "key of the tests for one-time codes and links")
"""Code that is handed no secrets finds this one, and makes none in the working folder."""

START = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
"""A Monday noon in the centre's time zone."""


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database on SQLite, closed, to be copied: making the schema costs more than most tests."""
    path = tmp_path_factory.mktemp("empty") / "records.db"
    store = Store(f"sqlite:///{path}")
    Base.metadata.create_all(store.engine)
    store.close()
    return path


@pytest.fixture
def store(empty: Path, tmp_path: Path) -> Iterator[Store]:
    """An empty database on SQLite."""
    store = Store(f"sqlite:///{shutil.copy(empty, tmp_path)}")
    yield store
    store.close()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    with postgres.running() as url:
        store = Store(url)
        Base.metadata.create_all(store.engine)
        store.close()
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def any_store(request: pytest.FixtureRequest, empty: Path, tmp_path: Path) -> Iterator[Store]:
    """An empty database, once of each kind."""
    if request.param == "sqlite":
        store = Store(f"sqlite:///{shutil.copy(empty, tmp_path / 'any.db')}")
    else:
        store = Store(request.getfixturevalue("postgres_url"))
        _forget_everything(store)
    yield store
    store.close()


def _forget_everything(store: Store) -> None:
    tables = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
    with store.writing() as session:
        session.execute(text(f"TRUNCATE {tables} RESTART IDENTITY"))


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Stack"]:
    """A whole running centre with the demonstration's customers, shared by the tests that harm nothing."""
    # Here, for it imports the whole house: fast rings do without.
    from bench.stack import Stack

    with Stack(tmp_path_factory.mktemp("stack")) as running:
        yield running
