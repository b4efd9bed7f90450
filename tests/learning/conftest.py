"""Conversations with the bot, as the ledger holds them, with what the engine heard."""

from typing import Any

import pytest
from sqlalchemy import update

from records import ledger, turns
from records.clock import ManualClock
from records.models import Conversation, ConversationId, Customer
from records.store import Store


class Talks:
    """Writes whole turns the way the centre does."""

    def __init__(self, store: Store, clock: ManualClock) -> None:
        self.store = store
        self.clock = clock

    def opened(self, channel: str = "chat") -> ConversationId:
        with self.store.writing() as session:
            return ledger.open_conversation(session, channel, self.clock.now())[0]

    def turn(
        self,
        conversation: ConversationId,
        said: str,
        intent: str = "greet",
        confidence: float = 0.99,
        *,
        button: dict[str, Any] | None = None,
        buttons: list[dict[str, Any]] | None = None,
        reply: str = "Well.",
        **custom: Any,
    ) -> int:
        """One message and its answer; returns the message's number."""
        self.clock.advance(seconds=5)
        body: dict[str, Any] = {"text": said} | ({"button": button} if button else {})
        with self.store.writing() as session:
            now = self.clock.now()
            entry, standing, _ = ledger.append_from_customer(
                session, conversation, f"k{now.timestamp()}", body, now
            )
            turn = turns.take(session, standing, "tests", now, 6.0, latest=entry)
            assert turn is not None
            answer = {
                "text": reply,
                "custom": {"tier": 1, "intent": intent, **custom},
                "heard": {
                    "intent": intent,
                    "confidence": confidence,
                    "ranking": [[intent, confidence], ["take_policy_loan", 0.01]],
                },
            } | ({"buttons": buttons} if buttons else {})
            turns.finish(session, turn, [answer], now)
        return entry.seq

    def known_customer(self, conversation: ConversationId, name: str) -> None:
        with self.store.writing() as session:
            customer = Customer(
                number="C1", name=name, sex="m", birth=self.clock.now().date(), id_no="110101198503120011",
                mobile="+12025550101", province="Beijing", language="en",
            )  # fmt: skip
            session.add(customer)
            session.flush()
            session.execute(
                update(Conversation).where(Conversation.id == conversation).values(customer_id=customer.id)
            )


@pytest.fixture
def talks(any_store: Store, clock: ManualClock) -> Talks:
    return Talks(any_store, clock)
