"""A centre in this process: channels, pages and dialogue over the demonstration's customers."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from bot.services import Services
from records.clock import ManualClock, today
from records.demo import told
from records.settings import Settings
from records.store import Store
from tests.bot.centre import SECRETS, application, services_over


@pytest.fixture
def services(store: Store, clock: ManualClock) -> Services:
    with store.writing() as session:
        told.add(session, today(clock))
    return services_over(store, clock, Settings(demo=True))


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    """A program on the machine itself."""
    with TestClient(
        application(services),
        base_url="http://localhost:8000",
        client=("127.0.0.1", 50000),
        headers={"Authorization": f"Bearer {SECRETS['REST_TOKEN']}"},
    ) as client:
        yield client
