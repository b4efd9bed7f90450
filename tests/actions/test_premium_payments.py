"""Premiums that customers pay: by an order that shows nothing, for a policy that can take them, once."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from actions.services.transactions import BY_CODE
from actions.servicing import payments
from actions.servicing.states import NotPossible
from records.clock import ManualClock
from records.models import PaymentOrder, PolicyState
from records.store import Store
from tests.actions.decisions import policy
from tests.actions.money import Counter, ask


def test_PP_an_order_to_pay_shows_nothing_of_the_policy(counter: Counter, store: Store) -> None:
    person = counter.anybody()
    said = ask(person, "pay_premium", "880000100701")
    assert "9,000" not in said and "Sun" not in said and "Harbour Whole" not in said
    said = person.say("yes")
    assert "9,000" not in said and counter.only().receipt in said
    other = counter.anybody()
    ask(other, "pay_premium", "880000999999")
    told = other.say("yes")
    first, second = counter.transactions()
    assert told.replace(second.receipt, "") == said.replace(first.receipt, ""), (
        "an unknown number looks the same"
    )
    assert (first.state, second.state, second.customer_id) == ("pending", "pending", None)


def test_PP_the_money_that_arrives_pays_the_premium_once(
    counter: Counter, store: Store, clock: ManualClock
) -> None:
    person = counter.verified("Sun Lei")
    assert "CNY 9,000.00" in ask(person, "pay_premium")
    person.say("yes")
    receipt = counter.only().receipt
    with store.writing() as session:
        payments.arrived(session, receipt, Decimal(9000), clock.now(), BY_CODE)
    paid = policy(store, "880000100701")
    assert paid.state is PolicyState.IN_FORCE and paid.next_due == date(2027, 11, 2)
    with pytest.raises(NotPossible), store.writing() as session:
        payments.arrived(session, receipt, Decimal(9000), clock.now(), BY_CODE)
    assert counter.only().state == "applied"


@pytest.mark.parametrize("number", ["880000999999", "880000100401", "880000100301"])
def test_PP_money_that_a_policy_cannot_take_goes_back(
    number: str, counter: Counter, store: Store, clock: ManualClock
) -> None:
    ask(counter.anybody(), "pay_premium", number, "yes")
    with store.writing() as session:
        payments.arrived(session, counter.only().receipt, Decimal(15000), clock.now(), BY_CODE)
    assert counter.only().state == "refused" and counter.only().reason
    with store.reading() as session:
        assert session.scalars(select(PaymentOrder.state)).one() == "returned"


def test_PP_a_lapsed_policy_is_refused_to_its_verified_holder(counter: Counter) -> None:
    person = counter.verified("Chen Jun")
    assert "brought back within two years" in ask(person, "pay_premium")
    assert person.custom["refused"] == "lapsed" and "Bring a lapsed policy back" in person.buttons


def test_PP_extra_money_goes_into_a_universal_life_account(
    counter: Counter, store: Store, clock: ManualClock
) -> None:
    person = counter.verified("Zhao Min")
    assert "adds CNY 4,850.00" in ask(person, "pay_premium", "extra money", "5,000")
    person.say("yes")
    with store.writing() as session:
        payments.arrived(session, counter.only().receipt, Decimal(5000), clock.now(), BY_CODE)
    assert policy(store, "880000100601").account_value == Decimal("95850.00")
