"""A candidate in the shadow hears every real turn once, says nothing, and its disagreements are reviewed."""

import pytest
from sqlalchemy import func, select

from bot.shadow import CandidateAway, Shadow
from records.models import Message, Review
from tests.learning.conftest import Talks


def entries(talks: Talks) -> int:
    with talks.store.reading() as session:
        return session.scalar(select(func.count()).select_from(Message)) or 0


async def test_disagreements_are_filed_masked_and_nothing_is_said(talks: Talks) -> None:
    begun = talks.clock.now()
    conversation = talks.opened()
    talks.turn(conversation, "hello", "greet")
    talks.turn(conversation, "money for 880000100101", "surrender_policy")
    talks.turn(conversation, "hm", "nlu_fallback", 0.2)
    talks.turn(conversation, "Yes", "affirm", 1.0, button={"intent": "affirm"})
    talks.clock.advance(minutes=1)
    before = entries(talks)
    asked: list[str] = []

    async def candidate(text: str) -> str:
        asked.append(text)
        return {"hello": "greet"}.get(text, "take_policy_loan")

    shadow = Shadow(talks.store, talks.clock, candidate)
    shadow.begin(begun)
    assert await shadow.follow() == 3
    assert await shadow.follow() == 0
    assert asked == ["hello", "money for 880000100101", "hm"]
    assert (shadow.tally.heard, shadow.tally.agreed, shadow.tally.candidate_only) == (3, 1, 1)
    assert "agreement 33.3%" in str(shadow.tally)
    with talks.store.reading() as session:
        found = {one.text: (one.reasons, one.suggested) for one in session.scalars(select(Review))}
    assert found == {
        "money for 000000000000": (["disagreement"], "take_policy_loan"),
        "hm": (["disagreement"], "take_policy_loan"),
    }
    assert entries(talks) == before

    talks.turn(conversation, "hello", "greet")
    talks.clock.advance(minutes=1)
    assert await shadow.follow() == 1


async def test_answers_to_a_forms_question_are_not_compared(talks: Talks) -> None:
    begun = talks.clock.now()
    conversation = talks.opened()
    talks.turn(conversation, "borrow", "take_policy_loan", expects="amount")
    talks.turn(conversation, "twenty thousand", "nlu_fallback", 0.2)
    talks.clock.advance(minutes=1)

    async def candidate(_text: str) -> str:
        return "take_policy_loan"

    shadow = Shadow(talks.store, talks.clock, candidate)
    shadow.begin(begun)
    assert await shadow.follow() == 1


async def test_what_a_candidate_that_was_away_missed_is_heard_later(talks: Talks) -> None:
    begun = talks.clock.now()
    talks.turn(talks.opened(), "hello", "greet")
    talks.clock.advance(minutes=1)
    away = True

    async def candidate(_text: str) -> str:
        if away:
            raise CandidateAway
        return "greet"

    shadow = Shadow(talks.store, talks.clock, candidate)
    shadow.begin(begun)
    with pytest.raises(CandidateAway):
        await shadow.follow()
    away = False
    assert await shadow.follow() == 1
