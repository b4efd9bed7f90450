"""A small insurer in a file of its own, a dialogue over it, and a customer who types."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from actions.dialogue import Dialogue
from actions.services.branches import PLACES
from records.clock import ManualClock, today
from records.demo import told
from records.models import Base
from records.store import Store
from tests.actions.authenticator import Authenticator
from tests.actions.customer import Customer, new_customer
from tests.actions.money import Counter
from tests.actions.passkey_page import Page, make_passkey

settings.register_profile("shared cores", deadline=None)
settings.load_profile("shared cores")

START = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
"""Noon of a Sunday at the insurer's place."""

KEY = b"key of the tests"


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("insurer") / "records.db"
    store = Store(f"sqlite:///{path}")
    Base.metadata.create_all(store.engine)
    with store.writing() as session:
        told.add(session, today(ManualClock(START)))
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    return path


@pytest.fixture
def store(seeded: Path, tmp_path: Path) -> Iterator[Store]:
    path = tmp_path / "records.db"
    path.write_bytes(seeded.read_bytes())
    store = Store(f"sqlite:///{path}")
    PLACES.names = ()
    yield store
    store.close()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def dialogue(store: Store, clock: ManualClock) -> Dialogue:
    return Dialogue(store, clock, assurance_minutes=30, key=KEY, index=None)


@pytest.fixture
def someone(store: Store, clock: ManualClock, dialogue: Dialogue) -> Customer:
    return new_customer(store, clock, dialogue)


@pytest.fixture
def counter(store: Store, clock: ManualClock, dialogue: Dialogue) -> Counter:
    return Counter(store, clock, dialogue)


@pytest.fixture
def li_wei(someone: Customer) -> Customer:
    """Li Wei, verified in this conversation by his whole-life policy."""
    someone.say("is my policy in force", "check_policy_status")
    someone.prove()
    return someone


@pytest.fixture
def page(store: Store, clock: ManualClock, li_wei: Customer) -> Page:
    """Li Wei's page for passkeys."""
    return Page(store, clock, li_wei)


@pytest.fixture
def device(store: Store, clock: ManualClock, li_wei: Customer) -> Authenticator:
    """Li Wei's passkey."""
    return make_passkey(store, clock, li_wei)
