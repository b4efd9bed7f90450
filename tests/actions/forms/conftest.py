"""One insurer in memory for all tests of forms; each begins where it likes."""

from collections.abc import Iterator

import pytest

from actions.dialogue import Dialogue
from records.clock import ManualClock
from records.store import Store
from tests.actions.customer import Customer
from tests.actions.forms.rehearsal import Rehearsal


@pytest.fixture(scope="session")
def shared_rehearsal() -> Iterator[Rehearsal]:
    found = Rehearsal()
    yield found
    found.store.close()


@pytest.fixture
def rehearsal(shared_rehearsal: Rehearsal) -> Rehearsal:
    """The insurer, set back to its opening day."""
    shared_rehearsal.set_back()
    return shared_rehearsal


@pytest.fixture
def store(rehearsal: Rehearsal) -> Store:
    return rehearsal.store


@pytest.fixture
def clock(rehearsal: Rehearsal) -> ManualClock:
    return rehearsal.clock


@pytest.fixture
def dialogue(rehearsal: Rehearsal) -> Dialogue:
    return rehearsal.dialogue


@pytest.fixture
def someone(rehearsal: Rehearsal) -> Customer:
    return rehearsal.somebody()
