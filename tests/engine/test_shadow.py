"""A candidate in the shadow understands for who has the token, and has nothing else to offer."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from bot.engine.listener import Listener
from bot.engine.places import Places
from bot.engine.registry import Registry, RegistryRefuses
from bot.engine.shadow import chosen, server

TOKEN = "token of the tests"
NOW = datetime(2026, 3, 2, 4, 0, tzinfo=timezone.utc)


@pytest.fixture(scope="module")
def address(small_engine: Places) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATA", str(small_engine.data))
        listening = server(Listener(small_engine.model_archive), TOKEN, 0)
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_address[1]}"
        listening.shutdown()
        thread.join()
        listening.server_close()


async def post(url: str, content: Any, token: str = TOKEN) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=json.dumps(content).encode(), headers=headers) as response,
    ):
        return response.status, await response.json(content_type=None)


async def test_it_understands(address: str) -> None:
    status, told = await post(f"{address}/model/parse", {"text": "/ borrow money on my policy"})
    assert status == 200
    assert told["intent_ranking"][0]["name"] == "take_policy_loan"


@pytest.mark.parametrize(
    ("path", "content", "token", "status"),
    [
        ("/model/parse", {"text": "hello"}, "another", 401),
        ("/webhooks/center/webhook", {"sender": "c", "message": "hello", "turn": "c:1"}, TOKEN, 404),
        ("/model/parse", {"words": "hello"}, TOKEN, 422),
        ("/model/parse", ["hello"], TOKEN, 422),
    ],
)
async def test_it_has_nothing_else_to_offer(
    address: str, path: str, content: Any, token: str, status: int
) -> None:
    assert (await post(address + path, content, token))[0] == status


def test_only_a_registered_candidate_with_its_own_checksum_is_heard(tmp_path: Path) -> None:
    places = Places(tmp_path)
    registry = Registry(places)
    with pytest.raises(RegistryRefuses, match="no candidate waits"):
        chosen(registry, "")
    archive = tmp_path / "one.tar.gz"
    archive.write_text("one")
    version = registry.add(archive, {"data": "data"}, "tests", NOW)
    assert chosen(registry, "").name == version.name
    registry.archive(version.name).write_text("two")
    with pytest.raises(RegistryRefuses, match="changed"):
        chosen(registry, version.name)
