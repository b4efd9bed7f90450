"""Money that goes back to customers: cooling-off, lowered cover, and what is ready to be drawn."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from actions.services.transactions import BY_CODE
from actions.servicing import decision
from records.clock import ManualClock
from records.models import Benefit, Payout, PolicyState, ServiceTransaction
from records.store import Store
from tests.actions.decisions import change, count, policy
from tests.actions.money import SAFE, Counter, ask


def test_CO_a_new_policy_is_cancelled_and_everything_paid_comes_back(counter: Counter, store: Store) -> None:
    person = counter.strong("Liu Yang")
    said = ask(person, "cancel_in_cooling_off", *SAFE)
    assert "everything you paid: CNY 2,400.00" in said and "Your loss: none" in said
    person.say("yes")
    assert counter.only().service == "CO" and counter.only().state == "applied"
    assert policy(store, "880000100501").state is PolicyState.CANCELLED
    with store.reading() as session:
        assert session.scalars(select(Payout.amount)).one() == Decimal(2400)


@pytest.mark.parametrize(("days", "possible"), [(15, True), (16, False)])
def test_CO_the_sixteenth_day_is_too_late_and_other_ways_are_shown(
    days: int, possible: bool, counter: Counter, store: Store
) -> None:
    change(store, "880000100501", received_on=date(2026, 11, 22) - timedelta(days=days))
    person = counter.verified("Liu Yang")
    said = ask(person, "cancel_in_cooling_off")
    if possible:
        assert person.custom["expects"] == "@strengthen"
        return
    assert "15 days ended on 21 November 2026" in said and "day 16" in said
    assert person.custom["refused"] == "cooling_off_over"
    assert "Surrender a policy" in person.buttons and "Reduce your cover" in person.buttons
    assert counter.transactions() == [] and person.last["loop"] is False


def test_CO_an_old_policy_is_refused(counter: Counter) -> None:
    person = counter.verified("Wang Fang")
    assert "15 days from the signed receipt" in ask(person, "cancel_in_cooling_off")


def test_RC_cover_is_lowered_with_its_loss_shown_and_its_part_paid(counter: Counter, store: Store) -> None:
    person = counter.strong("Sun Lei")
    said = ask(person, "reduce_cover", "200,000", *SAFE)
    for fact in ("CNY 200,000.00 instead of CNY 300,000.00", "you paid CNY 6,000.00", "get CNY 3,666.66",
                 "Your loss: CNY 2,333.34", "CNY 6,000.00 instead of CNY 9,000.00"):  # fmt: skip
        assert fact in said
    person.say("yes")
    after = policy(store, "880000100701")
    assert (after.sum_insured, after.premium, after.cash_value) == (
        Decimal(200_000), Decimal(6000), Decimal("7333.34"),
    )  # fmt: skip
    with store.reading() as session:
        assert session.scalars(select(Payout.amount)).one() == Decimal("3666.66")


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("600,000", "smaller one"),
        ("9,000", "At least CNY 10,000.00"),
        ("50,000", "would not carry that loan"),
    ],
)
def test_RC_a_sum_that_does_not_fit_is_refused(wanted: str, words: str, counter: Counter) -> None:
    assert words in ask(counter.strong("Li Wei"), "reduce_cover", wanted)
    assert counter.transactions() == []


def test_RC_a_loss_that_cannot_be_told_goes_to_a_person(counter: Counter) -> None:
    person = counter.verified("Zhang Guihua")
    assert "works it out" in ask(person, "reduce_cover")
    assert person.custom["refused"] == "loss_unknown"


def test_WB_money_that_is_ready_is_drawn_after_the_call(
    counter: Counter, store: Store, clock: ManualClock
) -> None:
    person = counter.strong("Zhang Guihua")
    said = ask(person, "withdraw_benefit", "everything", *SAFE)
    assert "CNY 9,600.00" in said and "CNY 5,200.00" in said and "Paid to you: CNY 14,800.00" in said
    person.say("yes")
    assert counter.only().state == "waiting_for_callback" and count(store, Payout) == 0
    with store.writing() as session:
        row = session.scalars(select(ServiceTransaction)).one()
        decision.approve(session, row, clock.now(), actor="agent:amy", descriptions=BY_CODE)
    with store.reading() as session:
        assert session.scalars(select(Payout.amount)).one() == Decimal(14_800)
        assert session.scalars(select(Benefit.paid_on)).one() == date(2026, 11, 22)
    assert policy(store, "880000100301").dividend_balance == 0


def test_WB_dividends_of_a_younger_customer_are_paid_at_once(counter: Counter, store: Store) -> None:
    ask(counter.strong("Li Wei"), "withdraw_benefit", "everything", *SAFE, "yes")
    assert counter.only().state == "applied"
    with store.reading() as session:
        assert session.scalars(select(Payout.amount)).one() == Decimal(3150)


def test_WB_nothing_ready_is_refused(counter: Counter) -> None:
    person = counter.verified("Wang Fang")
    assert "No money is waiting" in ask(person, "withdraw_benefit")
    assert person.custom["refused"] == "nothing_ready"
