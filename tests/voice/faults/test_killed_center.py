"""The center process, killed in the middle of a call and started again: the real one, over the network.

The offline Twilio and the callers live in this process. What a caller said before is on the record; they are
taken to a person, or called back, and nothing is left behind.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import uvicorn
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from bench.measuring import tree
from bench.stack import Stack, free_ports
from records import secrets
from records.models import (
    Author,
    CallState,
    Conversation,
    Handoff,
    HandoffState,
    Kind,
    Message,
    Owner,
    PhoneCall,
)
from records.settings import SOFT_PHONE_ACCOUNT
from records.store import Store
from voice.testing import visitor_voice
from voice.testing.call import Call
from voice.testing.line import NetworkLine
from voice.testing.twilio import OfflineTwilio

CENTRE = "+12025550199"
LONGEST_STUCK_SECONDS = 60.0
WISH = "is my policy in force"
STORY = "I want to report a claim because I fell down the stairs yesterday"
APOLOGY = "Sorry, we have a problem. Please stay on the line."


@dataclass
class Place:
    """A running centre, its network, and its records as they are read from outside."""

    stack: Stack
    store: Store
    rest_port: int
    is_back: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def network(self, *, fallback: bool) -> AsyncIterator[OfflineTwilio]:
        """The offline Twilio; with a document for calls whose centre does not answer, or without one."""
        key = secrets.load(self.stack.data)["PHONE_KEY"]
        twilio = OfflineTwilio(NetworkLine(), key, SOFT_PHONE_ACCOUNT, keeps_audio=False)
        held = f"http://127.0.0.1:{self.rest_port}/held" if fallback else ""
        url = self.stack.url
        twilio.number(
            CENTRE, f"{url}/voice/incoming", fallback_url=held, status_callback=f"{url}/voice/status"
        )
        app = Starlette(routes=[Route("/held", self._held, methods=["POST"]), Mount("/", app=twilio.rest)])
        config = uvicorn.Config(
            app, host="127.0.0.1", port=self.rest_port, log_level="warning", lifespan="off"
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        try:
            yield twilio
        finally:
            await twilio.close()
            server.should_exit = True
            await serving

    async def _held(self, _request: Request) -> Response:
        """Somebody else's document: an apology, and the way back once the centre is there again."""
        back = f"<Redirect>{self.stack.url}/voice/action</Redirect>"
        wait = f"<Say>{APOLOGY}</Say><Redirect>http://127.0.0.1:{self.rest_port}/held</Redirect>"
        document = f"<Response>{back if self.is_back.is_set() else wait}</Response>"
        return Response(document, media_type="application/xml")

    async def again(self) -> None:
        """Start the center that was killed, and wait until it serves."""
        self.stack.start("center")
        await asyncio.to_thread(self.stack.wait_until_green)
        self.is_back.set()

    def conversation(self, call: Call) -> Conversation:
        """Of the call."""
        with self.store.reading() as session:
            of_call = select(PhoneCall.conversation_id).where(PhoneCall.sid == call.sid)
            return session.scalars(select(Conversation).where(Conversation.id.in_(of_call))).one()

    def state(self, call: Call) -> CallState:
        """Where the register has the call."""
        with self.store.reading() as session:
            return session.scalars(select(PhoneCall.state).where(PhoneCall.sid == call.sid)).one()

    def said(self, call: Call) -> list[str]:
        """What the caller said, as it stands on the record."""
        return [one.body["text"] for one in self._messages(call) if one.author is Author.CUSTOMER]

    def handoff(self, call: Call) -> Handoff:
        """Of the call's conversation."""
        conversation = self.conversation(call).id
        with self.store.reading() as session:
            return session.scalars(select(Handoff).where(Handoff.conversation_id == conversation)).one()

    def _messages(self, call: Call) -> list[Message]:
        conversation = self.conversation(call).id
        with self.store.reading() as session:
            found = select(Message).where(
                Message.conversation_id == conversation, Message.kind == Kind.MESSAGE
            )
            return list(session.scalars(found.order_by(Message.seq)).all())

    def open_calls(self) -> list[PhoneCall]:
        """Calls that the register does not know to be over."""
        with self.store.reading() as session:
            return list(session.scalars(select(PhoneCall).where(PhoneCall.state != CallState.ENDED)).all())

    def unfinished_turns(self) -> list[Conversation]:
        """Conversations in which something waits for the bot."""
        with self.store.reading() as session:
            waits = Conversation.pending_seq.is_not(None), Conversation.owner == Owner.BOT
            return list(session.scalars(select(Conversation).where(*waits)).all())

    async def nothing_is_stuck(self, killed: Iterable[int]) -> None:
        """No call, no turn, no slot, and no process of the center that was killed."""
        await until(lambda: not self.open_calls() and not self.unfinished_turns())
        await until(lambda: not any(is_alive(pid) for pid in killed))
        async with httpx.AsyncClient(trust_env=False) as client:
            lines = (await client.get(f"{self.stack.url}/metrics")).text.splitlines()
        assert "centre_calls_open 0.0" in lines


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stack, int]]:
    """A centre to be harmed, and the port of its network."""
    (rest_port,) = free_ports(1)
    settings = {"TWILIO_API_URL": f"http://127.0.0.1:{rest_port}", "PUBLIC_URL": ""}
    folder = tmp_path_factory.mktemp("killed") / "centre"
    with Stack(folder, customers=2, TURN_LEASE_SECONDS="3", **settings) as stack:
        yield stack, rest_port


@pytest.fixture
def place(running: tuple[Stack, int]) -> Iterator[Place]:
    stack, rest_port = running
    store = Store(f"sqlite:///{(stack.data / 'records.db').resolve()}")
    yield Place(stack, store, rest_port)
    store.close()


async def until(holds: Callable[[], bool]) -> None:
    """Until the records of another process say so."""
    async with asyncio.timeout(LONGEST_STUCK_SECONDS):
        while not await asyncio.to_thread(holds):  # noqa: ASYNC110 - no bell rings here for them
            await asyncio.sleep(0.1)


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that nobody has buried yet does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rsplit(")", 1)[1].split()[0] != "Z"


async def talked(twilio: OfflineTwilio, caller: str) -> Call:
    """A caller who was greeted, has said what they want, and is being answered."""
    call = twilio.dial(caller, CENTRE)
    await call.bot_finished()
    await call.say(visitor_voice.speak(WISH))
    await call.sounds()
    return call


async def test_killed_while_the_bot_speaks_the_caller_is_held_and_taken_to_a_person(place: Place) -> None:
    async with place.network(fallback=True) as twilio:
        call = await talked(twilio, "+12025560101")
        said = place.said(call)
        assert said
        killed = tree(place.stack.pid("center"))
        place.stack.kill("center")
        assert (await call.wait_for("say")).detail["text"] == APOLOGY
        await place.again()
        await call.wait_for("queued", within=LONGEST_STUCK_SECONDS)
        await call.wait_for("gather")
        assert any("went wrong on our side" in one["text"] for one in call.happened("say"))
        assert place.state(call) is CallState.QUEUED
        assert (place.handoff(call).state, place.handoff(call).reason) == (HandoffState.QUEUED, "bot_failed")
        assert place.said(call) == said
        await call.hang_up()
        await place.nothing_is_stuck(killed)
        assert place.handoff(call).state is HandoffState.ABANDONED


async def test_killed_while_the_caller_speaks_and_cut_off_by_the_network_they_are_called_back(
    place: Place,
) -> None:
    async with place.network(fallback=False) as twilio:
        call = await talked(twilio, "+12025560102")
        await call.bot_finished()
        said = place.said(call)
        assert said
        story = visitor_voice.speak(STORY)
        await call.say(story[: len(story) // 2])
        rest = call.phone.begin(story[len(story) // 2 :])
        killed = tree(place.stack.pid("center"))
        place.stack.kill("center")
        assert await call.ended() == "completed"
        await rest
        assert place.state(call) is CallState.BOT, "nobody was there to be told"
        await place.again()
        await place.nothing_is_stuck(killed)
        assert place.state(call) is CallState.ENDED
        handoff = place.handoff(call)
        assert handoff.due_at is not None
        assert handoff.reason == "bot_failed"
        # At night the call is promised for the morning; by day its time has come at once.
        assert handoff.state in (HandoffState.CALLBACK, HandoffState.QUEUED)
        assert place.said(call) == said
        next_one = await talked(twilio, "+12025560103")
        assert place.said(next_one), "the line is served as before"
        await next_one.hang_up()
        await until(lambda: not place.open_calls())
