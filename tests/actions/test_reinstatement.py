"""Lapsed policies that come back: within two years, when an agent agreed and the exact sum has come."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from actions.servicing.decision import Decided
from actions.servicing.states import NotPossible
from records.clock import ManualClock
from records.models import Loan, PaymentOrder, PolicyState, PremiumPayment
from records.store import Store
from tests.actions.decisions import approve, change, latest, pay, policy, refuse, to_pay
from tests.actions.money import Counter, ask

LAPSED = "880000100401"
TODAY = date(2026, 11, 22)


def test_RE_a_lapsed_policy_comes_back_when_agreed_and_paid(counter: Counter, store: Store) -> None:
    person = counter.verified("Chen Jun")
    said = ask(person, "reinstate_policy", "no")
    assert "Overdue premiums: CNY 15,000.00" in said and "Interest on them: CNY 534.25" in said
    assert "To pay as of today: CNY 15,534.25" in said
    person.say("yes")
    receipt = counter.only().receipt
    assert approve(counter, receipt) is Decided.WAITS_FOR_PAYMENT
    assert policy(store, LAPSED).state is PolicyState.LAPSED and to_pay(counter, receipt) == Decimal(
        "15534.25"
    )
    pay(counter, receipt, Decimal("15534.25"))
    back = policy(store, LAPSED)
    assert (back.state, back.lapsed_on, back.reinstated_on) == (PolicyState.IN_FORCE, None, TODAY)
    assert back.next_due == date(2027, 3, 7) and counter.only().state == "applied"
    with store.reading() as session:
        paid = session.scalars(select(PremiumPayment).where(PremiumPayment.paid_on == TODAY)).one()
    assert (paid.amount, paid.due_on) == (Decimal(15_000), date(2026, 3, 7))
    with pytest.raises(NotPossible):
        pay(counter, receipt, Decimal("15534.25"))


def test_RE_the_exact_sum_is_worked_out_on_the_day_of_the_decision(
    counter: Counter, store: Store, clock: ManualClock
) -> None:
    ask(counter.verified("Chen Jun"), "reinstate_policy", "yes", "high blood pressure since May", "yes")
    assert counter.only().details["health"] == "high blood pressure since May"
    clock.advance(days=10)
    approve(counter, counter.only().receipt)
    assert to_pay(counter, counter.only().receipt) == Decimal("15554.79")  # 270 days of interest


@pytest.mark.parametrize(("days", "possible"), [(730, True), (731, False)])
def test_RE_more_than_two_years_after_the_lapse_it_is_refused_with_its_reason(
    days: int, possible: bool, counter: Counter, store: Store
) -> None:
    change(store, LAPSED, lapsed_on=TODAY - timedelta(days=days))
    person = counter.verified("Chen Jun")
    said = ask(person, "reinstate_policy")
    assert (person.custom.get("expects") == "illness") is possible
    if not possible:
        assert "for 2 years, until 21 November 2026" in said and "cash value" in said
        assert person.custom["refused"] == "lapsed_too_long" and "Talk to a person" in person.buttons
        assert "See the cash value" in person.buttons and counter.transactions() == []


def test_RE_the_two_years_are_looked_at_again_when_an_agent_agrees(
    counter: Counter, store: Store, clock: ManualClock
) -> None:
    change(store, LAPSED, lapsed_on=TODAY - timedelta(days=729))
    ask(counter.verified("Chen Jun"), "reinstate_policy", "no", "yes")
    clock.advance(days=3)
    with pytest.raises(NotPossible, match="two years"):
        approve(counter, counter.only().receipt)


def test_RE_a_policy_that_has_not_lapsed_is_refused(counter: Counter) -> None:
    person = counter.verified("Sun Lei")
    assert "has not lapsed" in ask(person, "reinstate_policy")
    assert person.custom["refused"] == "not_lapsed"


def test_RE_a_loan_above_the_cash_value_is_paid_back_first(counter: Counter, store: Store) -> None:
    with store.writing() as session:
        session.add(
            Loan(policy_id=policy(store, LAPSED).id, principal=Decimal(31_001), rate=Decimal(0), since=TODAY)
        )
    person = counter.verified("Chen Jun")
    assert "pay part of the loan back first" in ask(person, "reinstate_policy")
    assert person.custom["refused"] == "loan_too_large"


def test_RE_money_that_comes_late_or_is_another_sum_goes_back(
    counter: Counter, store: Store, clock: ManualClock
) -> None:
    person = counter.verified("Chen Jun")
    for amount, days in ((Decimal(15_000), 0), (None, 16)):
        ask(person, "reinstate_policy", "no", "yes")
        receipt = latest(counter).receipt
        approve(counter, receipt)
        expected = to_pay(counter, receipt)
        clock.advance(days=days)
        pay(counter, receipt, amount or expected)
        assert latest(counter).state == "refused" and policy(store, LAPSED).state is PolicyState.LAPSED
    with store.reading() as session:
        assert set(session.scalars(select(PaymentOrder.state))) == {"returned"}


def test_RE_what_is_agreed_but_not_paid_can_be_withdrawn_and_then_takes_no_money(counter: Counter) -> None:
    person = counter.verified("Chen Jun")
    ask(person, "reinstate_policy", "no", "yes")
    receipt = counter.only().receipt
    approve(counter, receipt)
    ask(person, "check_transaction_status")
    person.press(f"Withdraw {receipt}")
    assert "Withdrawn" in person.say("yes")
    with pytest.raises(NotPossible):
        pay(counter, receipt, Decimal("15534.25"))
    assert counter.only().state == "withdrawn"


def test_RE_an_agent_refuses_because_of_the_health(counter: Counter, store: Store) -> None:
    person = counter.verified("Chen Jun")
    ask(person, "reinstate_policy", "yes", "a heart attack in June", "yes")
    refuse(counter, counter.only().receipt, "After a heart attack we can't bring it back.")
    assert "can't bring it back" in ask(person, "check_transaction_status")
    assert policy(store, LAPSED).state is PolicyState.LAPSED
