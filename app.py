"""Floor 5: puts the web application together and serves it. Decides nothing itself."""

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot import (
    bank_gateway,
    chat_channel,
    demo_outbox,
    demo_payments,
    health,
    rest_channel,
    scheduler,
    uploads,
    verification,
)
from bot.engine_client import EngineClient
from bot.security_headers import SecurityHeaders
from bot.services import Services
from bot.turn import Turns
from bot.widget.pages import build_pages
from handoff import api, console, webhooks
from handoff.dispatcher import Dispatcher
from handoff.webhook_messenger import Messenger
from records import memory, secrets
from records.activity import Activity
from records.carriers import Postman, carriers_of
from records.clock import SystemClock
from records.models import Way
from records.settings import Settings, settings
from records.signals import Signals
from records.store import Store
from voice.exchange import Exchange, ears_of, mouth_of
from voice.outbound.reminders import PhoneReminders
from voice.testing import soft_phone

SWITCH_SECONDS = 0.001
WORKERS = 24
"""Threads for work on the database."""

LARGEST_FRAME_BYTES = 64 * 1024


def create_app(chosen: Settings) -> FastAPI:
    """The whole web application of one center process."""
    store = Store(chosen.records_url)
    clock = SystemClock()
    signals = Signals()
    keys = secrets.load(chosen.data)
    engine = EngineClient(
        chosen.engine_url, chosen.actions_url, keys["ENGINE_TOKEN"], chosen.engine_timeout_seconds
    )
    activity = Activity(signals)
    turns = Turns(store, clock, engine, signals, activity, chosen, engine.recovered)
    dispatcher = Dispatcher(store, clock, signals, chosen)
    carriers = carriers_of(chosen, keys)
    if chosen.outbound_calls:
        carriers[Way.CALL] = PhoneReminders(store, clock)
    postman = Postman(store, clock, carriers)
    messenger = Messenger(store, clock, webhooks.addresses_of(chosen.webhook_urls), keys["WEBHOOK_KEY"])
    services = Services(store, clock, chosen, keys, signals, activity, turns)
    exchange = Exchange(services, ears_of(chosen), mouth_of(chosen))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        memory.settle()
        # Short turns: with the usual five milliseconds a reply stands in line behind pages that only read.
        sys.setswitchinterval(SWITCH_SECONDS)
        # Most of these wait for the disk, and who only reads must not wait behind those who write.
        threads = ThreadPoolExecutor(WORKERS, thread_name_prefix="records")
        asyncio.get_running_loop().set_default_executor(threads)
        background = [
            asyncio.create_task(turns.sweep_forever(), name="sweep"),
            asyncio.create_task(dispatcher.run(), name="dispatcher"),
            asyncio.create_task(postman.run(), name="postman"),
            asyncio.create_task(scheduler.run_forever(store, clock), name="schedule"),
        ]
        async with messenger.running(), exchange.running():
            yield
        await turns.drain()
        for task in background:
            task.cancel()
        for task in background:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        engine.close()
        store.close()

    app = FastAPI(title="Contact centre", version="0.1.0", lifespan=lifespan)
    soft_phone.attach(app, services)
    # Routes are tried in this order: what is asked for most comes first.
    app.include_router(chat_channel.router(services))
    app.include_router(rest_channel.router(services))
    app.include_router(demo_outbox.router(services))  # before the pages, which own the rest of /demo
    app.include_router(demo_payments.router(services))
    app.include_router(build_pages(demo=chosen.demo))
    app.include_router(verification.router(services))
    app.include_router(uploads.router(services))
    app.include_router(bank_gateway.router(services))
    app.include_router(
        health.router(
            {
                "engine": engine.healthy,
                "actions": engine.actions_healthy,
                "database": lambda: _database_answers(store),
                "recogniser": exchange.ears.healthy,
                "synthesiser": exchange.mouth.healthy,
            }
        )
    )
    app.include_router(
        api.router(store, clock, signals, chosen.presence_seconds, passwords=not chosen.oidc_only)
    )
    app.include_router(exchange.router)
    console.mount(app, store, clock, signals, activity, chosen, keys)
    app.add_middleware(SecurityHeaders)
    return app


async def _database_answers(store: Store) -> bool:
    def ask() -> bool:
        with store.reading() as session:
            return bool(session.scalar(text("SELECT 1")) == 1)

    try:
        return await asyncio.to_thread(ask)
    except SQLAlchemyError:
        logging.getLogger(__name__).exception("the database does not answer")
        return False


def main() -> None:
    """Serve until told to stop."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    chosen = settings()
    uvicorn.run(
        create_app(chosen),
        host=chosen.host,
        port=chosen.port,
        ws_max_size=LARGEST_FRAME_BYTES,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=5,
    )


if __name__ == "__main__":
    main()
