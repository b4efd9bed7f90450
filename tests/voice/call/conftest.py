"""The demonstration's customers, for every call: made once, copied for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from records.clock import ManualClock, today
from records.models import Base
from records.store import Store


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the demonstration's customers, closed."""
    # Here, for they import the whole house: the unit ring does without.
    from records.demo import told
    from tests.voice.call.house import START

    path = tmp_path_factory.mktemp("template") / "records.db"
    store = Store(f"sqlite:///{path}")
    Base.metadata.create_all(store.engine)
    with store.writing() as session:
        told.add(session, today(ManualClock(START)))
    store.close()
    return path


@pytest.fixture
def people(template: Path, tmp_path: Path) -> Iterator[Store]:
    """A copy of it."""
    shutil.copy(template, tmp_path / "records.db")
    store = Store(f"sqlite:///{tmp_path / 'records.db'}")
    yield store
    store.close()
