"""The action server's process: rasa-sdk's actions on loopback, with one dialogue behind all of them.

Never listens on another address than loopback. The server is our own: rasa-sdk's opens a tracing span, parses
headers for it and checks versions at every call, which takes as long as the dialogue's own work.
"""

import gc
import logging
import os
import warnings
from functools import partial
from pathlib import Path
from typing import Any

warnings.filterwarnings("ignore", category=DeprecationWarning)
# Before numpy is imported: its threads would spin on every core for one question's few thousand products.
for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

import orjson  # noqa: E402
from rasa_sdk.executor import ActionExecutor  # type: ignore[import-untyped] # noqa: E402
from rasa_sdk.interfaces import (  # type: ignore[import-untyped] # noqa: E402
    ActionExecutionRejection,
    ActionNotFoundException,
)
from sanic import Request, Sanic  # noqa: E402
from sanic.response import HTTPResponse  # noqa: E402
from sanic.worker.loader import AppLoader  # noqa: E402
from sentence_vectors import SentenceEncoder  # noqa: E402

from actions.answers import Index, read_library  # noqa: E402
from actions.dialogue import Dialogue  # noqa: E402
from actions.rasa_actions import actions_of  # noqa: E402
from records import memory, secrets  # noqa: E402
from records.clock import SystemClock  # noqa: E402
from records.settings import Settings, settings  # noqa: E402
from records.store import Store  # noqa: E402

log = logging.getLogger(__name__)

ARTICLES = Path(__file__).parent.parent / "nlu_data" / "articles"


class Executor(ActionExecutor):  # type: ignore[misc]
    """Runs actions without a domain: ours need none, and none is sent."""

    def update_and_return_domain(self, payload: dict[str, Any], action_name: str) -> dict[str, Any]:
        """No domain, instead of asking the engine to send it."""
        return {}


def build(wanted: Settings) -> Executor:
    """An executor with all actions."""
    encoder = SentenceEncoder(wanted.data / "models")
    index = Index(read_library(ARTICLES), encoder, wanted.data / "models" / "vectors")
    dialogue = Dialogue(
        Store(wanted.records_url),
        SystemClock(),
        assurance_minutes=wanted.assurance_minutes,
        key=secrets.load(wanted.data)["SESSION_KEY"].encode(),
        index=index,
    )
    executor = Executor()
    for name, run in actions_of(dialogue).items():
        executor.register_function(name, run)
    return executor


def application(wanted: Settings) -> Sanic[Any, Any]:
    """The server application, with the two routes of rasa-sdk's that anybody calls."""
    app: Sanic[Any, Any] = Sanic("actions", configure_logging=False)
    executor = build(wanted)

    @app.get("/health")
    async def health(_request: Request[Any, Any]) -> HTTPResponse:
        return _answer({"status": "ok"})

    @app.post("/webhook")
    async def webhook(request: Request[Any, Any]) -> HTTPResponse:
        try:
            result = await executor.run(orjson.loads(request.body))
        except ActionExecutionRejection as error:
            return _answer({"error": error.message, "action_name": error.action_name}, 400)
        except ActionNotFoundException as error:
            return _answer({"error": error.message, "action_name": error.action_name}, 404)
        except Exception as error:  # whatever it is, the engine must hear that the action failed
            log.exception("an action failed")
            return _answer({"error": str(error)}, 500)
        if result is None:
            return _answer({"error": "no action was named"}, 404)
        return _answer({"events": result.events, "responses": result.responses})

    return app


def _answer(content: dict[str, Any], status: int = 200) -> HTTPResponse:
    return HTTPResponse(orjson.dumps(content), status, content_type="application/json")


def main() -> None:
    """Serve until stopped."""
    wanted = settings()
    logging.basicConfig(level=logging.WARNING)
    loader = AppLoader(factory=partial(application, wanted))
    app = loader.load()
    memory.settle()
    # Articles and classes live as long as the process: the collector need not walk them at every turn.
    gc.freeze()
    app.prepare(
        host="127.0.0.1",
        port=wanted.actions_port,
        single_process=True,
        access_log=False,
        motd=False,
        debug=False,
    )
    Sanic.serve_single(primary=app)


if __name__ == "__main__":
    main()
