"""The changes of contracts that an agent decides: paid-up, reinstatement, more cover, surrender."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from actions.dialogue import Dialogue
from actions.servicing.decision import Decided
from actions.servicing.states import NotPossible
from records.clock import ManualClock
from records.models import Loan, PaymentOrder, Payout, PolicyState, PremiumPayment
from records.store import Store
from tests.actions.decisions import (
    approve,
    change,
    insure_another,
    latest,
    pay,
    policy,
    refuse,
    riders,
    to_pay,
)
from tests.actions.money import ACCOUNT, SAFE, Counter, ask

WL, CI, WANG, LAPSED, GRACE = (
    "880000100101", "880000100102", "880000100201", "880000100401", "880000100701",
)  # fmt: skip
TODAY = date(2026, 11, 22)


@pytest.fixture
def counter(store: Store, clock: ManualClock, dialogue: Dialogue) -> Counter:
    return Counter(store, clock, dialogue)


def payouts(store: Store) -> list[Payout]:
    with store.reading() as session:
        return list(session.scalars(select(Payout)))


# --- PU ---------------------------------------------------------------------------------------------------


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


# --- RE ---------------------------------------------------------------------------------------------------


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


# --- AC ---------------------------------------------------------------------------------------------------


def test_AC_a_rider_begins_when_agreed_and_paid(counter: Counter, store: Store) -> None:
    person = counter.verified("Wang Fang")
    said = ask(person, "add_cover", "hospital cash", "no")
    assert "about CNY 560.00 more a year" in said and "CNY 276.16" in said  # (200 + 10 x 36) x 180 / 365
    person.say("yes")
    receipt = counter.only().receipt
    assert approve(counter, receipt) is Decided.WAITS_FOR_PAYMENT and riders(store, WANG) == []
    pay(counter, receipt, Decimal("276.16"))
    assert riders(store, WANG) == ["hospital_cash"] and policy(store, WANG).premium == Decimal(7760)


def test_AC_the_sum_is_raised_with_its_premium(counter: Counter, store: Store) -> None:
    person = counter.verified("Wang Fang")
    said = ask(person, "add_cover", "a higher sum", "600,000", "yes", "an operation of the knee in May")
    assert "CNY 600,000.00 instead of CNY 400,000.00" in said and "medical examination" in said
    assert "CNY 3,600.00 more a year" in said and "operation of the knee" in said
    person.say("yes")
    approve(counter, counter.only().receipt)
    pay(counter, counter.only().receipt, to_pay(counter, counter.only().receipt))
    after = policy(store, WANG)
    assert (after.sum_insured, after.premium) == (Decimal(600_000), Decimal(10_800))


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (("hospital cash",), "part of this policy already"),
        (("a higher sum", "200,000"), "name a higher one"),
    ],
)
def test_AC_what_does_not_fit_is_asked_again(answers: tuple[str, ...], words: str, counter: Counter) -> None:
    person = counter.verified("Li Wei")
    person.say("my critical care policy please", "add_cover")
    said = ""
    for answer in answers:
        said = person.say(answer)
    assert words in said and counter.transactions() == []


@pytest.mark.parametrize(
    ("who", "refused"), [("Zhang Guihua", "cannot_carry"), ("Zhao Min", "cannot_carry"), ("Sun Lei", "grace")]
)
def test_AC_where_it_cannot_be_it_is_refused(who: str, refused: str, counter: Counter) -> None:
    person = counter.verified(who)
    ask(person, "add_cover")
    assert person.custom["refused"] == refused and counter.transactions() == []


def test_AC_beyond_the_ages_to_join_nothing_can_be_added(counter: Counter, store: Store) -> None:
    insure_another(store, WANG, "C1003")
    person = counter.verified("Wang Fang")
    assert "age limits" in ask(person, "add_cover")
    assert person.custom["refused"] == "nothing_to_add"


def test_AC_an_approval_that_no_longer_fits_does_nothing_and_an_agent_may_refuse(
    counter: Counter, store: Store
) -> None:
    ask(counter.verified("Wang Fang"), "add_cover", "accident shield", "no", "yes")
    change(store, WANG, premium=Decimal(8000))
    with pytest.raises(NotPossible, match="shown again"):
        approve(counter, counter.only().receipt)
    refuse(counter, counter.only().receipt, "Please ask anew: the premium has changed.")
    assert riders(store, WANG) == [] and counter.only().state == "refused"


# --- SU ---------------------------------------------------------------------------------------------------


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
        Decimal(6400), ACCOUNT.replace(" ", ""), "Wang Fang",
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
