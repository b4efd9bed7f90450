"""Every test here runs on virtual time, against a small centre that lives in the test."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.voice.testing.centre import TOKEN, Centre
from voice.testing import AsgiLine, OfflineTwilio, VirtualLoop

CALLER, LINE, AGENT = "+8613800000001", "+862160000000", "+8613900000001"


def pytest_asyncio_loop_factories(item: pytest.Item) -> dict[str, type[asyncio.AbstractEventLoop]]:
    named = item.get_closest_marker("asyncio")
    if named is not None and "real" in named.kwargs.get("loop_factories", ()):
        return {"real": asyncio.SelectorEventLoop}
    return {"virtual": VirtualLoop}


@pytest.fixture
def centre() -> Centre:
    return Centre()


@pytest.fixture
async def twilio(centre: Centre) -> AsyncIterator[OfflineTwilio]:
    account = OfflineTwilio(AsgiLine(centre.app), TOKEN)
    account.number(LINE, "https://centre.test/incoming", status_callback="https://centre.test/status")
    yield account
    await account.close()
