"""Signals inside one process: "this conversation has more, up to seq N".

A signal carries no content: whoever hears it reads the ledger. Losing one delays, never loses.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from records.models import ConversationId

PEOPLE = ConversationId("people")
"""Topic of the queue: rung when a conversation changes hands, its place or its case, and when an agent's
capacity changes; not by what is merely said, for that concerns only who watches the conversation."""


def agent_topic(agent_id: int) -> ConversationId:
    """Topic of one agent: rung when something is offered to them."""
    return ConversationId(f"agent:{agent_id}")


class Signals:
    """Subscriptions by conversation. Use from the event loop only."""

    def __init__(self) -> None:
        """Start with no subscriber."""
        self._bells: dict[ConversationId, set[asyncio.Event]] = defaultdict(set)

    def advanced(self, conversation_id: ConversationId) -> None:
        """Tell all who watch the conversation that its ledger has moved."""
        for bell in self._bells.get(conversation_id, ()):
            bell.set()

    @contextmanager
    def watching(
        self, conversation_id: ConversationId, bell: asyncio.Event | None = None
    ) -> Iterator[asyncio.Event]:
        """An event that is set at every signal; the watcher clears it before it reads the ledger.

        `bell` lets one event serve several topics.
        """
        bell = bell or asyncio.Event()
        self._bells[conversation_id].add(bell)
        try:
            yield bell
        finally:
            self._bells[conversation_id].discard(bell)
            if not self._bells[conversation_id]:
                del self._bells[conversation_id]
