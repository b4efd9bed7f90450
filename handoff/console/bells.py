"""Bells: one wait for several topics of signals, for a page that watches the queue and its own conversations.

Carries nothing and decides nothing; a bell that is missed is made good by the next look.
"""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

from records.models import ConversationId
from records.signals import Signals


class Bells:
    """The events of several topics, as one."""

    def __init__(self, events: Iterable[asyncio.Event]) -> None:
        """Any of `events` is a ring."""
        self._events = tuple(events)

    def clear(self) -> None:
        """From now on only new rings count."""
        for event in self._events:
            event.clear()

    async def rung(self, seconds: float) -> None:
        """Return at the first ring, or when the time is over."""
        waits = [asyncio.ensure_future(event.wait()) for event in self._events]
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()


@contextmanager
def watching(signals: Signals, topics: Iterable[ConversationId], own: asyncio.Event) -> Iterator[Bells]:
    """Watch all `topics`, and an event of one's own, for as long as the context is open."""
    with ExitStack() as stack:
        yield Bells([own, *(stack.enter_context(signals.watching(topic)) for topic in topics)])
