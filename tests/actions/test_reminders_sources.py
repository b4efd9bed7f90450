"""Every kind of reminder from what the records hold to the message that goes out, and what ends it."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.dialogue import Dialogue
from actions.reminders import choices, debits, planning, sending
from actions.reminders.rules import BY_KIND, RULES
from actions.visits import invitations, record
from records.clock import ManualClock, today
from records.models import (
    Benefit,
    Customer,
    DebitFailure,
    OutgoingMessage,
    Policy,
    PolicyArrangement,
    PolicyState,
    PremiumPayment,
    Reminder,
    ReturnVisit,
)
from records.store import Store
from tests.actions.customer import Customer as Person
from tests.actions.money import SAFE, Counter

ZHOU, LI, SUN, LIU = "880000100801", "880000100101", "880000100701", "880000100501"
Arrange = Callable[[Session, ManualClock], None]


def policy(session: Session, number: str) -> Policy:
    return session.scalars(select(Policy).where(Policy.number == number)).unique().one()


def sent(store: Store, kind: str) -> list[OutgoingMessage]:
    with store.reading() as session:
        start = OutgoingMessage.key.startswith(f"reminder:{kind}:")
        return list(session.scalars(select(OutgoingMessage).where(start).order_by(OutgoingMessage.id)))


def go(store: Store, clock: ManualClock) -> None:
    """One round of the clock: debits, planning, sending."""
    with store.writing() as session:
        debits.run(session, today(clock), clock.now())
    with store.writing() as session:
        planning.plan(session, today(clock), clock.now())
    sending.send_due(store, clock, "one")


def _nothing(_session: Session, _clock: ManualClock) -> None:
    """What the demonstration holds is enough."""


def _near_value(session: Session, _clock: ManualClock) -> None:
    policy(session, LI).cash_value = Decimal(22_000)


def _expiring(session: Session, clock: ManualClock) -> None:
    session.get_one(Customer, 2).id_expires = today(clock) + timedelta(days=60)


def _asked_to_be_told(session: Session, clock: ManualClock) -> None:
    holder = policy(session, "880000100401").holder_id
    choices.choose(
        session, holder, BY_KIND["policy_asleep"], wanted=True, now=clock.now(), actor="customer:C1004"
    )


SOURCES: dict[str, tuple[Arrange, int, str, str]] = {
    # kind: (what the records hold, days later, who is written to, what is said)
    "premium_due": (_nothing, 2, "+12025550101", "CNY 600.00"),
    "grace_ending": (_nothing, 0, "+12025550107", "are unpaid"),
    "failed_debit": (_nothing, 3, "+12025550108", "your bank did not pay CNY 320.00"),
    "loan_near_value": (_near_value, 0, "+12025550101", "percent of its cash value"),
    "document_expiring": (_expiring, 0, "+12025550102", "is valid until"),
    "unclaimed_benefit": (_nothing, 0, "+12025550103", "CNY 9,600.00 annuity money"),
    "policy_asleep": (_asked_to_be_told, 0, "+12025550104", "has lapsed"),
}


@pytest.mark.parametrize("kind", SOURCES)
def test_from_the_record_to_the_message(kind: str, store: Store, clock: ManualClock) -> None:
    arrange, days, number, words = SOURCES[kind]
    with store.writing() as session:
        arrange(session, clock)
    clock.advance(days=days)
    go(store, clock)
    found = [message for message in sent(store, kind) if message.recipient == number]
    assert len(found) == 1 and words in found[0].text
    go(store, clock)
    assert len([one for one in sent(store, kind) if one.recipient == number]) == 1, "never twice"


def fill_in(person: Person, **answers: str) -> None:
    """Answer every question of a form, the read-back with yes and the others with no."""
    for _ in range(9):
        expected = person.custom.get("expects")
        if not expected:
            return
        person.say(answers.get(expected, "yes" if expected.startswith("@") else "no"))


def test_risky_behaviour_in_conversations_is_warned_of_at_once(
    store: Store, clock: ManualClock, dialogue: Dialogue
) -> None:
    counter = Counter(store, clock, dialogue)
    clock.advance(hours=10)  # at night: a warning does not wait
    person = counter.strong("Li Wei")
    person.say("I need a loan", "take_policy_loan")
    fill_in(person, policy=LI, amount="5000", account=SAFE[0])
    go(store, clock)
    assert sent(store, "scam_warning") == [], "once is no pattern"
    counter.strengthen(person, "Li Wei")
    person.say("please pay my dividends out", "withdraw_benefit")
    fill_in(person, policy=LI, what="dividends", account=SAFE[0])
    go(store, clock)
    (warning,) = sent(store, "scam_warning")
    assert "in a way that we see in frauds" in warning.text and warning.recipient == "+12025550101"


def test_no_kind_is_without_a_source() -> None:
    assert {rule.kind for rule in RULES} == {*SOURCES, "scam_warning"}


# The debits behind a failed one


def test_a_debit_is_tried_three_times_and_paid_when_there_is_money(store: Store, clock: ManualClock) -> None:
    clock.advance(days=3)
    due = today(clock)
    for _ in range(10):
        for _hour in range(2):
            with store.writing() as session:
                debits.run(session, today(clock), clock.now())
        clock.advance(days=1)
    with store.reading() as session:
        failures = session.scalars(select(DebitFailure).order_by(DebitFailure.tried_on)).all()
        assert [(one.tried_on - due).days for one in failures] == [0, 3, 6]
        assert [one.retry_on is not None for one in failures] == [True, True, False]
        assert policy(session, ZHOU).next_due == due


def test_an_account_with_money_on_it_pays_and_settles_what_failed(store: Store, clock: ManualClock) -> None:
    clock.advance(days=3)
    go(store, clock)
    assert len(sent(store, "failed_debit")) == 1
    with store.writing() as session:
        arrangement = session.get_one(PolicyArrangement, policy(session, ZHOU).id)
        arrangement.account = "6222020200050001"
    clock.advance(days=3)
    go(store, clock)
    with store.reading() as session:
        paid = session.scalars(
            select(PremiumPayment).where(PremiumPayment.policy_id == policy(session, ZHOU).id)
        ).all()
        assert today(clock) in {payment.paid_on for payment in paid}
        assert session.scalars(select(DebitFailure.settled_on)).all() == [today(clock)]
        assert policy(session, ZHOU).next_due and policy(session, ZHOU).next_due > today(clock)  # type: ignore[operator]
    assert len(sent(store, "failed_debit")) == 1


def test_a_premium_paid_another_way_is_neither_debited_nor_reminded_of(
    store: Store, clock: ManualClock
) -> None:
    clock.advance(days=3)
    with store.writing() as session:
        debits.run(session, today(clock), clock.now())
        planning.plan(session, today(clock), clock.now())
        policy(session, ZHOU).next_due = today(clock) + timedelta(days=30)
    clock.advance(days=3)
    go(store, clock)
    assert sent(store, "failed_debit") == []
    with store.reading() as session:
        assert len(session.scalars(select(DebitFailure)).all()) == 1


# A policy that the customer has ended


@pytest.mark.parametrize("state", [PolicyState.CANCELLED, PolicyState.SURRENDERED])
@pytest.mark.parametrize("number", [LI, SUN, ZHOU, "880000100301"])
def test_nobody_is_reminded_of_a_policy_they_have_ended(
    number: str, state: PolicyState, store: Store, clock: ManualClock
) -> None:
    with store.writing() as session:
        _near_value(session, clock)
    clock.advance(days=3)
    with store.writing() as session:
        debits.run(session, today(clock), clock.now())
        planning.plan(session, today(clock), clock.now())
        ended = policy(session, number)
        planned = session.scalars(select(Reminder.state).where(Reminder.policy_id == ended.id)).all()
        assert planning.PLANNED in planned
        ended.state = state
    sending.send_due(store, clock, "one")  # before anybody has planned again
    with store.writing() as session:
        planning.plan(session, today(clock), clock.now())
        states = session.scalars(select(Reminder.state).where(Reminder.policy_id == ended.id)).all()
    assert set(states) == {planning.WITHDRAWN}


def test_cancelling_in_the_cooling_off_period_takes_the_visit_off_the_list(
    store: Store, clock: ManualClock, dialogue: Dialogue
) -> None:
    person = Counter(store, clock, dialogue).strong("Liu Yang")
    person.say("cancel my new policy", "cancel_in_cooling_off")
    fill_in(person, policy=LIU, account=SAFE[0])
    with store.writing() as session:
        assert policy(session, LIU).state is PolicyState.CANCELLED
        clock.advance(days=9)
        assert record.at_risk(session, today(clock)) == [], "at once, not with the next round"
        assert record.open_visits(session, [policy(session, LIU).holder_id]) == []
        assert not invitations.send(session, today(clock), clock.now(), b"key", "https://centre.example")
        (visit_id,) = record.cancel_ended(session, clock.now())
        assert session.get_one(ReturnVisit, visit_id).status == record.CANCELLED
        assert record.cancel_ended(session, clock.now()) == []
        assert record.close_missed(session, today(clock) + timedelta(days=30), clock.now()) == []


def test_a_surrender_ends_the_visit_too(store: Store, clock: ManualClock) -> None:
    with store.writing() as session:
        policy(session, LIU).state = PolicyState.SURRENDERED
        assert len(record.cancel_ended(session, clock.now())) == 1


def test_money_of_an_ended_policy_is_not_called_unclaimed(store: Store, clock: ManualClock) -> None:
    with store.writing() as session:
        benefit = session.scalars(select(Benefit)).one()
        session.get_one(Policy, benefit.policy_id).state = PolicyState.SURRENDERED
    go(store, clock)
    assert sent(store, "unclaimed_benefit") == []
