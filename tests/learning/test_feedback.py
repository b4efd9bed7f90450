"""Votes on an answer: asked once, outside forms, and a vote is answered with a way on."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from actions.answers import Index
from actions.answers.articles import Article
from actions.dialogue import Dialogue
from records.clock import ManualClock
from records.store import Store
from tests.actions.customer import Customer, new_customer

RIDERS = Article("riders_explained", "Riders", "2026-10-01", ("What is a rider?",), ("A rider adds cover.",))


class OneMeaning:
    """Finds every text alike."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.ones((len(texts), 1), dtype=np.float32)


@pytest.fixture
def asking(store: Store, clock: ManualClock) -> Customer:
    index = Index((RIDERS,), OneMeaning(), None)
    dialogue = Dialogue(store, clock, assurance_minutes=30, key=b"key of the tests", index=index)
    return new_customer(store, clock, dialogue)


def test_an_answer_asks_whether_it_helped(asking: Customer) -> None:
    asking.say("what is a rider", "ask_question", action="action_answer")
    assert asking.custom["article"] == "riders_explained"
    assert asking.buttons == ["That helped", "That did not help"]


@pytest.mark.parametrize(
    ("vote", "kind", "buttons"),
    [("That helped", "up", []), ("That did not help", "down", ["Talk to a person"])],
)
def test_a_vote_is_answered_and_is_no_new_question(
    asking: Customer, vote: str, kind: str, buttons: list[str]
) -> None:
    asking.say("what is a rider", "ask_question", action="action_answer")
    asking.press(vote)
    assert asking.custom["feedback"] == kind
    assert asking.buttons == buttons
    assert "article" not in asking.custom


def test_inside_a_form_no_vote_is_asked_for(asking: Customer) -> None:
    asking.say("report a claim", "report_claim")
    assert "A rider adds cover." in asking.say("what is a rider?", "ask_question")
    assert "That helped" not in asking.buttons
