"""A centre of people alone: the console, its dispatcher and a database; no bot, no engine.

Run as `python -m tests.browser.console_app DATA FD`, FD a socket that listens already; `POST /test/ring`
tells it that the test wrote.
"""

import json
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from bot.security_headers import SecurityHeaders
from handoff import accounts, console
from handoff.accounts import AgentSpec
from handoff.dispatcher import Dispatcher
from records import secrets
from records.activity import Activity
from records.clock import SystemClock
from records.models import Base, ConversationId, Role
from records.settings import Settings
from records.signals import PEOPLE, Signals
from records.store import Store

AGENTS = (
    AgentSpec("amy", "Amy Gao", Role.AGENT, ("servicing", "inquiry", "elderly"), ("en", "zh"), "Beijing", 3),
    AgentSpec("ben", "Ben Lu", Role.AGENT, ("servicing", "complaint"), ("en",), "Sichuan", 2),
    AgentSpec("dora", "Dora Shi", Role.SUPERVISOR, ("servicing", "complaint"), ("en", "zh"), "Beijing", 1),
)


def create_app(data: Path) -> FastAPI:
    """The application, with fresh records."""
    settings = Settings(data=data)
    store, clock, signals = Store(settings.records_url), SystemClock(), Signals()
    activity = Activity(signals)
    Base.metadata.create_all(store.engine)
    with store.writing() as session:
        passwords = accounts.create_agents(session, AGENTS, clock.now())
    (data / "passwords.json").write_text(json.dumps(passwords))
    dispatcher = Dispatcher(store, clock, signals, settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with dispatcher.running():
            yield
        store.close()

    app = FastAPI(lifespan=lifespan)

    @app.post("/test/ring")
    async def ring(conversation: str, typing: bool = False, delivered: int = 0, read: int = 0) -> None:
        if typing:
            activity.typing(ConversationId(conversation), "customer")
        activity.delivered(ConversationId(conversation), delivered)
        activity.read(ConversationId(conversation), read)
        signals.advanced(ConversationId(conversation))
        signals.advanced(PEOPLE)

    console.mount(app, store, clock, signals, activity, settings, secrets.load(data))
    app.add_middleware(SecurityHeaders)
    return app


if __name__ == "__main__":
    server = uvicorn.Server(uvicorn.Config(create_app(Path(sys.argv[1])), log_level="warning"))
    server.run([socket.socket(fileno=int(sys.argv[2]))])
