"""The customer's side of a centre as one application, with the dialogue in the place of the engine."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from bot import (
    bank_gateway,
    chat_channel,
    demo_outbox,
    demo_payments,
    rest_channel,
    uploads,
    verification,
)
from bot.security_headers import SecurityHeaders
from bot.services import Services
from bot.turn import Turns
from bot.widget.pages import build_pages
from records.activity import Activity
from records.carriers import Postman, carriers_of
from records.clock import Clock
from records.settings import Settings
from records.signals import Signals
from records.store import Store
from tests.bot.dialogue_engine import DialogueEngine

SECRETS = {
    "REST_TOKEN": "rest token of the tests, long enough",
    "IDENTITY_KEY": "identity key of the tests, which is long enough",
    "SESSION_KEY": "session key of the tests, long enough",
    "PAYMENT_KEY": "payment key of the tests, long enough",
}


def services_over(store: Store, clock: Clock, settings: Settings) -> Services:
    """The parts of a centre over `store`."""
    signals = Signals()
    activity = Activity(signals)
    turns = Turns(store, clock, DialogueEngine(store, clock), signals, activity, settings)
    return Services(store, clock, settings, SECRETS, signals, activity, turns)


def application(services: Services) -> FastAPI:
    """Chat, REST, files, payments, pages, verification and the demonstration's own pages."""
    postman = Postman(services.store, services.clock, carriers_of(services.settings, services.secrets))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with postman.running():
            yield
        await services.turns.drain()
        services.store.close()

    app = FastAPI(lifespan=lifespan)
    app.include_router(demo_outbox.router(services))
    app.include_router(demo_payments.router(services))
    app.include_router(build_pages(demo=services.settings.demo))
    app.include_router(verification.router(services))
    app.include_router(chat_channel.router(services))
    app.include_router(rest_channel.router(services))
    app.include_router(uploads.router(services))
    app.include_router(bank_gateway.router(services))
    app.add_middleware(SecurityHeaders)
    return app
