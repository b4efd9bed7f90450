"""Which turns reach the review list, in what state, and that reading the ledger again changes nothing."""

from typing import Any

import pytest
from sqlalchemy import select

from actions.learning.collecting import collect
from records.models import LedgerCursor, Review
from tests.learning.conftest import Talks

CHOICES = [
    {"title": "Take a loan", "payload": {"intent": "take_policy_loan"}},
    {"title": "A person", "payload": {"intent": "talk_to_agent"}},
]


def collected(talks: Talks, *, wait: float = 60) -> dict[str, Review]:
    talks.clock.advance(seconds=wait)
    collect(talks.store, talks.clock)
    with talks.store.reading() as session:
        return {review.text: review for review in session.scalars(select(Review))}


@pytest.mark.parametrize(
    ("turn", "reasons"),
    [
        ({"intent": "nlu_fallback", "confidence": 0.3}, ["unknown"]),
        ({"intent": "surrender_policy", "confidence": 0.41}, ["unsure"]),
        ({"intent": "nlu_fallback", "confidence": 0.3, "buttons": CHOICES}, ["unknown", "clarified"]),
        ({"intent": "surrender_policy", "confidence": 0.8, "clarify": True}, ["clarified"]),
        ({"intent": "surrender_policy", "handoff": "anger"}, ["handed_off"]),
    ],
)
def test_a_turn_that_went_badly_is_laid_before_a_reviewer(
    talks: Talks, turn: dict[str, Any], reasons: list[str]
) -> None:
    talks.turn(talks.opened(), "give me that money", **turn)
    assert collected(talks)["give me that money"].reasons == reasons


def test_a_turn_that_went_well_is_not(talks: Talks) -> None:
    talks.turn(talks.opened(), "hello")
    assert collected(talks) == {}


def test_what_was_understood_is_kept_beside_the_words(talks: Talks) -> None:
    talks.turn(talks.opened("rest"), "end it", "surrender_policy", 0.41, article="surrender_loss")
    review = collected(talks)["end it"]
    assert (review.intent, review.confidence, review.channel) == ("surrender_policy", 0.41, "rest")
    assert review.ranking == [["surrender_policy", 0.41], ["take_policy_loan", 0.01]]
    assert review.article == "surrender_loss"


def test_an_answer_to_a_forms_question_is_not_judged(talks: Talks) -> None:
    conversation = talks.opened()
    talks.turn(conversation, "borrow", "take_policy_loan", expects="amount")
    talks.turn(conversation, "twenty thousand", "nlu_fallback", 0.2)
    assert collected(talks) == {}


def test_what_the_customer_takes_back_at_once_is_laid_before_a_reviewer(talks: Talks) -> None:
    conversation = talks.opened()
    talks.turn(conversation, "cancel", "surrender_policy")
    talks.turn(conversation, "no I meant something else", "correct_answer")
    assert collected(talks)["cancel"].reasons == ["corrected"]


def test_the_choice_after_a_clarifying_question_is_suggested_to_the_reviewer(talks: Talks) -> None:
    conversation = talks.opened()
    talks.turn(conversation, "money please", "nlu_fallback", 0.3, buttons=CHOICES)
    talks.turn(conversation, "Take a loan", "take_policy_loan", 1.0, button={"intent": "take_policy_loan"})
    found = collected(talks)
    assert list(found) == ["money please"]
    assert found["money please"].suggested == "take_policy_loan"


def test_a_vote_against_an_answer_brings_its_question_up_even_later(talks: Talks) -> None:
    conversation = talks.opened()
    talks.turn(conversation, "what is a rider", "ask_question", article="riders_explained")
    assert collected(talks) == {}
    vote = {"intent": "ask_question", "article": "riders_explained", "feedback": "down"}
    talks.turn(conversation, "That did not help", "ask_question", 1.0, button=vote)
    found = collected(talks)
    assert {text: review.reasons for text, review in found.items()} == {"what is a rider": ["thumbs_down"]}


def test_a_vote_for_an_answer_does_not(talks: Talks) -> None:
    conversation = talks.opened()
    talks.turn(conversation, "what is a rider", "ask_question", article="riders_explained")
    vote = {"intent": "ask_question", "article": "riders_explained", "feedback": "up"}
    talks.turn(conversation, "That helped", "ask_question", 1.0, button=vote)
    assert collected(talks) == {}


def test_reading_the_ledger_again_makes_no_second_review(talks: Talks) -> None:
    talks.turn(talks.opened(), "give me that money", "nlu_fallback", 0.2)
    collected(talks)
    with talks.store.writing() as session:
        session.delete(session.get_one(LedgerCursor, "reviews"))
    assert len(collected(talks)) == 1


def test_entries_that_have_not_settled_are_left_for_the_next_time(talks: Talks) -> None:
    talks.turn(talks.opened(), "give me that money", "nlu_fallback", 0.2)
    assert collected(talks, wait=10) == {}
    assert len(collected(talks, wait=30)) == 1


def test_more_than_a_batch_is_read_in_one_run(talks: Talks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("actions.learning.collecting.BATCH", 3)
    for number in range(7):
        talks.turn(talks.opened(), f"give me {'that ' * number}money", "nlu_fallback", 0.2)
    assert len(collected(talks)) == 7


def test_names_that_come_out_later_are_masked_in_what_was_stored_before(talks: Talks) -> None:
    conversation = talks.opened()
    talks.turn(conversation, "Zhang Guihua wants money, 880000100101", "nlu_fallback", 0.2)
    assert list(collected(talks)) == ["Zhang Guihua wants money, 000000000000"]
    talks.known_customer(conversation, "Zhang Guihua")
    talks.turn(conversation, "hello")
    assert list(collected(talks)) == ["NAME wants money, 000000000000"]
