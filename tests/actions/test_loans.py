"""Loans on a policy: lent up to the limit, called back where it must be, paid back interest first."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from actions.services.transactions import BY_CODE
from actions.servicing import decision, payments
from actions.servicing.states import NotPossible
from records.clock import ManualClock
from records.models import Loan, Payout, ServiceTransaction
from records.store import Store
from tests.actions.decisions import change, count
from tests.actions.money import DIGITS, SAFE, Counter, ask


def test_LN_a_loan_is_recorded_with_its_debt_and_its_payout(counter: Counter, store: Store) -> None:
    person = counter.strong("Wang Fang")
    said = ask(person, "take_policy_loan", "5,000", *SAFE)
    assert (
        "CNY 5,000.00" in said and "debt will be CNY 5,000.00" in said and "CNY 250.00 in a full year" in said
    )
    said = person.say("yes")
    row = counter.only()
    assert (row.service, row.state, row.receipt) == ("LN", "applied", "SR2026000001")
    assert row.receipt in said and person.custom["receipt"] == row.receipt and "5 working days" in said
    with store.reading() as session:
        loan = session.scalars(select(Loan).where(Loan.policy_id == row.policy_id)).one()
        payout = session.scalars(select(Payout)).one()
    assert (loan.principal, loan.rate, loan.since) == (Decimal(5000), Decimal("0.05"), date(2026, 11, 22))
    assert (payout.amount, payout.account, payout.holder) == (Decimal(5000), DIGITS, "Wang Fang")


def test_LN_more_than_80_percent_is_refused_and_the_limit_told(counter: Counter) -> None:
    person = counter.strong("Wang Fang")
    said = ask(person, "take_policy_loan", "5,184")  # 81 % of 6,400
    assert "at most CNY 5,120.00" in said and "80 percent of the cash value of CNY 6,400.00" in said
    assert person.custom["expects"] == "amount"
    assert counter.transactions() == []


def test_LN_what_is_owed_already_lowers_the_limit(counter: Counter) -> None:
    said = ask(counter.strong("Li Wei"), "take_policy_loan", "30,000")
    assert "at most CNY 26,126.03" in said and "CNY 20,273.97 that you owe already" in said


def test_LN_all_of_it_is_the_limit_to_the_cent(counter: Counter, store: Store) -> None:
    person = counter.strong("Li Wei")
    ask(person, "take_policy_loan", "all of it", *SAFE, "yes")
    assert counter.only().details["amount"] == "26126.03"
    said = ask(person, "take_policy_loan")
    assert "nothing more can be borrowed" in said and person.custom["refused"] == "nothing_left"


@pytest.mark.parametrize(
    ("who", "code", "words"),
    [
        ("Chen Jun", "lapsed", "lapsed on 6 May 2026"),
        ("Liu Yang", "no_cash_value", "no cash value"),
    ],
)
def test_LN_a_policy_that_cannot_lend_is_refused_before_anything_is_asked(
    who: str, code: str, words: str, counter: Counter
) -> None:
    person = counter.verified(who)
    said = ask(person, "take_policy_loan")
    assert words in said and person.custom["refused"] == code
    assert "expects" not in person.custom and person.last["loop"] is False


def test_LN_a_policy_lapsed_for_more_than_two_years_is_refused(counter: Counter, store: Store) -> None:
    change(store, "880000100401", lapsed_on=date(2024, 11, 1))
    person = counter.verified("Chen Jun")
    assert "more than two years ago" in ask(person, "take_policy_loan")
    assert person.custom["refused"] == "lapsed_for_good"


def test_LN_an_older_customer_is_called_back_before_anything_is_paid(counter: Counter, store: Store) -> None:
    person = counter.strong("Zhang Guihua")
    assert "A colleague calls you before anything is paid" in ask(person, "take_policy_loan", "5000", *SAFE)
    said = person.say("yes")
    row = counter.only()
    assert row.state == "waiting_for_callback" and row.details["because"] == ["age"]
    assert row.receipt in said and person.custom["handoff"] == "callback"
    assert person.custom["callback"]["phone"] == "+12025550103"
    assert count(store, Payout) == 0
    with store.reading() as session:
        assert session.scalars(select(Loan).where(Loan.policy_id == row.policy_id)).all() == []


def test_LN_more_than_100000_is_called_back_and_then_paid_when_an_agent_agrees(
    counter: Counter, store: Store, clock: ManualClock
) -> None:
    change(store, "880000100201", cash_value=Decimal(200_000))
    person = counter.strong("Wang Fang")
    ask(person, "take_policy_loan", "100,000.01", *SAFE, "yes")
    assert counter.only().details["because"] == ["amount"]
    with store.writing() as session:
        row = session.scalars(select(ServiceTransaction)).one()
        decision.approve(session, row, clock.now(), actor="agent:amy", descriptions=BY_CODE)
    assert counter.only().state == "applied" and count(store, Payout) == 1


def test_LN_exactly_100000_is_paid_without_a_call(counter: Counter, store: Store) -> None:
    change(store, "880000100201", cash_value=Decimal(200_000))
    ask(counter.strong("Wang Fang"), "take_policy_loan", "100,000", *SAFE, "yes")
    assert counter.only().state == "applied"


def test_LN_an_approval_that_no_longer_fits_the_cash_value_does_nothing(
    counter: Counter, store: Store, clock: ManualClock
) -> None:
    ask(counter.strong("Zhang Guihua"), "take_policy_loan", "200000", *SAFE, "yes")
    change(store, "880000100301", cash_value=Decimal(1000))
    with pytest.raises(NotPossible, match=r"800\.00"), store.writing() as session:
        row = session.scalars(select(ServiceTransaction)).one()
        decision.approve(session, row, clock.now(), actor="agent:amy", descriptions=BY_CODE)
    assert counter.only().state == "waiting_for_callback" and count(store, Payout) == 0


def test_RF_a_loan_is_paid_back_interest_first(counter: Counter, store: Store, clock: ManualClock) -> None:
    person = counter.strong("Li Wei")
    assert "You owe CNY 20,273.97" in ask(person, "repay_loan")
    assert "more than the CNY 20,273.97" in person.say("30,000")
    person.say("5,273.97")
    person.say("yes")
    with store.writing() as session:
        payments.arrived(session, counter.only().receipt, Decimal("5273.97"), clock.now(), BY_CODE)
    with store.reading() as session:
        left = session.scalars(select(Loan).where(Loan.repaid_on.is_(None))).one()
    assert (left.principal, left.since) == (Decimal(15000), date(2026, 11, 22))


def test_RF_without_a_loan_it_is_refused(counter: Counter) -> None:
    person = counter.verified("Wang Fang")
    assert "no loan" in ask(person, "repay_loan")
    assert person.custom["refused"] == "no_loan"


def test_RF_a_payer_who_is_not_verified_sees_nothing_of_the_loan(counter: Counter) -> None:
    person = counter.anybody()
    said = ask(person, "repay_loan", "880000100101", "1,000")
    assert "20,273" not in said and "58,000" not in said
    person.say("yes")
    assert counter.only().state == "pending"
