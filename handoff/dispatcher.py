"""The dispatcher: brings waiting conversations and free agents together, on every signal and on a short tick.

It decides nothing itself; it runs the queue's functions in one transaction and rings whom they moved.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import SQLAlchemyError

from handoff import offers, presence, queue
from records.clock import Clock
from records.models import ConversationId
from records.settings import Settings
from records.signals import PEOPLE, Signals
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
        moved = await asyncio.to_thread(self.sweep_now)
        for conversation_id in moved:
            self._signals.advanced(conversation_id)
        if moved:
            self._signals.advanced(PEOPLE)
        return moved

    def sweep_now(self) -> list[ConversationId]:
        """The look itself, in the calling thread; it writes only when something is due."""
        offer_seconds, presence_seconds = self._settings.offer_seconds, self._settings.presence_seconds
        with self._store.reading() as session:
            now = self._clock.now()
            due = (
                offers.has_expired(session, now)
                or presence.has_lost(session, now, presence_seconds=presence_seconds)
                or offers.is_assignable(session, now, presence_seconds)
                or queue.has_moved(session)
            )
        if not due:
            return []
        with self._store.writing() as session:
            now = self._clock.now()
            moved = [
                *offers.lapse_expired(session, now),
                *presence.agent_lost(session, now, presence_seconds=presence_seconds),
                *(
                    offer.conversation_id
                    for offer in offers.assign(
                        session, now, offer_seconds=offer_seconds, presence_seconds=presence_seconds
                    )
                ),
                *queue.tell_positions(session, now),
            ]
        return list(dict.fromkeys(moved))
