"""Serves the trained model on loopback: `python -m bot.engine.serve`.

Never loads a model whose checksum is not on record, never listens on another address than 127.0.0.1, and
offers nothing but the center's channel, a health check and, for who has the token, `/model/parse`,
`/model/explain` and `/model/reload`. Rasa's own HTTP API, with its `PUT /model`, is not mounted: a reload
takes the model that the registry put in service, and no other.
"""

from __future__ import annotations

import asyncio
import gc
import hmac
import json
import logging
import os
import sys
import time
from typing import TYPE_CHECKING, Any

from bot.engine import logs, standins
from bot.engine.places import ROOT, Places
from bot.engine.registry import Registry, RegistryRefuses

if TYPE_CHECKING:
    from pathlib import Path

    from sanic import Sanic
    from sanic.request import Request
    from sanic.response import HTTPResponse

    from bot.engine.agent import EngineAgent

logger = logging.getLogger(__name__)

HOST = "127.0.0.1"
LONGEST_EXPLAINED = 500


class ModelNotTrusted(RuntimeError):
    """There is no model, or not the one that was trained here."""


def checked_record(places: Places) -> dict[str, Any]:
    """Return the record of the model once its SHA-256 has been found right.

    Raises:
        ModelNotTrusted: and what to do about it.
    """
    from bot.engine.train import sha256_of

    if not (places.model_archive.is_file() and places.model_record.is_file()):
        raise ModelNotTrusted(f"no model in {places.models}: run `python -m bot.engine.train` (make train)")
    record: dict[str, Any] = json.loads(places.model_record.read_text())
    found = sha256_of(places.model_archive)
    if not hmac.compare_digest(found, str(record.get("sha256"))):
        raise ModelNotTrusted(
            f"{places.model_archive} has SHA-256 {found}, not the one recorded when it was trained: "
            "it is not loaded; train again with `python -m bot.engine.train --force`"
        )
    return record


def load_agent(places: Places, endpoints: Path) -> EngineAgent:
    """Load the model and connect its neighbours."""
    from rasa.core.lock_store import LockStore
    from rasa.core.tracker_store import TrackerStore
    from rasa.core.utils import AvailableEndpoints

    from bot.engine.agent import EngineAgent
    from bot.engine.remote import ActionServer
    from bot.engine.stores.lock import ConversationLockStore
    from bot.engine.stores.tracker import TurnTrackerStore

    read = AvailableEndpoints.read_endpoints(str(endpoints))
    tracker_store = TrackerStore.create(read.tracker_store)
    lock_store = LockStore.create(read.lock_store)
    # Rasa falls back to memory when a store's module cannot be imported; that would lose conversations.
    if not isinstance(tracker_store, TurnTrackerStore) or not isinstance(lock_store, ConversationLockStore):
        raise TypeError(f"{endpoints} does not name the engine's own stores")
    agent = EngineAgent(
        actions=ActionServer(read.action.url), tracker_store=tracker_store, lock_store=lock_store
    )
    agent.load_model(places.model_archive)
    return agent


def create_app(
    agent: EngineAgent, token: str, record: dict[str, Any], places: Places, name: str = "engine"
) -> Sanic:
    """Return the web application; `record` is the loaded model's."""
    import orjson
    from rasa.core.channels.channel import UserMessage
    from sanic import Sanic

    from bot.engine.channel import CenterChannel, answer
    from bot.engine.explaining import explain

    app = Sanic(name, configure_logging=False)
    app.config.ACCESS_LOG = False
    app.config.KEEP_ALIVE_TIMEOUT = 75
    app.config.REQUEST_MAX_SIZE = 256 * 1024
    app.config.RESPONSE_TIMEOUT = 60
    channel = CenterChannel(token)
    loaded = dict(record)
    changing = asyncio.Lock()
    app.blueprint(channel.blueprint(agent.handle_message), url_prefix=f"/webhooks/{channel.name()}")

    @app.get("/")
    async def health(request: Request) -> HTTPResponse:
        return answer({"status": "ok"})

    @app.get("/status")
    async def status(request: Request) -> HTTPResponse:
        return answer(
            {"status": "ok", "model": loaded["sha256"], "understanding": loaded.get("understanding")}
        )

    @app.post("/model/parse")
    async def parse(request: Request) -> HTTPResponse:
        shown = str(request.args.get("token", ""))
        if not (hmac.compare_digest(shown.encode(), token.encode()) or channel.admits(request)):
            return answer({"error": "token missing or wrong"}, 401)
        try:
            text = orjson.loads(request.body)["text"]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            return answer({"error": "'text' is missing"}, 422)
        return answer(await agent.processor.parse_message(UserMessage(str(text).lstrip("/ "))))

    @app.post("/model/explain")
    async def explain_text(request: Request) -> HTTPResponse:
        if not channel.admits(request):
            return answer({"error": "token missing or wrong"}, 401)
        try:
            text = str(orjson.loads(request.body)["text"]).lstrip("/ ")[:LONGEST_EXPLAINED]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            return answer({"error": "'text' is missing"}, 422)
        version = Registry(places).folder(str(loaded["sha256"])[:12])
        processor = agent.processor

        def parse_text(said: str) -> dict[str, Any]:
            return dict(processor._parse_message_with_graph(UserMessage(said), None))

        # In a thread: a dozen parses in a row would keep customers waiting.
        return answer(await asyncio.to_thread(explain, text, parse_text, version, places.models))

    @app.post("/model/reload")
    async def reload(request: Request) -> HTTPResponse:
        if not channel.admits(request):
            return answer({"error": "token missing or wrong"}, 401)
        async with changing:
            try:
                fresh = checked_record(places)
                if fresh["sha256"] != loaded["sha256"]:
                    processor = await asyncio.to_thread(agent.prepare, places.model_archive)
                    # A model that cannot understand a word is found out before it serves.
                    await processor.parse_message(UserMessage("hello"))
                    agent.take(processor)
            except Exception as error:  # whatever it is, the model in service stays in service
                logger.exception("the model was not changed")
                return answer({"error": f"{type(error).__name__}: {error}", "model": loaded["sha256"]}, 409)
            loaded.clear()
            loaded.update(fresh)
        return answer({"status": "ok", "model": loaded["sha256"]})

    @app.listener("after_server_stop")
    async def close(*_: Any) -> None:
        await agent.processor.close()

    return app


def main() -> int:
    """Run the server from the command line; settings come from the environment."""
    started = time.monotonic()
    # Before numpy is imported: its threads would spin on both cores for a product of 50 rows.
    for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(threads, "1")
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("ACTIONS_URL", f"http://{HOST}:{os.environ.get('ACTIONS_PORT', '5055')}/webhook")
    places = Places.from_environment()
    places.logs.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("ENGINE_DATABASE_URL", places.database_url)
    token = os.environ.get("ENGINE_TOKEN") or places.kept_token()
    port = int(os.environ.get("ENGINE_PORT", "5005"))
    if not token:
        print(
            "engine: no ENGINE_TOKEN, neither set nor in DATA/secrets.env; nothing may be served without it",
            file=sys.stderr,
        )
        return 1
    try:
        Registry(places).settle()
        record = checked_record(places)
    except (ModelNotTrusted, RegistryRefuses) as error:
        print(f"engine: {error}", file=sys.stderr)
        return 1
    logs.to_file(places.logs / "engine.log")
    standins.install()
    app = create_app(load_agent(places, ROOT / "endpoints.yml"), token, record, places)
    # What is loaded by now stays: a garbage collection that walks all of Rasa costs more than a turn.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    understanding = record["understanding"]
    print(
        f"engine: ready on {HOST}:{port} after {time.monotonic() - started:.1f} s "
        f"({understanding['intents']} intents, log: {places.logs / 'engine.log'})",
        flush=True,
    )
    logging.getLogger("sanic.root").setLevel(logging.WARNING)
    app.run(host=HOST, port=port, workers=1, access_log=False, debug=False, motd=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
