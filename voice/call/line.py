"""The phone line of one process: lets streams in, runs their calls, and answers where calls go next.

All writing is done here in transactions of their own; who asks only turns the answer into a document.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from prometheus_client import Counter, Gauge
from sqlalchemy.orm import Session

from handoff import telephone
from records import audit
from records.models import CallState, ConversationId, PhoneCall
from records.signals import PEOPLE
from voice.call import callback, course, prompts, register
from voice.call.call import Call
from voice.call.dialogue import Standing, standing_of
from voice.call.parts import Parts
from voice.call.states import Event
from voice.call.steps import Home, Step
from voice.call.wire import Wire
from voice.speaking import wording
from voice.telephony import tokens
from voice.telephony.messages import Start

log = logging.getLogger(__name__)
T = TypeVar("T")

CALLS = Counter("centre_calls", "Calls by what became of them at the door", ["outcome"])
STREAMS = Gauge("centre_calls_open", "Calls that the bot serves now")

SETTLE_SECONDS = 3.0
"""So long an answer waits for the end of the stream that it is about: the question may overtake it."""

POLL_SECONDS = 0.1
CUT_OFF = "cut_off"
"""Parameter of a stream: the one before it broke."""


class PhoneLine:
    """All calls of one process."""

    def __init__(self, parts: Parts) -> None:
        """Nobody has called."""
        self.parts = parts
        self._services = parts.services
        self._running: dict[str, asyncio.Task[None]] = {}

    @property
    def open_calls(self) -> int:
        """Calls that the bot serves now."""
        return len(self._running)

    def serves(self, sid: str) -> bool:
        """Whether the bot talks on this call, in this process."""
        return sid in self._running

    async def ring(self, sid: str, caller: str, called: str) -> Step | None:
        """A call comes in; None when all lines are busy."""
        if len(self._running) >= self._services.settings.phone_lines:
            CALLS.labels("busy").inc()
            return None

        def work(session: Session, now: datetime) -> Step:
            call = register.ring(session, sid, caller, called, now)
            return course.go_on(session, call, now)

        CALLS.labels("came_in").inc()
        return await self.write(work)

    async def admit(self, start: Start) -> Standing | None:
        """Let a stream in by its token; None when it may not come in."""

        def work(session: Session, now: datetime) -> Standing | None:
            token = start.parameters.get(tokens.PARAMETER, "")
            call = tokens.redeem(session, start.call_sid, token, now)
            if call is None or not register.move(call, Event.STREAM_OPENED, now):
                subject = f"call:{start.call_sid[:64]}"
                audit.note(session, now, "system", "stream_refused", subject)
                return None
            return standing_of(session, call, was_cut_off=start.parameters.get(CUT_OFF) == "1")

        standing = await self.write(work)
        CALLS.labels("admitted" if standing else "refused").inc()
        return standing

    async def serve(self, wire: Wire, sid: str, standing: Standing) -> None:
        """Run the call of a stream that was let in, to its end."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a call is served in a task")
        self._running[sid] = task
        STREAMS.inc()
        try:
            await Call(wire, self.parts, sid, standing).run()
        finally:
            STREAMS.dec()
            # The next question about this call waits for this line of the records.
            await asyncio.shield(self._note_end(sid))
            self._running.pop(sid, None)

    async def go_on(self, sid: str) -> Step:
        """Where a call goes now that its stream, its wait or its talk is over."""
        await self._settled(sid)
        return await self._step(sid, course.go_on)

    async def after_dial(self, sid: str, why: str) -> Step:
        """Where a call goes after an agent's telephone was called."""
        return await self._step(sid, lambda session, call, now: course.after_dial(session, call, why, now))

    async def wait_words(self, sid: str) -> str | None:
        """What a waiting caller is told; None when they need not wait any longer, "" when fetched."""

        def look(session: Session) -> str | None:
            call = session.get(PhoneCall, sid)
            if call is None:
                return None
            if call.state is CallState.DIALLING:
                return ""
            conversation_id = ConversationId(call.conversation_id)
            return telephone.wait_words(session, conversation_id, self._services.clock.now())

        words = await self.read(look)
        return None if words is None else _said(words)

    async def call_back(self, sid: str) -> str | None:
        """Promise the waiting caller a call; the words of the promise, None when it is too late."""

        def work(session: Session, now: datetime) -> str | None:
            call = register.find(session, sid)
            return None if call is None else course.call_back(session, call, now)

        words = await self.write(work)
        self._services.signals.advanced(PEOPLE)
        return None if words is None else _said(words)

    async def whisper(self, sid: str) -> str:
        """What the agent hears before the caller; empty when the call is not for them any more."""

        def look(session: Session) -> str:
            call = session.get(PhoneCall, sid)
            if call is None or call.state is not CallState.DIALLING:
                return ""
            return course.words_for_agent(session, call)

        return _said(await self.read(look))

    async def call_back_made(self, sid: str, conversation_id: str) -> str:
        """What the agent of a promised call hears first; empty when it is not theirs any more."""

        def look(session: Session) -> str:
            holder = telephone.holder(session, ConversationId(conversation_id))
            return "" if holder is None else course.greeting_of(holder)

        return _said(await self.read(look))

    async def call_back_taken(self, sid: str) -> Step:
        """The agent of a promised call pressed the key."""
        return await self._step(sid, callback.take)

    async def taken(self, sid: str) -> bool:
        """The agent pressed the key; False when the call is not waiting for it any more."""

        def work(session: Session, now: datetime) -> bool:
            call = register.find(session, sid)
            return call is not None and course.taken(call, now)

        return await self.write(work)

    async def hung_up(self, sid: str) -> None:
        """The call is over."""

        def work(session: Session, now: datetime) -> str | None:
            call = register.find(session, sid)
            if call is None:
                return None
            course.hung_up(session, call, now)
            return call.conversation_id

        conversation_id = await self.write(work)
        if conversation_id is not None:
            self._services.signals.advanced(ConversationId(conversation_id))
            self._services.signals.advanced(PEOPLE)

    async def close(self) -> None:
        """End all streams; their callers are taken back by whoever answers next."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def write(self, work: Callable[[Session, datetime], T]) -> T:
        """Do something in a transaction of its own."""

        def transaction() -> T:
            with self._services.store.writing() as session:
                return work(session, self._services.clock.now())

        return await asyncio.to_thread(transaction)

    async def read(self, work: Callable[[Session], T]) -> T:
        """Look something up."""

        def look() -> T:
            with self._services.store.reading() as session:
                return work(session)

        return await asyncio.to_thread(look)

    async def _step(self, sid: str, work: Callable[[Session, PhoneCall, datetime], Step]) -> Step:
        def find(session: Session, now: datetime) -> tuple[Step, str | None]:
            call = register.find(session, sid)
            if call is None:
                return Home(prompts.APOLOGY_UNKNOWN), None
            return work(session, call, now), call.conversation_id

        step, conversation_id = await self.write(find)
        if conversation_id is not None:
            self._services.signals.advanced(ConversationId(conversation_id))
        self._services.signals.advanced(PEOPLE)
        return step

    async def _settled(self, sid: str) -> None:
        """Wait until the stream of the call is noted as over, here or in another process; not for ever."""
        for _ in range(round(SETTLE_SECONDS / POLL_SECONDS)):
            if sid not in self._running and not await self._is_with_bot(sid):
                return
            await asyncio.sleep(POLL_SECONDS)

    async def _is_with_bot(self, sid: str) -> bool:
        def look(session: Session) -> bool:
            call = session.get(PhoneCall, sid)
            return call is not None and call.state is CallState.BOT

        return await self.read(look)

    async def _note_end(self, sid: str) -> None:
        def work(session: Session, now: datetime) -> None:
            call = register.find(session, sid)
            if call is not None:
                course.stream_ended(call, now)

        await self.write(work)


def _said(words: str) -> str:
    """As a network's voice should read it: numbers in words."""
    return " ".join(wording.sentences_of(words))
