"""What changes of a contract cost or leave, over generated amounts, ages and dates: to the cent."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.servicing import alterations as a
from actions.servicing.calculations import CENT, MONTHS, ZERO, add_months
from tests.actions.test_calculations import AMOUNTS, POSITIVE, RHYTHMS, TODAY, whole_cents

CLASSES = st.sampled_from(sorted(a.LOADINGS))
AGES = st.integers(0, 110)


@given(AMOUNTS, AMOUNTS, st.integers(0, 110), POSITIVE)
def test_a_paid_up_sum_is_never_above_the_old_one(
    value: Decimal, owed: Decimal, age: int, total: Decimal
) -> None:
    result = a.reduced_paid_up(value, owed, a.paid_up_rate(age), total)
    assert 0 <= result <= total and whole_cents(result)
    assert result * a.paid_up_rate(age) <= max(ZERO, value - owed), "paid by what there is"


def test_the_worked_example_of_the_paid_up_sum() -> None:
    found = a.reduced_paid_up(Decimal(40_000), ZERO, a.paid_up_rate(33), Decimal(300_000))
    assert abs(found - 110_000) < 1000


@given(POSITIVE, RHYTHMS, st.integers(0, 730))
def test_reinstatement_is_every_overdue_premium_with_its_interest(
    premium: Decimal, rhythm: str, days: int
) -> None:
    first = TODAY - timedelta(days=days)
    due = a.overdue(first, rhythm, TODAY)
    needed = a.reinstatement(premium, due, TODAY)
    assert due[0] == first and all(day <= TODAY for day in due) and sorted(set(due)) == list(due)
    assert needed.premiums == premium * len(due) and whole_cents(needed.total)
    assert needed.premiums <= needed.total <= needed.premiums * Decimal("1.11")


@given(st.dates(date(2000, 1, 1), date(2030, 12, 31)))
def test_a_lapsed_policy_has_two_years_to_the_day(lapsed: date) -> None:
    last = a.reinstatement_ends(lapsed)
    assert last.year == lapsed.year + 2 and (last.month, last.day) in (
        (lapsed.month, lapsed.day), (2, 28),
    )  # fmt: skip


@given(POSITIVE, CLASSES, CLASSES)
def test_a_more_dangerous_class_is_never_cheaper(premium: Decimal, old: int, new: int) -> None:
    after = a.occupation_premium(premium, old, new)
    assert whole_cents(after) and after > 0
    assert (after >= premium) if new >= old else (after <= premium)
    assert a.occupation_premium(premium, new, new) == premium
    if max(old, new) <= 4:
        assert after == premium, "classes 1 to 4 pay the same"


def test_the_worked_loadings_of_the_occupation_classes() -> None:
    assert a.occupation_premium(Decimal(7200), None, 5) == 9000
    assert a.occupation_premium(Decimal(9000), 5, 6) == 10_800
    assert a.occupation_premium(Decimal(10_800), 6, 1) == 7200


@given(POSITIVE, RHYTHMS, st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(-400, 400))
def test_the_rest_of_a_period_is_part_of_the_difference(
    difference: Decimal, rhythm: str, due: date, days: int
) -> None:
    rest = a.rest_of_period(difference, due, rhythm, due - timedelta(days=days))
    assert whole_cents(rest) and 0 <= rest <= difference
    assert days > 0 or rest == 0, "nothing is left when the due date has come"
    start = add_months(due, -MONTHS[rhythm])
    assert a.rest_of_period(difference, due, rhythm, start) == difference
    gone = a.rest_of_period(difference, due, rhythm, start) - rest
    assert gone >= 0


@given(POSITIVE, POSITIVE, POSITIVE)
def test_a_raised_sum_costs_its_part_more(premium: Decimal, total: Decimal, more: Decimal) -> None:
    after = a.raised_premium(premium, total, total + more)
    assert whole_cents(after) and after >= premium
    assert abs(after - premium * (total + more) / total) <= CENT
    for wrong in (total, total - CENT, ZERO):
        with pytest.raises(ValueError, match="not above"):
            a.raised_premium(premium, total, wrong)


@given(AGES, CLASSES, RHYTHMS)
def test_a_rider_costs_more_with_age_and_danger(age: int, level: int, rhythm: str) -> None:
    cash = a.rider_premium("hospital_cash", age, level, rhythm)
    assert whole_cents(cash) and cash < a.rider_premium("hospital_cash", age + 1, level, rhythm)
    if level == 6:
        with pytest.raises(ValueError, match="class 6"):
            a.rider_premium("accident", age, level, rhythm)
    else:
        shield = a.rider_premium("accident", age, level, rhythm)
        assert whole_cents(shield) and shield >= a.rider_premium("accident", age, 1, rhythm) > 0


def test_what_is_no_rider_has_no_price() -> None:
    with pytest.raises(ValueError, match="annuity"):
        a.rider_premium("annuity", 40, 1, "yearly")
