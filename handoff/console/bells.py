"""Bells: one wait for several topics of signals, for a page that watches the queue and its own conversations.

Carries nothing and decides nothing; a bell that is missed is made good by the next look.
"""

import asyncio
from collections.abc import Set
from contextlib import ExitStack

from records.models import ConversationId
from records.signals import Signals


class Bells:
    """The ring of several topics, as one event: a page waits for many, and there are many pages."""

    def __init__(self, signals: Signals) -> None:
        """Nothing is watched yet."""
        self._signals = signals
        self._event = asyncio.Event()
        self._topics: Set[ConversationId] = frozenset()
        self._watching = ExitStack()
        self._is_closed = False

    def watch(self, topics: Set[ConversationId]) -> bool:
        """Watch these and no others from now on; whether any of them was not watched before."""
        if self._is_closed or topics == self._topics:
            return False
        more = not topics <= self._topics
        # One event serves all: what is let go of afterwards would be let go of for the new ones as well.
        self._watching.close()
        for topic in topics:
            self._watching.enter_context(self._signals.watching(topic, self._event))
        self._topics = frozenset(topics)
        return more

    def close(self) -> None:
        """The page is gone: nothing is watched any more, whatever an act that is under way asks for."""
        self.watch(frozenset())
        self._is_closed = True

    def ring(self) -> None:
        """As if something had happened to a topic."""
        self._event.set()

    def clear(self) -> None:
        """From now on only new rings count."""
        self._event.clear()

    async def rung(self, seconds: float) -> bool:
        """Return at a ring that nobody has answered, or False when the time is over."""
        try:
            async with asyncio.timeout(seconds):
                # One that was cleared while we were being woken has been answered.
                while not self._event.is_set():
                    await self._event.wait()
        except TimeoutError:
            return False
        return True
