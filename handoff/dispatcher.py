"""The dispatcher: brings waiting conversations and free agents together, on every signal and on a short tick.

It decides nothing itself; it runs the queue's functions in one transaction and rings whom they moved.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from handoff import absence, callbacks, offers, pace, queue, transfers, write_ups
from records.clock import Clock
from records.models import ConversationId
from records.settings import Settings
from records.signals import PEOPLE, Signals, agent_topic
from records.store import Store

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0
"""Longest time between two looks: what runs out by the clock rings no bell."""

REST_SECONDS = 0.15
"""Shortest time between two looks: a busy hour rings many bells at once."""


class Dispatcher:
    """Runs lapses, lost agents, assignment and announcements. Any number may run side by side."""

    def __init__(self, store: Store, clock: Clock, signals: Signals, settings: Settings) -> None:
        """Watch `store` in the rhythm of `signals`; the waits are those of `settings`."""
        self._store = store
        self._signals = signals
        self._clock = clock
        self._settings = settings

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Dispatch in the background for as long as the context is open."""
        task = asyncio.create_task(self.run(), name="dispatcher")
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def run(self) -> None:
        """Dispatch until cancelled. A database that does not answer is tried again at the next tick."""
        with self._signals.watching(PEOPLE) as bell:
            while True:
                bell.clear()
                try:
                    await self.sweep()
                except SQLAlchemyError:
                    log.exception("dispatching failed; it is tried again")
                await asyncio.sleep(REST_SECONDS)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(bell.wait(), TICK_SECONDS)

    async def sweep(self) -> list[ConversationId]:
        """One look: whatever is due happens; returns the conversations that moved."""
        moved, offered_to = await asyncio.to_thread(self._sweep_and_find)
        for topic in (*moved, *map(agent_topic, offered_to)):
            self._signals.advanced(topic)
        if moved:
            self._signals.advanced(PEOPLE)
        return moved

    def _sweep_and_find(self) -> tuple[list[ConversationId], list[int]]:
        moved = self.sweep_now()
        if not moved:
            return [], []
        with self._store.reading() as session:
            return moved, offers.offered_to(session, moved)

    def sweep_now(self) -> list[ConversationId]:
        """The look itself, in the calling thread; it writes only what is due, each in a short transaction.

        First what ran out, then the offers, then what customers are told: places as they are.
        """
        moved: list[ConversationId] = []
        steps = iter(self._steps())
        while step := self._next_due(steps):
            with self._store.writing() as session:
                moved += step.carry_out(session, self._clock.now())
        return list(dict.fromkeys(moved))

    def _next_due(self, steps: Iterator["_Step"]) -> "_Step | None":
        with self._store.reading() as session:
            now = self._clock.now()
            return next((step for step in steps if step.is_due(session, now)), None)

    def _steps(self) -> tuple["_Step", ...]:
        offered, there = self._settings.offer_seconds, self._settings.presence_seconds
        written = self._settings.wrap_up_seconds
        return (
            _Step(offers.has_expired, offers.lapse_expired),
            _Step(
                partial(transfers.is_due, presence_seconds=there),
                partial(transfers.settle, presence_seconds=there),
            ),
            _Step(
                partial(absence.has_lost, presence_seconds=there),
                partial(absence.agent_lost, presence_seconds=there),
            ),
            _Step(callbacks.is_due, callbacks.bring_due),
            _Step(
                partial(write_ups.has_long, wrap_up_seconds=written),
                partial(write_ups.close_long, wrap_up_seconds=written),
            ),
            _Step(pace.is_due, partial(pace.measure, presence_seconds=there)),
            _Step(
                partial(offers.is_assignable, presence_seconds=there),
                partial(_assign, offer_seconds=offered, presence_seconds=there),
            ),
            _Step(queue.has_moved, queue.tell_positions),
        )


@dataclass(frozen=True, slots=True)
class _Step:
    """One thing that may be due; a transaction of its own, so that no lock is held while the next waits."""

    is_due: Callable[[Session, datetime], bool]
    carry_out: Callable[[Session, datetime], list[ConversationId]]


def _assign(
    session: Session, now: datetime, *, offer_seconds: float, presence_seconds: float
) -> list[ConversationId]:
    made = offers.assign(session, now, offer_seconds=offer_seconds, presence_seconds=presence_seconds)
    return [offer.conversation_id for offer in made]
