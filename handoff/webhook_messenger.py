"""The messenger: brings webhooks to their addresses, signed, each address at its own pace.

Runs beside everything else: no turn and no agent ever waits for it. Never follows a redirect.
"""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import httpx
import orjson
from sqlalchemy.exc import SQLAlchemyError

from handoff import webhooks
from handoff.webhooks import Errand, Outcome
from records.clock import Clock
from records.store import Store

log = logging.getLogger(__name__)

TICK_SECONDS = 0.5
TIMEOUT_SECONDS = 10.0
_GONE = 410


def sign(key: str, event_id: str, timestamp: int, body: bytes) -> str:
    """The signature, as Standard Webhooks has it: HMAC-SHA256 over id, moment and body, in base64."""
    signed = hmac.new(key.encode(), f"{event_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


class Messenger:
    """Sends what is due. Any number may run side by side."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        addresses: Sequence[str],
        key: str,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Sign with `key`; `transport` is how addresses are reached, the network when left out."""
        self._store = store
        self._clock = clock
        self._addresses = tuple(addresses)
        self._key = key
        self._http = httpx.Client(transport=transport, timeout=TIMEOUT_SECONDS, follow_redirects=False)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Deliver in the background for as long as the context is open; nothing runs without an address."""
        works: list[Callable[[], int]] = []
        if self._addresses:
            works = [self.gather, *(self._to(address) for address in self._addresses)]
        tasks = [asyncio.create_task(_forever(work), name="webhooks") for work in works]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            self._http.close()

    def gather(self) -> int:
        """Make events of what happened; returns how many."""
        with self._store.reading() as session:
            if not webhooks.has_news(session):
                return 0
        with self._store.writing() as session:
            return webhooks.gather(session, self._addresses, self._clock.now())

    def deliver(self, address: str) -> int:
        """Send everything that is due to an address; returns how many tries that were."""
        with self._store.reading() as session:
            if not webhooks.is_due(session, address, self._clock.now()):
                return 0
        count = 0
        while (errand := self._claim(address)) is not None:
            outcome = self._send(errand)
            with self._store.writing() as session:
                webhooks.settle(session, errand, outcome, self._clock.now())
            count += 1
        return count

    def _to(self, address: str) -> Callable[[], int]:
        return lambda: self.deliver(address)

    def _claim(self, address: str) -> Errand | None:
        with self._store.writing() as session:
            return webhooks.claim(session, address, self._clock.now())

    def _send(self, errand: Errand) -> Outcome:
        body = orjson.dumps(errand.body)
        moment = int(self._clock.now().timestamp())
        headers = {
            "Content-Type": "application/json",
            "Webhook-Id": errand.event_id,
            "Webhook-Timestamp": str(moment),
            "Webhook-Signature": sign(self._key, errand.event_id, moment, body),
        }
        try:
            status = self._http.post(errand.address, content=body, headers=headers).status_code
        except httpx.HTTPError as error:
            return Outcome(type(error).__name__)
        if 200 <= status < 300:
            return Outcome()
        return Outcome(f"HTTP {status}", for_good=status == _GONE)


async def _forever(work: Callable[[], int]) -> None:
    while True:
        try:
            await asyncio.to_thread(work)
        except SQLAlchemyError:
            log.exception("webhooks: the database did not answer; it is tried again")
        await asyncio.sleep(TICK_SECONDS)
