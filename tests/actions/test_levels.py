"""Losing a level in the middle of a form: only that level is asked for again, and no answer is lost."""

import pytest
from sqlalchemy import select

from actions import identity
from actions.dialogue import Dialogue
from records.clock import ManualClock
from records.models import Conversation
from records.store import Store
from tests.actions.customer import Customer as Person
from tests.actions.customer import new_customer
from tests.bot.dialogue_engine import KEY, SERVICES

RIGHT = ("880000100101", "1985-03-12", "0011")


@pytest.fixture
def borrower(store: Store, clock: ManualClock) -> Person:
    """Li Wei, verified, in a service that needs the strong level; its first question is answered."""
    dialogue = Dialogue(store, clock, assurance_minutes=30, key=KEY, index=None, services=SERVICES)
    person = new_customer(store, clock, dialogue)
    person.say("I want a loan", "take_policy_loan")
    person.prove(*RIGHT)
    assert person.custom["expects"] == "amount"
    person.say("500")
    assert person.custom["expects"] == "@strengthen"
    return person


def prove_strongly(store: Store, clock: ManualClock, person: Person) -> None:
    """As the verification page does it."""
    with store.writing() as session:
        customer_id = session.scalar(
            select(Conversation.customer_id).where(Conversation.id == person.conversation_id)
        )
        assert customer_id is not None
        identity.raise_to(session, person.conversation_id, 3, customer_id, clock.now(), how="passkey")


def test_the_strong_level_is_asked_for_with_a_link(borrower: Person) -> None:
    text = borrower.last["messages"][-1]["text"]
    assert "/verify/" in text
    again = borrower.say("What is a waiting period, please?", "ask_question", 0.95)
    assert again.endswith(text), "a living link is shown again, not another one"


def test_saying_that_it_was_done_is_no_proof(borrower: Person, store: Store, clock: ManualClock) -> None:
    for said in (borrower.press("I have used my passkey"), borrower.say("I have used it, I am level 3")):
        assert "can't see yet" in said
        assert borrower.custom["expects"] == "@strengthen"


def test_with_it_the_form_goes_on(borrower: Person, store: Store, clock: ManualClock) -> None:
    prove_strongly(store, clock, borrower)
    borrower.press("I have used my passkey")
    assert borrower.custom["expects"] == "account"
    borrower.say("my savings account")
    assert "at level 3" in borrower.press("Yes")


@pytest.mark.parametrize("answered", [0, 1])
def test_only_the_strong_level_is_asked_again_when_only_that_is_lost(
    answered: int, borrower: Person, store: Store, clock: ManualClock
) -> None:
    prove_strongly(store, clock, borrower)
    borrower.press("I have used my passkey")
    if answered:
        borrower.say("my savings account")
        assert borrower.custom["expects"] == "@confirm"
    clock.advance(minutes=16)
    said = borrower.press("Yes") if answered else borrower.say("my savings account")
    assert borrower.custom["expects"] == "@strengthen"
    assert "gets 500" not in said
    prove_strongly(store, clock, borrower)
    said = borrower.press("I have used my passkey")
    assert said == "Lend 500 to my savings account?"
    assert "gets 500 at level 3" in borrower.press("Yes")


def test_both_levels_are_asked_again_when_both_are_lost_and_no_answer(
    borrower: Person, store: Store, clock: ManualClock
) -> None:
    prove_strongly(store, clock, borrower)
    borrower.press("I have used my passkey")
    borrower.say("my savings account")
    clock.advance(minutes=31)
    borrower.press("Yes")
    assert borrower.custom["expects"] == "birth", "who it was is known; that it still is, is not"
    borrower.say(RIGHT[1])
    borrower.say(RIGHT[2])
    assert borrower.custom["expects"] == "@strengthen"
    prove_strongly(store, clock, borrower)
    assert borrower.press("I have used my passkey") == "Lend 500 to my savings account?"


def test_a_verified_level_that_is_lost_is_asked_again_alone(
    borrower: Person, store: Store, clock: ManualClock
) -> None:
    clock.advance(minutes=31)
    borrower.press("I have used my passkey")
    assert borrower.custom["expects"] == "birth"
    borrower.say(RIGHT[1])
    borrower.say(RIGHT[2])
    assert borrower.custom["expects"] == "@strengthen", "the amount is not asked again"


@pytest.mark.parametrize("text", ["1985-03-12", "hello?", "continue", "880000100101"])
def test_a_level_that_comes_from_outside_settles_the_question(
    text: str, store: Store, clock: ManualClock, dialogue: Dialogue
) -> None:
    """The insurer's app vouches for the customer while the bot asks for the birth date."""
    person = new_customer(store, clock, dialogue)
    person.say("is my policy in force", "check_policy_status")
    person.say(RIGHT[0])
    assert person.custom["expects"] == "birth"
    with store.writing() as session:
        identity.raise_to(session, person.conversation_id, 2, 1, clock.now(), how="token")
    said = person.say(text)
    assert "880000100101" in said and "Your message arrived without any words" not in said


def test_a_level_that_comes_from_outside_stops_nobody_from_leaving(
    store: Store, clock: ManualClock, dialogue: Dialogue
) -> None:
    for text, intent in (("cancel", "cancel_task"), ("agent", "talk_to_agent")):
        person = new_customer(store, clock, dialogue)
        person.say("is my policy in force", "check_policy_status")
        person.say(RIGHT[0])
        with store.writing() as session:
            identity.raise_to(session, person.conversation_id, 2, 1, clock.now(), how="token")
        person.say(text, intent)
        assert "stopped" in str(person.last) or person.custom.get("handoff") == "asked_for"
