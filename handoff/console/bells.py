"""Bells: one wait for several topics of signals, for a page that watches the queue and its own conversations.

Carries nothing and decides nothing; a bell that is missed is made good by the next look.
"""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

from records.models import ConversationId
from records.signals import Signals


class Bells:
    """The ring of several topics, as one event: a page waits for many, and there are many pages."""

    def __init__(self, event: asyncio.Event) -> None:
        """`event` is set by any of them."""
        self._event = event

    def clear(self) -> None:
        """From now on only new rings count."""
        self._event.clear()

    async def rung(self, seconds: float) -> bool:
        """Return at the first ring, or False when the time is over."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        return True


@contextmanager
def watching(signals: Signals, topics: Iterable[ConversationId], own: asyncio.Event) -> Iterator[Bells]:
    """Watch all `topics`, and an event of one's own, for as long as the context is open."""
    with ExitStack() as stack:
        for topic in topics:
            stack.enter_context(signals.watching(topic, own))
        yield Bells(own)
