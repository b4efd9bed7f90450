"""What passes and is not kept: who is typing, what was delivered and read. A restart loses it harmlessly."""

import time
from collections.abc import Callable
from typing import Literal

from records.models import ConversationId
from records.signals import Signals

Party = Literal["customer", "bot", "agent"]
TYPING_SECONDS = 5.0


class Activity:
    """Typing and reading, by conversation."""

    def __init__(self, signals: Signals, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Watchers of a conversation are told through `signals`."""
        self._signals = signals
        self._monotonic = monotonic
        self._typing: dict[ConversationId, tuple[Party, float]] = {}
        self._read: dict[ConversationId, int] = {}
        self._delivered: dict[ConversationId, int] = {}

    def typing(self, conversation_id: ConversationId, party: Party) -> None:
        """`party` is typing now; it is believed for five seconds."""
        self._typing[conversation_id] = (party, self._monotonic() + TYPING_SECONDS)
        self._signals.advanced(conversation_id)

    def stopped(self, conversation_id: ConversationId) -> None:
        """Nobody is typing any more: the message is there."""
        self._typing.pop(conversation_id, None)

    def who_types(self, conversation_id: ConversationId) -> Party | None:
        """Who is typing."""
        party, until = self._typing.get(conversation_id, (None, 0.0))
        if party and until < self._monotonic():
            self.stopped(conversation_id)
            return None
        return party

    def delivered(self, conversation_id: ConversationId, seq: int) -> None:
        """Everything up to `seq` went out on a connection of the customer; nobody is woken for that."""
        self._delivered[conversation_id] = max(seq, self._delivered.get(conversation_id, 0))

    def delivered_up_to(self, conversation_id: ConversationId) -> int:
        """The last entry that went out to the customer, as far as this process knows."""
        return self._delivered.get(conversation_id, 0)

    def read(self, conversation_id: ConversationId, seq: int) -> None:
        """The customer has seen up to `seq`."""
        if seq > self._read.get(conversation_id, 0):
            self._read[conversation_id] = seq
            self._signals.advanced(conversation_id)

    def read_up_to(self, conversation_id: ConversationId) -> int:
        """The last entry that the customer has seen, as far as this process knows."""
        return self._read.get(conversation_id, 0)
