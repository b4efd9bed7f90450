"""One customer message through the tiers: stored, answered by the bot or left to the person who owns it.

Never silent: a turn whose engine fails goes to a person; a turn whose worker dies is taken up again.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from prometheus_client import Counter, Histogram
from sqlalchemy.orm import Session

from actions import identity
from bot import replies
from bot.engine_client import Answer, Engine, EngineUnavailable
from handoff import queue, satisfaction, ways_out
from records import ledger, turns
from records.activity import Activity
from records.clock import Clock
from records.ledger import Entry, StaleEpoch
from records.models import ConversationId, Kind, TurnEffect
from records.models.base import opaque_id
from records.settings import Settings
from records.signals import PEOPLE, Signals
from records.store import Store
from records.turns import Turn

log = logging.getLogger(__name__)
T = TypeVar("T")
Body = Callable[[Session, ConversationId], Mapping[str, Any]]
"""Makes the body of a customer's message, given the conversation it is for."""

TURNS = Counter("centre_turns", "Turns of the bot, by how they ended", ["outcome"])
TURN_SECONDS = Histogram("centre_turn_seconds", "From a turn's start to its stored replies")

TYPING_AFTER_SECONDS = 0.4
"""Quicker answers need no sign that one is coming."""

NOT_UNDERSTOOD = frozenset({"nlu_fallback", "out_of_scope", None})
"""Intents after which the count of messages not understood in a row goes on; any other ends it."""


async def _at_once() -> None:
    """Wait for nothing."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a customer's message."""

    entry: Entry
    fresh: bool
    """False: the same key was stored before; nothing was done again."""
    answering: asyncio.Task[list[Entry]] | None
    """The turn this message started; None when a person owns the conversation or a turn is under way."""


class Turns:
    """Takes customers' messages and has the bot answer them, one at a time in each conversation."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        engine: Engine,
        signals: Signals,
        activity: Activity,
        settings: Settings,
        recovered: Callable[[], Awaitable[None]] = _at_once,
    ) -> None:
        """Everything it touches is given; `recovered` waits for an engine that is being started again."""
        self._store = store
        self._clock = clock
        self._engine = engine
        self._signals = signals
        self._activity = activity
        self._lease_seconds = settings.turn_lease_seconds
        self._recovered = recovered
        self._running: set[asyncio.Task[list[Entry]]] = set()

    async def receive(
        self,
        conversation: Callable[[Session], ConversationId],
        key: str | None,
        body: Body,
    ) -> Receipt:
        """Store a message; when this returns, it is committed.

        `key` is the client's name for it, None where it gave none. `conversation` finds the
        conversation, or opens it; `body` is what `bot.utterance` makes of the message. Both run in the
        transaction that stores the message.

        Raises:
            UnknownConversation: no such conversation.
            Unacceptable: from `body`; nothing is stored.
        """
        worker = opaque_id()

        def store(session: Session) -> tuple[Entry, bool, Turn | None]:
            now = self._clock.now()
            conversation_id = conversation(session)
            content = body(session, conversation_id)
            if satisfaction.is_answer(content):
                entry, _, fresh = satisfaction.take(session, conversation_id, key, content, now)
                return entry, fresh, None
            if ways_out.is_pressed(content) or ways_out.is_number_wanted(session, conversation_id, content):
                entry, fresh = ways_out.take(session, conversation_id, key, content, now)
                return entry, fresh, None
            lease = turns.lease(worker, now, self._lease_seconds)
            entry, standing, fresh = ledger.append_from_customer(
                session, conversation_id, key, content, now, lease
            )
            turn = (
                turns.take(session, standing, worker, now, self._lease_seconds, latest=entry)
                if fresh
                else None
            )
            return entry, fresh, turn

        entry, fresh, turn = await self._write(store)
        if fresh:
            # Whoever serves the customer watches the conversation; the queue does not move by what is said,
            # only by what is said beside the talk: there a customer may leave it.
            self._signals.advanced(entry.conversation_id)
            if entry.body.get("aside"):
                self._signals.advanced(PEOPLE)
        return Receipt(entry, fresh, self._start(turn) if turn else None)

    async def sweep(self) -> int:
        """Take up every turn that nobody is working on; returns how many."""

        def take_all(session: Session) -> list[Turn]:
            now = self._clock.now()
            taken = (
                turns.take(session, ledger.lock(session, one), opaque_id(), now, self._lease_seconds)
                for one in turns.unfinished(session, now)
            )
            return [turn for turn in taken if turn is not None]

        # Mostly there is nothing, and a look does not keep those who write waiting.
        if not await asyncio.to_thread(self._is_something_left):
            return 0
        taken = await self._write(take_all)
        for turn in taken:
            log.info("taking up turn %s", turn.id)
            self._start(turn)
        return len(taken)

    def _is_something_left(self) -> bool:
        with self._store.reading() as session:
            return bool(turns.unfinished(session, self._clock.now(), limit=1))

    async def sweep_forever(self, interval_seconds: float = 1.0) -> None:
        """Sweep until cancelled; a failing database is reported and tried again."""
        while True:
            try:
                await self.sweep()
            except Exception:
                log.exception("sweep failed")
            await asyncio.sleep(interval_seconds)

    async def drain(self) -> None:
        """Let the turns under way finish; what does not finish in a lease is taken up after the restart."""
        if self._running:
            await asyncio.wait(self._running, timeout=self._lease_seconds)

    def _start(self, turn: Turn) -> asyncio.Task[list[Entry]]:
        task = asyncio.create_task(self._work(turn), name=f"turn {turn.id}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def _work(self, turn: Turn) -> list[Entry]:
        """Answer the turn and those that arrived meanwhile; returns the entries of the first."""
        first: list[Entry] | None = None
        following: Turn | None = turn
        while following is not None:
            entries, following = await self._answer(following)
            first = entries if first is None else first
        return first or []

    async def _answer(self, turn: Turn) -> tuple[list[Entry], Turn | None]:
        begun = time.monotonic()
        async with self._accompanied(turn):
            try:
                answer: Answer | None = await self._ask(turn)
            except EngineUnavailable as error:
                log.warning("turn %s goes to a person: %s", turn.id, error)
                answer = None
        try:
            result = await self._store_answer(turn, answer)
        except StaleEpoch:
            # A person took over, or another worker the turn: what the bot had to say is not said.
            TURNS.labels("overtaken").inc()
            return [], None
        TURNS.labels("answered" if answer else "failed").inc()
        TURN_SECONDS.observe(time.monotonic() - begun)
        self._activity.stopped(turn.conversation_id)
        self._signals.advanced(turn.conversation_id)
        if any(entry.kind is Kind.STATUS for entry in result[0]):
            self._signals.advanced(PEOPLE)
        return result

    async def _store_answer(self, turn: Turn, answer: Answer | None) -> tuple[list[Entry], Turn | None]:
        try:
            return await self._write(lambda session: self._finish(session, turn, answer))
        except StaleEpoch:
            raise
        except Exception:
            if answer is None:
                raise
            # What cannot be stored once cannot be stored again: a person, not the same turn for ever.
            log.exception("the answer to turn %s could not be stored", turn.id)
            return await self._write(lambda session: self._finish(session, turn, None))

    async def _ask(self, turn: Turn) -> Answer:
        try:
            return await self._engine.ask(turn)
        except EngineUnavailable as error:
            log.info("turn %s asks again: %s", turn.id, error)
            await self._recovered()
            return await self._engine.ask(turn)

    @asynccontextmanager
    async def _accompanied(self, turn: Turn) -> AsyncIterator[None]:
        """Show that the bot is at it when that takes a while, and keep the lease."""
        begun: list[asyncio.Task[None]] = []
        # Most answers come first: a timer costs less than a task.
        timer = asyncio.get_running_loop().call_later(
            TYPING_AFTER_SECONDS, lambda: begun.append(asyncio.create_task(self._accompany(turn)))
        )
        try:
            yield
        finally:
            timer.cancel()
            for task in begun:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def _accompany(self, turn: Turn) -> None:
        self._activity.typing(turn.conversation_id, "bot")
        while True:
            await asyncio.sleep(self._lease_seconds / 3)
            await self._write(
                lambda session: turns.renew(session, turn, self._clock.now(), self._lease_seconds)
            )

    def _finish(self, session: Session, turn: Turn, answer: Answer | None) -> tuple[list[Entry], Turn | None]:
        now = self._clock.now()
        bodies = replies.bodies_of(answer or _carried_out(session, turn))
        last = bodies[-1].setdefault("custom", {})
        last["assurance"] = identity.level(session, turn.conversation_id, now)
        understood = last["intent"] not in NOT_UNDERSTOOD and not last.get("clarify")
        entries, standing = turns.finish(session, turn, bodies, now, understood=understood)
        if reason := last.get("handoff"):
            queue.hand_over(session, standing, reason, now, intent=last["intent"])
            entries += ledger.fetch_since(session, turn.conversation_id, entries[-1].seq)
            return entries, None
        if standing.pending_seq is None:
            return entries, None
        return entries, turns.take(session, standing, turn.worker, now, self._lease_seconds)

    async def _write(self, work: Callable[[Session], T]) -> T:
        def transaction() -> T:
            with self._store.writing() as session:
                return work(session)

        return await asyncio.to_thread(transaction)


def _carried_out(session: Session, turn: Turn) -> Answer | None:
    """What the actions had done and said already when the line to them broke: the customer must hear it."""
    effect = session.get(TurnEffect, turn.id)
    return None if effect is None else Answer(effect.result["messages"], intent="", confidence=0.0)
