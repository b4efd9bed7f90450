"""The engine changes its model between two turns, explains itself to who may ask, and trusts no file."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import threading
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from bot.engine import training_lines
from bot.engine.agent import EngineAgent
from bot.engine.places import Places
from bot.engine.registry import Registry
from bot.engine.serve import checked_record, create_app
from bot.engine.stores.lock import ConversationLockStore
from bot.engine.stores.tracker import TurnTrackerStore

from conftest import FakeActions

TOKEN = "token of the tests"
NOW = datetime(2026, 3, 2, 4, 0, tzinfo=timezone.utc)


@pytest.fixture(scope="module")
def places(small_engine: Places, tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Return an installation whose registry has the small model, serving."""
    places = Places(tmp_path_factory.mktemp("serving"))
    shutil.copytree(small_engine.models, places.models, symlinks=True)
    assert Registry(places).adopt("tests", NOW) is not None
    return places


@pytest.fixture(scope="module")
def address(places: Places, small_root: Path) -> Iterator[str]:
    """Serve it."""
    registry = Registry(places)
    version = registry.serving()
    assert version is not None
    training_lines.keep(small_root, registry, version, places)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATA", str(places.data))
        store = TurnTrackerStore(None, f"sqlite:///{places.data / 'engine.db'}")
        actions: Any = FakeActions()
        agent = EngineAgent(actions=actions, tracker_store=store, lock_store=ConversationLockStore())
        agent.load_model(places.model_archive)
        app = create_app(agent, TOKEN, checked_record(places), places, "test-serving")
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        loop = asyncio.new_event_loop()

        async def start() -> None:
            running = await app.create_server(sock=listener, return_asyncio_server=True, access_log=False)
            assert running is not None
            await running.startup()
            await running.start_serving()

        loop.run_until_complete(start())
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        listener.close()


async def post(url: str, content: Any = None, token: str = TOKEN) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=json.dumps(content or {}).encode(), headers=headers) as response,
    ):
        return response.status, await response.json(content_type=None)


async def serving(address: str) -> str:
    async with aiohttp.ClientSession() as session, session.get(f"{address}/status") as response:
        return str((await response.json(content_type=None))["model"])


@pytest.mark.parametrize("path", ["/model/parse", "/model/explain", "/model/reload"])
async def test_nothing_is_told_or_done_without_the_token(address: str, path: str) -> None:
    assert (await post(address + path, {"text": "hello"}, "another"))[0] == 401


async def test_a_sentence_is_explained_by_ranking_words_and_training_lines(address: str) -> None:
    status, told = await post(f"{address}/model/explain", {"text": "borrow on my policy please"})
    assert status == 200
    assert told["ranking"][0][0] == "take_policy_loan"
    assert {"borrow", "policy"} & {word for word, share in told["words"] if share > 0}
    assert told["neighbours"][0][1] == "take_policy_loan"
    nearness = [near for _, _, near in told["neighbours"]]
    assert nearness == sorted(nearness, reverse=True)


async def test_a_reload_takes_the_model_that_the_registry_put_in_service_and_no_other(
    address: str, places: Places, tmp_path: Path
) -> None:
    registry = Registry(places)
    before = await serving(address)
    # The same model, packed again: another archive, another version.
    other = tmp_path / "other.tar.gz"
    other.write_bytes(places.model_archive.read_bytes() + b"\0" * 512)
    record = json.loads(places.model_record.read_text())
    version = registry.add(other, record, "tests", NOW)
    assert (await post(f"{address}/model/reload"))[1]["model"] == before

    registry.promote(version.name, "tests", NOW, "won")
    status, told = await post(f"{address}/model/reload")
    assert (status, told["model"]) == (200, version.sha256)
    assert (await post(f"{address}/model/parse", {"text": "hello"}))[1]["intent"]["name"] == "greet"

    places.model_archive.write_bytes(b"somebody else's")
    status, told = await post(f"{address}/model/reload")
    assert status == 409
    assert "not the one recorded" in told["error"]
    assert await serving(address) == version.sha256
    assert (await post(f"{address}/model/parse", {"text": "hello"}))[0] == 200

    registry.settle()
    registry.roll_back("tests", NOW, "worse")
    assert (await post(f"{address}/model/reload"))[1]["model"] == before
