"""A phone line in this process, on virtual time: the real dialogue, scripted ears and a humming mouth."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from fastapi import FastAPI
from sqlalchemy import select

from handoff import accounts, callbacks, offers, presence
from handoff.accounts import AgentSpec
from records.models import Agent, Conversation, ConversationId, Message, PhoneCall, Role
from records.settings import Settings
from records.store import Store
from tests.bot.centre import services_over
from voice import codec
from voice.call.connector import Connector
from voice.call.line import PhoneLine
from voice.call.parts import Parts
from voice.hearing.base import Grammar, Heard, Hearing, HearingFailed
from voice.speaking.base import Pace, SpeakingFailed
from voice.telephony import routes
from voice.telephony.signature import Signatures
from voice.testing import OfflineTwilio
from voice.testing.asgi_line import AsgiLine
from voice.testing.call import Call, Callbacks
from voice.testing.faults import NONE, Faults
from voice.testing.twilio import Order
from voice.testing.virtual_time import VirtualLoop

PUBLIC = "https://voice.example"
TOKEN = "token of the tests"
CENTRE = "+862160000000"
LI_WEI = "+12025550101"
AMY = AgentSpec(
    "amy", "Amy Gao", Role.AGENT, ("inquiry", "servicing"), ("en",), "Beijing", 3, phone="+12025550181"
)
BEN = AgentSpec("ben", "Ben Luo", Role.AGENT, ("inquiry",), ("en",), "Beijing", 3, phone="+12025550182")
STRANGER = "+12025550999"
START = datetime.fromisoformat("2026-03-02T04:00:00+00:00")
"""A Monday noon in the centre's time zone."""


@dataclass
class LoopClock:
    """The records' clock goes with the loop's, also in threads."""

    loop: asyncio.AbstractEventLoop

    def now(self) -> datetime:
        return START + timedelta(seconds=self.loop.time())


class LoudVad:
    """What is loud is a voice."""

    def probability(self, pcm: bytes) -> float:
        return 1.0 if np.abs(np.frombuffer(pcm, dtype="<i2").astype(np.int32)).max() > 1000 else 0.0


@dataclass
class ScriptedHearing:
    """Hears what it was told it will hear."""

    ears: "ScriptedEars"
    text: str
    confidence: float
    fed: int = 0
    closed: bool = False

    def feed(self, pcm: bytes) -> None:
        self.fed += len(pcm)

    @property
    def partial(self) -> str:
        return self.text if self.fed > 4800 else ""

    async def settle(self) -> Heard:
        if self.ears.breaks > 0:
            self.ears.breaks -= 1
            raise HearingFailed("crashed", "the worker died")
        return Heard(self.text, self.confidence, engine="scripted")

    def close(self) -> None:
        self.closed = True


@dataclass
class ScriptedEars:
    """Utterances in the order in which they will be said."""

    script: deque[tuple[str, float]] = field(default_factory=deque)
    grammars: list[Grammar] = field(default_factory=list)
    opened: list[ScriptedHearing] = field(default_factory=list)
    breaks: int = 0
    """So many results fail."""

    async def listen(self, grammar: Grammar) -> Hearing:
        self.grammars.append(grammar)
        text, confidence = self.script.popleft() if self.script else ("", 0.0)
        hearing = ScriptedHearing(self, text, confidence)
        self.opened.append(hearing)
        return hearing

    async def healthy(self) -> bool:
        return True

    async def close(self) -> None:
        return


@dataclass
class HummingMouth:
    """Hums 50 ms a letter, and remembers what it said."""

    said: list[tuple[str, Pace]] = field(default_factory=list)
    hangs: bool = False
    fails: bool = False

    async def speech(self, text: str, pace: Pace = Pace.NORMAL) -> bytes:
        self.said.append((text, pace))
        if self.fails:
            raise SpeakingFailed("crashed", "no voice", retryable=False)
        if self.hangs:
            await asyncio.Event().wait()
        return tone(len(text) * 0.05, 300)

    async def healthy(self) -> bool:
        return True

    async def close(self) -> None:
        return


@dataclass
class NearCarrier:
    """The network's REST interface without HTTP."""

    twilio: OfflineTwilio

    async def redirect(self, call_sid: str, twiml: str) -> None:
        await self.twilio.redirect(self.twilio.calls[call_sid], twiml=twiml)

    async def begin(self, to: str, caller_id: str, url: str, **more: str) -> str:
        callbacks = Callbacks(more.get("StatusCallback", ""))
        return self.twilio.place(Order(caller_id, to, url, callbacks=callbacks)).sid


@dataclass
class House:
    """The centre, the network, and one caller's telephone."""

    store: Store
    line: PhoneLine
    ears: ScriptedEars
    mouth: HummingMouth
    twilio: OfflineTwilio
    connector: Connector
    clock: "LoopClock"

    def call(self, caller: str = STRANGER, *, faults: Faults = NONE) -> Call:
        return self.twilio.dial(caller, CENTRE, faults=faults)

    async def say(self, call: Call, text: str, *, confidence: float = 0.95, seconds: float = 0.8) -> None:
        """The caller says something that the ears will hear so."""
        self.ears.script.append((text, confidence))
        await call.say(tone(seconds, 440))

    async def quiet(self, call: Call, seconds: float = 1.2) -> None:
        """Until the bot has said something from now on and is quiet."""
        call.phone.heard_frames = 0
        await call.bot_finished(quiet_seconds=seconds)

    @property
    def said(self) -> list[str]:
        """All sentences that were made, in their order."""
        return [text for text, _ in self.mouth.said]

    def on_duty(self, *specs: AgentSpec) -> None:
        """These agents sit at their consoles."""
        with self.store.writing() as session:
            now = self.clock.now()
            accounts.create_agents(session, specs, now)
            for agent in session.scalars(select(Agent)).all():
                presence.set_available(session, agent.id, True, now)
                presence.heartbeat(session, agent.id, now)

    async def accepts(self, login: str) -> None:
        """The agent is offered the conversation, and accepts it; whoever is to be connected is."""
        with self.store.writing() as session:
            now = self.clock.now()
            for agent in session.scalars(select(Agent)).all():
                presence.heartbeat(session, agent.id, now)
            agent_id = session.scalars(select(Agent.id).where(Agent.login == login)).one()
            made = offers.assign(session, now, offer_seconds=30, presence_seconds=45)
            assert [one.agent_id for one in made] == [agent_id]
            offers.accept(session, agent_id, made[0].conversation_id, now)
        await self.connector.sweep()

    def die(self) -> None:
        """The process is gone in the middle of its calls: nothing is noted, its sockets break."""

        async def nothing(_sid: str) -> None:
            return

        self.line._note_end = nothing  # type: ignore[method-assign, assignment]
        for task in self.line._running.values():
            task.cancel()

    async def comes_due(self) -> None:
        """The time of a promised call comes."""
        await asyncio.sleep(3 * 3600)
        with self.store.writing() as session:
            assert len(callbacks.bring_due(session, self.clock.now())) == 1

    def record(self) -> PhoneCall:
        """The call that came in."""
        with self.store.reading() as session:
            return session.scalars(select(PhoneCall).where(PhoneCall.direction == "inbound")).one()

    def ledger(self) -> list[Message]:
        """Everything on the record of the only conversation."""
        with self.store.reading() as session:
            return list(session.scalars(select(Message).order_by(Message.seq)).all())

    def conversation(self) -> Conversation:
        """The only conversation."""
        with self.store.reading() as session:
            return session.scalars(select(Conversation)).one()

    @property
    def conversation_id(self) -> ConversationId:
        return ConversationId(self.conversation().id)


def tone(seconds: float, pitch: float) -> bytes:
    """A loud tone as mu-law."""
    times = np.arange(round(seconds * 8000)) / 8000
    return codec.encode((9000 * np.sin(2 * np.pi * pitch * times)).astype("<i2").tobytes())


def house_over(store: Store, **chosen: object) -> House:
    """Put it together on the running loop."""
    settings = Settings(demo=True, public_url=PUBLIC, **chosen)  # type: ignore[arg-type]
    clock = LoopClock(asyncio.get_running_loop())
    services = services_over(store, clock, settings)
    ears, mouth = ScriptedEars(), HummingMouth()
    parts = Parts(services, ears, mouth, LoudVad, lambda heard, _grammar: heard.text)
    line = PhoneLine(parts)
    signatures = Signatures((TOKEN,), PUBLIC)
    app = FastAPI()
    app.include_router(routes.router(line, signatures))
    twilio = OfflineTwilio(AsgiLine(app), TOKEN, calls_per_second=None)
    twilio.number(CENTRE, f"{PUBLIC}/voice/incoming", status_callback=f"{PUBLIC}/voice/status")
    answers = routes.Answers(signatures)
    connector = Connector(line, NearCarrier(twilio), services.signals, answers.dial, answers.url)
    return House(store, line, ears, mouth, twilio, connector, clock)


def run(store: Store, story: Callable[[House], Awaitable[None]], **chosen: object) -> None:
    """Run a story on virtual time; nothing may be left over."""

    async def whole() -> None:
        house = house_over(store, **chosen)
        before = asyncio.all_tasks()
        await story(house)
        await house.twilio.close()
        for _ in range(200):
            if house.line.open_calls == 0 and asyncio.all_tasks() <= before:
                break
            await asyncio.sleep(0.1)
        assert house.line.open_calls == 0
        assert {task.get_name() for task in asyncio.all_tasks() - before} == set()

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(whole())
