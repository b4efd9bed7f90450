"""Policies that customers give up, paid up or surrendered: losses and other ways first, then an agent."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from actions.servicing.decision import Decided
from actions.servicing.states import NotPossible
from records.clock import ManualClock
from records.models import Loan, Payout, PolicyState, PremiumPayment
from records.store import Store
from tests.actions.decisions import approve, change, latest, policy, refuse, riders
from tests.actions.money import ACCOUNT, DIGITS, SAFE, Counter, ask

WL, WANG, GRACE = "880000100101", "880000100201", "880000100701"


def payouts(store: Store) -> list[Payout]:
    with store.reading() as session:
        return list(session.scalars(select(Payout)))


def test_PU_the_cash_value_less_the_loan_buys_a_smaller_cover_for_good(
    counter: Counter, store: Store
) -> None:
    person = counter.verified("Li Wei")
    said = ask(person, "convert_to_paid_up", "yes")
    # (58,000 - 20,273.97) / (0.20 + 0.005 x 41)
    assert "Sum insured: about CNY 93,150.69 instead of CNY 500,000.00" in said
    assert "CNY 20,273.97 of loan and interest" in said and "cannot be turned back" in said
    person.say("yes")
    row = counter.only()
    assert row.state == "waiting_for_agent" and policy(store, WL).state is PolicyState.IN_FORCE
    assert approve(counter, row.receipt) is Decided.CARRIED_OUT
    after = policy(store, WL)
    assert (after.state, after.sum_insured, after.premium, after.next_due) == (
        PolicyState.PAID_UP, Decimal("93150.69"), Decimal(0), None,
    )  # fmt: skip
    assert after.cash_value == Decimal("37726.03")
    with store.reading() as session:
        assert session.scalars(select(Loan).where(Loan.repaid_on.is_(None))).all() == []


def test_PU_riders_end_and_the_interest_of_the_days_between_counts(
    counter: Counter, store: Store, clock: ManualClock
) -> None:
    ask(counter.verified("Sun Lei"), "convert_to_paid_up", "yes", "yes")
    assert riders(store, GRACE) == ["accident"]
    approve(counter, counter.only().receipt)
    assert riders(store, GRACE) == []
    ask(counter.verified("Li Wei"), "convert_to_paid_up", "yes", "yes")
    clock.advance(days=10)
    approve(counter, latest(counter).receipt)
    assert policy(store, WL).cash_value == Decimal("37698.63")  # ten days of 20,000 x 5 % / 365 less


@pytest.mark.parametrize(
    ("who", "refused", "words"),
    [
        ("Liu Yang", "cooling_off", "nothing can be changed"),
        ("Zhang Guihua", "nothing_to_pay", "fully paid"),
        ("Zhao Min", "no_paid_up", "keeps its money in an account"),
        ("Zhou Na", "too_little", "would buy a paid-up cover of CNY 3,582.08 only"),
        ("Chen Jun", "lapsed", "can be brought back"),
    ],
)
def test_PU_where_it_cannot_be_it_is_refused_with_other_ways(
    who: str, refused: str, words: str, counter: Counter
) -> None:
    person = counter.verified(who)
    assert words in ask(person, "convert_to_paid_up")
    assert person.custom["refused"] == refused and counter.transactions() == []


def test_PU_without_cash_value_it_is_refused(counter: Counter, store: Store) -> None:
    change(store, WANG, cash_value=Decimal(0))
    person = counter.verified("Wang Fang")
    assert "no cash value" in ask(person, "convert_to_paid_up")
    assert person.custom["refused"] == "no_cash_value"


def test_PU_whoever_keeps_paying_is_shown_other_ways(counter: Counter) -> None:
    person = counter.verified("Li Wei")
    ask(person, "convert_to_paid_up", "no")
    assert person.custom["refused"] == "kept" and "Change how often you pay" in person.buttons


def test_PU_an_approval_that_no_longer_fits_does_nothing_and_an_agent_may_refuse(
    counter: Counter, store: Store
) -> None:
    person = counter.verified("Li Wei")
    ask(person, "convert_to_paid_up", "yes", "yes")
    change(store, WL, cash_value=Decimal(50_000))
    with pytest.raises(NotPossible, match="shown again"):
        approve(counter, counter.only().receipt)
    assert policy(store, WL).state is PolicyState.IN_FORCE
    refuse(counter, counter.only().receipt, "The figures have changed, please ask anew.")
    assert policy(store, WL).premium == 12_000 and counter.only().state == "refused"


def test_SU_the_loss_and_other_ways_come_first_then_an_agent_agrees(counter: Counter, store: Store) -> None:
    person = counter.strong("Wang Fang")
    said = ask(person, "surrender_policy")
    assert "pay you CNY 6,400.00" in said and "would lose CNY 15,200.00" in said
    assert {"Borrow on it instead", "Lower the cover instead", "Stop paying, keep a smaller cover"} <= set(
        person.buttons
    )
    for answer in ("go on with it", *SAFE):
        said = person.say(answer)
    assert "Your loss: CNY 15,200.00" in said and "cannot be undone" in said
    said = person.say("yes")
    row = counter.only()
    assert row.state == "waiting_for_agent" and person.custom["handoff"] == "human_service"
    assert "decides by" in said and payouts(store) == []
    assert approve(counter, row.receipt) is Decided.CARRIED_OUT
    after = policy(store, WANG)
    assert (after.state, after.cash_value, after.next_due) == (PolicyState.SURRENDERED, Decimal(0), None)
    (payout,) = payouts(store)
    assert (payout.amount, payout.account, payout.holder) == (
        Decimal(6400), DIGITS, "Wang Fang",
    )  # fmt: skip
    with pytest.raises(NotPossible):
        approve(counter, row.receipt, "ben")
    assert len(payouts(store)) == 1


def test_SU_loan_interest_up_to_the_day_is_taken_off_and_dividends_are_paid(
    counter: Counter, store: Store, clock: ManualClock
) -> None:
    person = counter.strong("Li Wei")
    said = ask(person, "surrender_policy", "go on", *SAFE)
    assert "Less CNY 20,273.97" in said and "With CNY 3,150.00" in said and "CNY 40,876.03" in said
    person.say("yes")
    clock.advance(days=10)
    approve(counter, counter.only().receipt)
    assert [one.amount for one in payouts(store)] == [Decimal("40848.63")]
    with store.reading() as session:
        assert session.scalar(select(func.count()).select_from(Loan).where(Loan.repaid_on.is_(None))) == 0
    assert policy(store, WL).dividend_balance == 0


@pytest.mark.parametrize(
    ("answer", "button"),
    [
        ("borrow on it", "Take a policy loan"),
        ("lower it", "Reduce your cover"),
        ("stop paying", "Stop paying and keep a smaller cover"),
    ],
)
def test_SU_another_way_is_one_press_away(answer: str, button: str, counter: Counter) -> None:
    person = counter.strong("Wang Fang")
    ask(person, "surrender_policy", answer)
    assert button in person.buttons and counter.transactions() == []


@pytest.mark.parametrize(
    ("who", "refused"),
    [("Liu Yang", "cooling_off"), ("Chen Jun", "lapsed")],
)
def test_SU_where_it_cannot_be_it_is_refused_with_other_ways(
    who: str, refused: str, counter: Counter
) -> None:
    person = counter.verified(who)
    ask(person, "surrender_policy")
    assert person.custom["refused"] == refused and counter.transactions() == []


def test_SU_a_loss_that_cannot_be_told_is_worked_out_by_a_person(counter: Counter) -> None:
    person = counter.verified("Zhang Guihua")
    ask(person, "surrender_policy")
    assert (person.custom["refused"], person.custom["handoff"]) == ("loss_unknown", "human_service")


def test_SU_without_value_there_is_nothing_to_give_up(counter: Counter, store: Store) -> None:
    change(store, WANG, cash_value=Decimal(0))
    person = counter.verified("Wang Fang")
    assert "would pay nothing" in ask(person, "surrender_policy")
    assert person.custom["refused"] == "no_cash_value"


def test_SU_pressed_by_others_it_stops(counter: Counter) -> None:
    person = counter.strong("Wang Fang")
    ask(person, "surrender_policy", "go on", ACCOUNT, "yes")
    assert person.custom["handoff"] == "scam" and counter.transactions() == []


def test_SU_a_value_that_changed_is_shown_again_and_an_agent_may_refuse(
    counter: Counter, store: Store
) -> None:
    person = counter.strong("Wang Fang")
    ask(person, "surrender_policy", "go on", *SAFE, "yes")
    change(store, WANG, cash_value=Decimal(6000))
    with pytest.raises(NotPossible, match="shown again"):
        approve(counter, counter.only().receipt)
    assert payouts(store) == [] and policy(store, WANG).state is PolicyState.IN_FORCE
    refuse(counter, counter.only().receipt, "You told us that you keep it.")
    assert policy(store, WANG).state is PolicyState.IN_FORCE and payouts(store) == []


def test_SU_a_customer_of_60_or_older_is_offered_a_person_at_once(counter: Counter, store: Store) -> None:
    with store.writing() as session:
        session.add(PremiumPayment(
            policy_id=policy(store, "880000100301").id, amount=Decimal(250_000),
            due_on=date(2015, 1, 1), paid_on=date(2015, 1, 1),
        ))  # fmt: skip
    person = counter.strong("Zhang Guihua")
    ask(person, "surrender_policy")
    assert person.custom["expects"] == "way" and "Talk to a person first" in person.buttons
    person.press("Talk to a person first")
    assert person.custom["handoff"] == "asked_for" and counter.transactions() == []
