"""Reminders by telephone: who is called, about what, and who is not."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.reminders import choices, planning, sending
from actions.reminders.rules import BY_KIND, CALLS, Consent
from records import ledger
from records.clock import ManualClock, today
from records.models import (
    Customer,
    OutgoingMessage,
    PolicyState,
    Reminder,
    ServiceTransaction,
    Way,
)
from records.store import Store
from tests.actions.customer import Customer as Person
from tests.actions.reminders import LI, SUN, plan, policy, states

UNPAID, BORROWED = "880000100701", "880000100101"
WARNED, CALLED = date(2026, 12, 18), date(2026, 12, 22)
"""Days of the message two weeks before the cover ends, and of the call ten days before it."""

CALL = f"grace_call:{UNPAID}:2026-11-02:10"
Change = Callable[[Session, ManualClock], None]


def on(store: Store, clock: ManualClock, day: date) -> None:
    """The day comes: what is due is planned and goes to the outbox."""
    clock.advance(days=(day - today(clock)).days)
    plan(store, clock)
    sending.send_due(store, clock, "one")


def calls(store: Store) -> list[OutgoingMessage]:
    with store.reading() as session:
        return list(session.scalars(select(OutgoingMessage).where(OutgoingMessage.way == Way.CALL)))


def gentle(session: Session, customer_id: int = SUN) -> None:
    session.get_one(Customer, customer_id).gentle = True


@pytest.fixture
def warned(store: Store, clock: ManualClock) -> Store:
    """Sun Lei, who asked for gentle mode, was written to two weeks before the end of the cover."""
    with store.writing() as session:
        gentle(session)
    on(store, clock, WARNED)
    assert states(store)[f"grace_ending:{UNPAID}:2026-11-02:14"] == planning.SENT
    assert calls(store) == []
    return store


def test_who_does_not_react_is_called_once_before_the_cover_ends(warned: Store, clock: ManualClock) -> None:
    on(warned, clock, CALLED - timedelta(days=1))
    assert calls(warned) == []
    for _ in range(2):
        on(warned, clock, CALLED)
    (call,) = calls(warned)
    assert (call.key, call.recipient) == (f"reminder:{CALL}", "+12025550107")
    assert "is not paid" in call.text and "1 January 2027" in call.text
    assert UNPAID not in call.text and "Reply" not in call.text
    on(warned, clock, CALLED + timedelta(days=5))
    assert len(calls(warned)) == 1


def test_who_is_sixty_or_older_is_called_as_well(store: Store, clock: ManualClock) -> None:
    with store.writing() as session:
        session.get_one(Customer, SUN).birth = date(1966, 12, 22)
    on(store, clock, WARNED)
    on(store, clock, CALLED)
    assert len(calls(store)) == 1


def test_younger_customers_are_only_written_to(store: Store, clock: ManualClock) -> None:
    with store.writing() as session:
        session.get_one(Customer, SUN).birth = date(1966, 12, 23)
    on(store, clock, WARNED)
    on(store, clock, CALLED)
    assert calls(store) == []


def test_nobody_is_called_whom_no_message_went_out_to(store: Store, clock: ManualClock) -> None:
    with store.writing() as session:
        gentle(session)
    on(store, clock, CALLED)
    assert calls(store) == [], "the message of this step has only just gone out"
    on(store, clock, CALLED + timedelta(days=3))
    assert len(calls(store)) == 1


def _heard(session: Session, clock: ManualClock) -> None:
    planning.confirm(session, planning.for_customer(session, SUN, today(clock)), clock.now())


def _paid(session: Session, _clock: ManualClock) -> None:
    found = policy(session, UNPAID)
    found.next_due, found.state = date(2027, 11, 2), PolicyState.IN_FORCE


def _asked(session: Session, clock: ManualClock) -> None:
    conversation_id, _ = ledger.open_conversation(session, "chat", clock.now())
    session.add(
        ServiceTransaction(
            receipt="PU0001", service="PU", customer_id=SUN, policy_id=policy(session, UNPAID).id,
            state="waiting_for_agent", details={}, created_at=clock.now(),
            conversation_id=conversation_id, form_version=1,
        )
    )  # fmt: skip


@pytest.mark.parametrize("reaction", [_heard, _paid, _asked])
def test_who_has_reacted_is_not_called(warned: Store, clock: ManualClock, reaction: Change) -> None:
    clock.advance(days=1)
    with warned.writing() as session:
        reaction(session, clock)
    on(warned, clock, CALLED)
    assert calls(warned) == []
    assert CALL not in states(warned)


def test_a_reaction_between_planning_and_sending_withdraws_the_call(
    warned: Store, clock: ManualClock
) -> None:
    clock.advance(days=4)
    plan(warned, clock)
    assert states(warned)[CALL] == planning.PLANNED
    with warned.writing() as session:
        _heard(session, clock)
        row = session.scalars(select(Reminder).where(Reminder.key == CALL)).one()
        assert not planning.is_true(session, row, today(clock))
    plan(warned, clock)
    assert states(warned)[CALL] == planning.WITHDRAWN


def test_who_takes_no_calls_is_not_called_but_still_written_to(warned: Store, clock: ManualClock) -> None:
    with warned.writing() as session:
        choices.choose_calls(session, SUN, wanted=False, now=clock.now(), actor="customer:C1007")
    on(warned, clock, CALLED)
    assert (calls(warned), states(warned)[CALL]) == ([], planning.SUPPRESSED)
    on(warned, clock, date(2026, 12, 29))
    assert states(warned)[f"grace_ending:{UNPAID}:2026-11-02:3"] == planning.SENT


def test_a_loan_that_has_reached_the_cash_value_is_called_about_a_week_later(
    store: Store, clock: ManualClock
) -> None:
    with store.writing() as session:
        gentle(session, LI)
        policy(session, BORROWED).cash_value = Decimal(22_000)
    on(store, clock, today(clock))
    on(store, clock, today(clock) + timedelta(days=10))
    assert calls(store) == [], "a warning at ninety percent is no last notice"
    with store.writing() as session:
        policy(session, BORROWED).cash_value = Decimal(20_000)
    on(store, clock, today(clock))
    on(store, clock, today(clock) + timedelta(days=6))
    assert calls(store) == []
    for _ in range(2):
        on(store, clock, today(clock) + timedelta(days=1))
    (call,) = calls(store)
    assert "whole cash value" in call.text and "ending 0101" in call.text


def test_nothing_is_called_about_but_what_the_law_has_us_tell() -> None:
    for rule in CALLS:
        assert rule.way is Way.CALL and rule.consent is Consent.CALLS
        assert rule.unanswered is not None
        assert BY_KIND[rule.unanswered.kind].consent is Consent.LEGAL


# The choice, in words


def said(person: Person, text: str) -> str:
    return person.say(text, "check_reminders")


def takes_calls(store: Store) -> bool:
    with store.reading() as session:
        return choices.takes_calls(session, LI)


@pytest.mark.parametrize(
    "off", ["turn the phone calls off", "stop calling me", "please don't call me any more"]
)
@pytest.mark.parametrize(
    "on_again", ["turn phone calls on again", "you may call me again", "allow calls again"]
)
def test_calls_are_turned_off_and_on_again_in_one_sentence_each(
    li_wei: Person, store: Store, off: str, on_again: str
) -> None:
    assert "won't call you" in said(li_wei, off)
    assert not takes_calls(store)
    assert "phone calls from us" in li_wei.last["messages"][-1]["text"]
    assert "may call you again" in said(li_wei, on_again)
    assert takes_calls(store)


def test_calls_are_turned_on_by_buttons_too_and_only_by_who_is_verified(
    someone: Person, store: Store, clock: ManualClock
) -> None:
    with store.writing() as session:
        choices.choose_calls(session, LI, wanted=False, now=clock.now(), actor="customer")
    said(someone, "you may call me again")
    assert not takes_calls(store), "anybody could say so"
    someone.prove()
    assert takes_calls(store)
    said(someone, "anything else I should know?")
    someone.press("Turn a kind off")
    someone.press("Phone calls from us")
    assert not takes_calls(store)
