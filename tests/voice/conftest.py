"""The unit ring (`pytest -m unit tests/voice`): which tests are in it, and the fence around each of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.voice import unit_ring


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Only the ring is wanted: what is outside need not even be imported."""
    if config.option.markexpr == "unit" and not unit_ring.is_inside(collection_path):
        return True
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if unit_ring.is_inside(item.path):
            item.add_marker(pytest.mark.unit)


@pytest.fixture(autouse=True)
def fenced(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test of the ring fails that starts a process, opens a connection or waits for real."""
    if request.node.get_closest_marker("unit") is None:
        yield
        return
    with unit_ring.FENCE.standing():
        yield
    assert unit_ring.FENCE.trespasses == []
