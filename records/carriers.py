"""Carriers: who brings what is in the outbox to people, and the worker that hands it to them.

Without Twilio nothing leaves the machine: a demonstration keeps it to be looked at, anything else refuses it.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from records import outbox
from records.clock import Clock
from records.models import Way
from records.models.base import opaque_id
from records.outbox import Carrier, Parcel, Refused, Result, Sent, Silent
from records.settings import Settings
from records.store import Store

log = logging.getLogger(__name__)

TICK_SECONDS = 0.5
"""Between two looks: a code is waited for."""

_NOT_NOW = frozenset({408, 425, 429})
"""Answers of a carrier that did not take the message and may take it later."""


class DemonstrationCarrier:
    """Keeps everything where it is, to be looked at in `/demo/outbox`."""

    def send(self, parcel: Parcel) -> Result:
        """Nothing leaves."""
        return Sent("demonstration", keeps_text=True)


class NoCarrier:
    """For a way that nobody was hired for."""

    def send(self, parcel: Parcel) -> Result:
        """Refused, so that it shows."""
        log.error("nothing carries %s: message %s was not sent", parcel.way.value, parcel.id)
        return Refused(f"no carrier for {parcel.way.value}")


class TwilioSms:
    """SMS through Twilio. Its interface has no keys against doubles, so silence is never tried again."""

    def __init__(self, client: Any, sender: str) -> None:
        """`client` is a `twilio.rest.Client`; `sender` the number that messages come from."""
        self._client = client
        self._sender = sender

    def send(self, parcel: Parcel) -> Result:
        """Hand one SMS over."""
        from requests.exceptions import ConnectTimeout, RequestException
        from twilio.base.exceptions import (  # type: ignore[import-untyped]
            TwilioException,
            TwilioRestException,
        )

        try:
            message = self._client.messages.create(to=parcel.recipient, from_=self._sender, body=parcel.text)
        except TwilioRestException as error:
            problem = f"{error.status} {error.code}"
            if error.status >= 500:
                return Silent(problem)
            return Refused(problem, for_good=error.status not in _NOT_NOW)
        except ConnectTimeout:
            return Refused("no connection", for_good=False)
        except (RequestException, TwilioException) as error:
            return Silent(type(error).__name__)
        return Sent(str(message.sid))


def carriers_of(settings: Settings, secrets: Mapping[str, str]) -> dict[Way, Carrier]:
    """Who carries what in this installation."""
    rest: Carrier = DemonstrationCarrier() if settings.demo else NoCarrier()
    chosen: dict[Way, Carrier] = dict.fromkeys(Way, rest)
    token = secrets.get("TWILIO_AUTH_TOKEN", "")
    if settings.twilio_account_sid and settings.twilio_from and token:
        chosen[Way.SMS] = _twilio(settings, token)
    return chosen


def _twilio(settings: Settings, token: str) -> Carrier:
    # Imported where it is hired: it brings an interface of hundreds of modules.
    from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]
    from twilio.rest import Client  # type: ignore[import-untyped]

    http = TwilioHttpClient(timeout=settings.twilio_timeout_seconds, max_retries=0)
    client = Client(settings.twilio_account_sid, token, http_client=http)
    return TwilioSms(client, settings.twilio_from)


class Postman:
    """Hands what is due to its carrier, one by one. Any number may run side by side."""

    def __init__(self, store: Store, clock: Clock, carriers: Mapping[Way, Carrier]) -> None:
        """Everything it touches is given."""
        self._store = store
        self._clock = clock
        self._carriers = carriers
        self._name = opaque_id()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Deliver in the background for as long as the context is open."""
        task = asyncio.create_task(self.run(), name="postman")
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def run(self) -> None:
        """Deliver until cancelled. A database that does not answer is tried again at the next tick."""
        while True:
            try:
                await asyncio.to_thread(self.deliver)
            except SQLAlchemyError:
                log.exception("delivering failed; it is tried again")
            await asyncio.sleep(TICK_SECONDS)

    def deliver(self) -> int:
        """Hand over everything that is due, in the calling thread; returns how much."""
        with self._store.reading() as session:
            if not outbox.is_due(session, self._clock.now()):
                return 0
        count = 0
        while (parcel := self._claim()) is not None:
            result = self._send(parcel)
            with self._store.writing() as session:
                outbox.settle(session, parcel, self._name, result, self._clock.now())
            count += 1
        return count

    def _claim(self) -> Parcel | None:
        with self._store.writing() as session:
            return outbox.claim(session, self._name, self._clock.now())

    def _send(self, parcel: Parcel) -> Result:
        try:
            return self._carriers[parcel.way].send(parcel)
        except Exception as error:
            log.exception("the carrier of message %s broke", parcel.id)
            return Silent(type(error).__name__)
