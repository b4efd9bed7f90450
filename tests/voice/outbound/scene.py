"""A centre that calls its customers through the offline Twilio's REST interface, on virtual time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import httpx
from fastapi import FastAPI
from sqlalchemy import select

from records import outbox
from records.clock import CENTRE_ZONE
from records.models import OutboundCall, OutgoingMessage, ReturnVisit, Way
from records.outbox import Parcel
from records.settings import Settings
from records.store import Store
from tests.bot.centre import services_over
from tests.voice.call.house import PUBLIC, TOKEN, HummingMouth, LoopClock, LoudVad, ScriptedEars
from voice.call.line import PhoneLine
from voice.call.parts import Parts
from voice.outbound import routes as outbound
from voice.outbound.dialler import Dialler
from voice.outbound.reminders import PhoneReminders
from voice.telephony import routes
from voice.telephony.client import CarrierFailed
from voice.telephony.signature import Signatures
from voice.testing import AsgiLine, Call, OfflineTwilio, VirtualLoop

LINE = "+862160000000"
KEY = b"session key of the tests, long enough"


class Network:
    """Twilio's REST interface over HTTP, in this process."""

    def __init__(self, twilio: OfflineTwilio) -> None:
        self._twilio = twilio
        self.fails = ""

    async def status(self, call_sid: str) -> str:
        return self._twilio.calls[call_sid].status

    async def begin(self, to: str, caller_id: str, url: str, **more: str) -> str:
        if self.fails:
            raise CarrierFailed(self.fails, "the network is down", retryable=True)
        calls = f"https://api.test/2010-04-01/Accounts/{self._twilio.account_sid}/Calls.json"
        auth = (self._twilio.account_sid, TOKEN)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=self._twilio.rest)) as client:
            form = {"To": to, "From": caller_id, "Url": url, **more}
            answer = await client.post(calls, data=form, auth=auth)
        return str(answer.raise_for_status().json()["sid"])


@dataclass
class Scene:
    """The centre, the network, and what stands in the records."""

    store: Store
    clock: LoopClock
    ears: ScriptedEars
    mouth: HummingMouth
    twilio: OfflineTwilio
    network: Network
    dialler: Dialler
    app: FastAPI

    def visit(self) -> ReturnVisit:
        with self.store.reading() as session:
            visit = session.scalars(select(ReturnVisit)).one()
            assert visit.attempts is not None
            return visit

    def order(self) -> OutboundCall:
        with self.store.reading() as session:
            return session.scalars(select(OutboundCall)).one()

    async def called(self) -> Call:
        """Plan in the morning, dial, and the call that came of it."""
        await self.planned()
        assert await self.dialler.dial_next()
        return list(self.twilio.calls.values())[-1]

    async def planned(self) -> None:
        """The next morning comes, which is when a first call is planned."""
        await self.at(9, days=1)
        assert await asyncio.to_thread(self.dialler.plan) == 1

    def remind(self, number: str, text: str, customer_id: int, key: str = "reminder:test") -> None:
        """A message in the outbox that goes out as a call, handed to its carrier."""
        now = self.clock.now()
        with self.store.writing() as session:
            outbox.put(
                session, Way.CALL, number, text, now, key=key, purpose="reminder", customer_id=customer_id,
                good_until=now + timedelta(days=2),
            )  # fmt: skip
            row = session.scalars(select(OutgoingMessage).where(OutgoingMessage.key == key)).one()
            parcel = Parcel(row.id, row.way, row.recipient, row.subject, row.text)
        PhoneReminders(self.store, self.clock).send(parcel)

    async def at(self, hour: int, days: int = 0) -> None:
        """Let the time come."""
        local = self.clock.now().astimezone(CENTRE_ZONE)
        then = local.replace(hour=hour, minute=0, second=0) + timedelta(days=days)
        await asyncio.sleep((then - local).total_seconds())

    def said(self, call: Call) -> str:
        """What the network itself said on the call."""
        return " ".join(said["text"] for said in call.happened("say"))


def play(store: Store, story: Callable[[Scene], Awaitable[None]], concurrency: int = 2) -> None:
    """Run a story; nothing may be left over."""

    async def whole() -> None:
        clock = LoopClock(asyncio.get_running_loop())
        services = services_over(store, clock, Settings(demo=True, public_url=PUBLIC))
        ears, mouth = ScriptedEars(), HummingMouth()
        parts = Parts(services, ears, mouth, LoudVad, lambda heard, _grammar: heard.text)
        line, signatures = PhoneLine(parts), Signatures((TOKEN,), PUBLIC)
        app = FastAPI()
        app.include_router(outbound.router(line, signatures, KEY))
        app.include_router(routes.router(line, signatures))
        twilio = OfflineTwilio(AsgiLine(app), TOKEN, calls_per_second=None)
        network = Network(twilio)
        dialler = Dialler(store, clock, network, caller_id=LINE, base_url=PUBLIC, concurrency=concurrency)
        await story(Scene(store, clock, ears, mouth, twilio, network, dialler, app))
        assert [error.problem for error in twilio.errors] == []
        await twilio.close()
        await line.close()

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(whole())
