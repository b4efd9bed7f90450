"""Sums of money, over generated amounts and dates: to the cent, and within their limits."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.forms.service import Facts, Field
from actions.normalise import Misread, clean
from actions.services.transactions import TRANSACTIONS
from actions.servicing import calculations as c
from actions.servicing.calculations import CENT, FACTORS, ZERO, Debt
from actions.servicing.recording import service_of

TODAY = date(2026, 11, 22)
AMOUNTS = st.decimals(0, 10**9, places=2, allow_nan=False, allow_infinity=False)
POSITIVE = st.decimals(1, 10**9, places=2, allow_nan=False, allow_infinity=False)
RHYTHMS = st.sampled_from(sorted(FACTORS))
DEBTS = st.lists(
    st.builds(
        Debt,
        st.decimals(1, 10**7, places=2),
        st.sampled_from([Decimal("0.05"), Decimal("0.0435"), Decimal(0)]),
        st.dates(date(2015, 1, 1), TODAY),
    ),
    max_size=5,
).map(tuple)


def whole_cents(*amounts: Decimal) -> bool:
    return all(amount == amount.quantize(CENT) for amount in amounts)


@given(AMOUNTS, DEBTS)
def test_a_loan_up_to_the_limit_never_brings_the_debt_above_80_percent(
    value: Decimal, debts: tuple[Debt, ...]
) -> None:
    owed = c.owed(debts, TODAY)
    limit = c.loan_limit(value, owed)
    assert whole_cents(limit) and limit >= 0
    assert limit == 0 or owed + limit <= value * Decimal("0.80")
    assert limit == 0 or owed + limit + CENT > value * Decimal("0.80"), "not a cent less than possible"


@pytest.mark.parametrize(
    ("value", "owed", "limit"),
    [("50000", "10000", "30000"), ("6400", "0", "5120"), ("58000", "20273.97", "26126.03")],
)
def test_the_worked_examples_of_the_loan_limit(value: str, owed: str, limit: str) -> None:
    assert c.loan_limit(Decimal(value), Decimal(owed)) == Decimal(limit)


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_surrender_pays_no_more_than_there_is(paid: Decimal, value: Decimal, owed: Decimal) -> None:
    out, loss = c.surrender_value(value, owed), c.surrender_loss(paid, value)
    assert 0 <= out <= value and 0 <= loss <= paid and whole_cents(out, loss)
    assert loss == max(ZERO, paid - value)


def test_the_worked_example_of_the_surrender_loss() -> None:
    assert c.surrender_loss(Decimal(36_000), Decimal(17_000)) == Decimal(19_000)


@given(st.data(), POSITIVE.filter(lambda total: total >= 2), AMOUNTS, AMOUNTS, AMOUNTS)
def test_what_a_lower_cover_pays_and_leaves_sums_to_the_cash_value(
    data: st.DataObject, total: Decimal, value: Decimal, paid: Decimal, premium: Decimal
) -> None:
    new = data.draw(st.decimals(CENT, total - CENT, places=2))
    after = c.partial_surrender(total, new, value, paid, premium)
    assert after.payout + after.cash_value == value
    assert whole_cents(after.payout, after.cash_value, after.loss, after.premium, after.paid_for_part)
    assert after.loss == max(ZERO, after.paid_for_part - after.payout)
    assert 0 <= after.premium <= premium and after.payout <= value * (total - new) / total


def test_the_worked_example_of_a_lower_cover() -> None:
    after = c.partial_surrender(Decimal(300_000), Decimal(200_000), Decimal(30_000), ZERO, Decimal(9000))
    assert (after.payout, after.premium) == (Decimal(10_000), Decimal(6000))
    for wrong in (ZERO, Decimal(300_000), Decimal(-1)):
        with pytest.raises(ValueError, match="not between"):
            c.partial_surrender(Decimal(300_000), wrong, ZERO, ZERO, ZERO)


@pytest.mark.parametrize(
    ("rhythm", "each", "year"),
    [
        ("yearly", 10_000, 10_000),
        ("half_yearly", 5200, 10_400),
        ("quarterly", 2650, 10_600),
        ("monthly", 900, 10_800),
    ],
)
def test_the_worked_example_of_the_rhythms(rhythm: str, each: int, year: int) -> None:
    assert c.instalment(Decimal(10_000), rhythm) == each
    assert c.paid_in_a_year(Decimal(each), rhythm) == year


@given(POSITIVE, RHYTHMS)
def test_an_instalment_leads_to_its_yearly_premium_and_back(premium: Decimal, rhythm: str) -> None:
    assert c.instalment(c.yearly_premium(premium, rhythm), rhythm) == premium


@given(POSITIVE, RHYTHMS, RHYTHMS)
def test_paying_in_smaller_parts_is_never_cheaper(yearly: Decimal, one: str, other: str) -> None:
    if FACTORS[one] * (12 // c.MONTHS[one]) <= FACTORS[other] * (12 // c.MONTHS[other]):
        first, second = (c.paid_in_a_year(c.instalment(yearly, name), name) for name in (one, other))
        assert first <= second + Decimal("0.12"), "but for the rounding of twelve instalments"


@given(AMOUNTS, st.integers(1, 400), st.data())
def test_pro_rata_parts_sum_to_the_whole(amount: Decimal, whole: int, data: st.DataObject) -> None:
    days = data.draw(st.integers(0, whole))
    parts = c.pro_rata(amount, days, whole), c.pro_rata(amount, whole - days, whole)
    assert abs(sum(parts) - amount) <= CENT and whole_cents(*parts)
    assert c.pro_rata(amount, whole, whole) == amount
    with pytest.raises(ValueError, match="days"):
        c.pro_rata(amount, whole + 1, whole)


@given(AMOUNTS, st.lists(st.decimals(0, 100, places=2), min_size=1, max_size=8).filter(lambda s: sum(s) > 0))
def test_a_split_sums_to_the_cent(amount: Decimal, shares: list[Decimal]) -> None:
    parts = c.split(amount, shares)
    assert sum(parts) == amount and whole_cents(*parts)
    for part, share in zip(parts, shares, strict=True):
        assert abs(part - amount * share / sum(shares)) < CENT * 2


@given(DEBTS, AMOUNTS)
def test_a_repayment_is_interest_first_and_loses_no_cent(debts: tuple[Debt, ...], amount: Decimal) -> None:
    done, left = c.repay(debts, amount, TODAY)
    paid = sum((one.interest + one.principal for one in done), ZERO)
    stays = sum((one.left_interest + one.left_principal for one in done), ZERO)
    assert paid + left == amount and paid + stays == c.owed(debts, TODAY)
    assert left == 0 or stays == 0
    assert not any(one.principal for one in done) or not any(one.left_interest for one in done)
    assert all(min(one.interest, one.principal, one.left_interest, one.left_principal) >= 0 for one in done)


@given(POSITIVE)
def test_an_extra_payment_loses_only_its_charge(payment: Decimal) -> None:
    assert abs(c.credited(payment) - payment * Decimal("0.97")) < CENT and whole_cents(c.credited(payment))


@given(st.dates(date(1990, 1, 1), date(2026, 11, 22)))
def test_the_next_anniversary_lies_ahead_and_within_a_year(start: date) -> None:
    found = c.anniversary_after(start, TODAY)
    assert TODAY < found <= TODAY + timedelta(days=366)
    assert found.month == start.month


@given(st.dates(date(2000, 1, 1), date(2030, 12, 31)), st.integers(0, 240))
def test_months_are_added_without_leaving_the_month(day: date, months: int) -> None:
    found = c.add_months(day, months)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months and found.day <= day.day


@given(st.dates(date(2000, 1, 1), date(2030, 12, 31)))
def test_the_fifteenth_day_is_the_last(received: date) -> None:
    assert (c.cooling_off_ends(received) - received).days == 15


TEXTS = st.one_of(
    st.text(max_size=60),
    st.from_regex(r"-?[0-9., ]{0,14}(k| yuan|%|/[0-9]{1,4})?", fullmatch=True),
)
FIELDS = [(one.code, field) for one in TRANSACTIONS for field in service_of(one).fields]


@pytest.mark.parametrize(("code", "field"), FIELDS, ids=[f"{code}-{field.name}" for code, field in FIELDS])
@given(text=TEXTS)
def test_whatever_is_answered_is_a_value_or_a_reason(code: str, field: Field, text: str) -> None:
    facts = Facts(TODAY, 2)
    try:
        value = field.value_of(clean(text), {}, facts)
    except Misread as misread:
        assert misread.message
    else:
        if isinstance(value, Decimal):
            assert value > 0 and whole_cents(value)
        if field.show is not None:
            assert field.show(value, facts) is not None
