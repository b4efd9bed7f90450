"""What a turn adds to the engine's answer: which intent it names, and when the count of misses ends."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.engine_client import Answer
from bot.turn import Turns
from records import ledger
from records.activity import Activity
from records.clock import ManualClock
from records.ledger import Entry
from records.models import Conversation, ConversationId
from records.settings import Settings
from records.signals import Signals
from records.store import Store
from records.turns import Turn


@dataclass
class Scripted:
    """An engine that answers what it was told to, and counts misses as the actions do."""

    store: Store
    intent: str = ""
    custom: Mapping[str, Any] = field(default_factory=dict)
    misses: int = 0

    async def ask(self, turn: Turn) -> Answer:
        with self.store.writing() as session:
            of = Conversation.id == turn.conversation_id
            if self.misses:
                session.execute(update(Conversation).where(of).values(fallbacks=self.misses))
        return Answer([{"text": "Well.", "custom": dict(self.custom)}], self.intent, 0.9)


@dataclass
class Centre:
    """One conversation with the scripted engine."""

    store: Store
    engine: Scripted
    turns: Turns
    conversation_id: ConversationId
    count: int = 0

    async def say(self, understood: str, misses: int = 0, **custom: Any) -> Mapping[str, Any]:
        """Send a message that the engine understands so; what the last entry says for machines."""
        self.engine.intent, self.engine.misses, self.engine.custom = understood, misses, custom
        self.count += 1
        receipt = await self.turns.receive(
            lambda _session: self.conversation_id, f"k{self.count}", lambda _session, _id: {"text": "x"}
        )
        assert receipt.answering is not None
        entries: list[Entry] = await receipt.answering
        found: Mapping[str, Any] = entries[0].body["custom"]
        return found

    @property
    def fallbacks(self) -> int:
        with self.store.reading() as session:
            return session.scalars(
                select(Conversation.fallbacks).where(Conversation.id == self.conversation_id)
            ).one()


@pytest.fixture
def centre(store: Store, clock: ManualClock) -> Centre:
    engine = Scripted(store)
    turns = Turns(store, clock, engine, Signals(), Activity(Signals()), Settings())
    with store.writing() as session:
        conversation_id, _ = ledger.open_conversation(session, "chat", clock.now())
    return Centre(store, engine, turns, conversation_id)


@pytest.mark.parametrize("intent", ["greet", "thank", "ask_question", "find_branch"])
async def test_a_message_that_was_understood_ends_the_row_of_misses(intent: str, centre: Centre) -> None:
    await centre.say("nlu_fallback", misses=1)
    assert centre.fallbacks == 1
    await centre.say(intent)
    assert centre.fallbacks == 0


@pytest.mark.parametrize("intent", ["nlu_fallback", "out_of_scope"])
async def test_a_message_that_was_not_understood_leaves_the_count(intent: str, centre: Centre) -> None:
    await centre.say("nlu_fallback", misses=1)
    await centre.say(intent)
    assert centre.fallbacks == 1


async def test_an_answer_to_a_forms_question_counts_as_understood_and_names_the_service(
    centre: Centre,
) -> None:
    await centre.say("nlu_fallback", misses=1)
    custom = await centre.say("out_of_scope", intent="check_policy_status", expects="birth")
    assert custom["intent"] == "check_policy_status"
    assert centre.fallbacks == 0


async def test_without_a_word_of_the_action_the_understanding_names_the_intent(centre: Centre) -> None:
    assert (await centre.say("greet"))["intent"] == "greet"
