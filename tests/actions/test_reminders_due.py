"""Risk reminders: when each kind is due, and when no longer."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from actions.reminders.occasions import Window
from actions.reminders.rules import BY_KIND
from records.models import Benefit, Customer, DebitFailure, Loan
from records.store import Store
from tests.actions.reminders import LI, NOON, SUN, TODAY, WANG, ZHANG, ask_for, policy


def due(store: Store, kind: str, on: date = TODAY, customer_id: int | None = None) -> list[str]:
    """Names of the occasions of a kind whose turn it is on a day."""
    rule = BY_KIND[kind]
    with store.reading() as session:
        window = Window(on, on + timedelta(days=max(*rule.lead_days, 0)), customer_id)
        found = list(rule.find(session, window))
    return [one.about for one in found if rule.due_lead(one.on, on) is not None]


@pytest.mark.parametrize(("days", "is_due"), [(1, False), (2, True), (9, True), (10, False)])
def test_a_premium_is_told_of_seven_days_before_until_its_day(store: Store, days: int, is_due: bool) -> None:
    found = due(store, "premium_due", TODAY + timedelta(days=days), LI)
    assert (found == ["880000100102:2026-12-01"]) is is_due


def test_a_paid_up_policy_has_no_premium_due(store: Store) -> None:
    assert due(store, "premium_due", customer_id=ZHANG) == []


@pytest.mark.parametrize(
    ("days", "lead"), [(-6, None), (-5, 45), (0, 45), (10, 30), (26, 14), (37, 3), (40, 3), (41, None)]
)
def test_the_end_of_the_grace_period_is_told_in_steps(store: Store, days: int, lead: int | None) -> None:
    on = TODAY + timedelta(days=days)
    rule = BY_KIND["grace_ending"]
    with store.reading() as session:
        found = list(rule.find(session, Window(on, on + timedelta(days=60), SUN)))
    assert [rule.due_lead(one.on, on) for one in found] == ([lead] if -20 < days <= 40 else [])


def test_a_failed_debit_is_told_until_it_is_settled(store: Store) -> None:
    with store.writing() as session:
        owed = policy(session, "880000100801")
        owed.next_due = TODAY
        failure = DebitFailure(
            policy_id=owed.id, amount=Decimal(320), due_on=TODAY, tried_on=TODAY,
            retry_on=TODAY + timedelta(days=3),
        )  # fmt: skip
        session.add(failure)
    assert len(due(store, "failed_debit")) == 1
    with store.reading() as session:
        (one,) = BY_KIND["failed_debit"].find(session, Window(TODAY, TODAY))
        assert "25 November 2026" in one.words["retry"]
    with store.writing() as session:
        session.scalars(select(DebitFailure)).one().settled_on = TODAY
    assert due(store, "failed_debit") == []


@pytest.mark.parametrize(
    ("cash_value", "expected"),
    [("22600", None), ("22500", "warning"), ("20300", "warning"), ("20273.97", "last"), ("20000", "last")],
)
def test_a_loan_is_told_of_at_90_and_at_100_percent(
    store: Store, cash_value: str, expected: str | None
) -> None:
    with store.writing() as session:
        policy(session, "880000100101").cash_value = Decimal(cash_value)
    found = due(store, "loan_near_value")
    assert [about.rpartition(":")[2] for about in found] == ([expected] if expected else [])
    with store.writing() as session:
        session.scalars(select(Loan)).one().repaid_on = TODAY
    assert due(store, "loan_near_value") == []


@pytest.mark.parametrize(("days", "lead"), [(61, None), (60, 60), (15, 60), (14, 14), (0, 14), (-1, None)])
def test_an_expiring_document_is_told_twice(store: Store, days: int, lead: int | None) -> None:
    with store.writing() as session:
        session.get_one(Customer, WANG).id_expires = TODAY + timedelta(days=days)
    rule = BY_KIND["document_expiring"]
    with store.reading() as session:
        found = list(rule.find(session, Window(TODAY, TODAY + timedelta(days=60), WANG)))
    assert [rule.due_lead(one.on, TODAY) for one in found] == ([lead] if lead else [])


@pytest.mark.parametrize(("days", "is_due"), [(-9, False), (-8, True), (0, True)])
def test_money_not_drawn_is_told_after_a_week(store: Store, days: int, is_due: bool) -> None:
    assert bool(due(store, "unclaimed_benefit", TODAY + timedelta(days=days))) is is_due
    with store.writing() as session:
        session.scalars(select(Benefit)).one().paid_on = TODAY
    assert due(store, "unclaimed_benefit", TODAY + timedelta(days=days)) == []


@pytest.mark.parametrize(("lapsed_ago", "is_due"), [(10, False), (31, True), (700, True), (732, False)])
def test_a_sleeping_policy_is_told_while_it_can_be_woken(store: Store, lapsed_ago: int, is_due: bool) -> None:
    with store.writing() as session:
        policy(session, "880000100401").lapsed_on = TODAY - timedelta(days=lapsed_ago)
    assert bool(due(store, "policy_asleep")) is is_due


@pytest.mark.parametrize(
    ("requests", "warned"),
    [
        ([("SU", 0)], False),
        ([("SU", 0), ("LN", -20)], True),
        ([("SU", 0), ("LN", -24 * 9)], False),
        ([("LD", -71), ("LN", 0)], True),
        ([("LD", -73), ("LN", 0)], False),
        ([("LD", 0), ("LD", -1)], False),
    ],
)
def test_requests_as_they_come_with_frauds_are_warned_of(
    store: Store, requests: list[tuple[str, int]], warned: bool
) -> None:
    with store.writing() as session:
        for number, (service, hours) in enumerate(requests):
            ask_for(session, service, NOON + timedelta(hours=hours), number)
    assert bool(due(store, "scam_warning")) is warned


def test_a_withdrawn_request_is_no_risk(store: Store) -> None:
    with store.writing() as session:
        ask_for(session, "SU", NOON, 1)
        ask_for(session, "LN", NOON, 2, state="cancelled")
    assert due(store, "scam_warning") == []
