"""Interest on policy loans: exact, and monotone in everything that makes it grow."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from actions.services.interest import loan_interest

DAY = date(2026, 11, 22)
principals = st.decimals(min_value="0.01", max_value="1000000", places=2)
rates = st.decimals(min_value="0", max_value="0.2", places=4)
days = st.integers(0, 4000)


def test_a_hundred_days_on_twenty_thousand_at_five_percent() -> None:
    assert loan_interest(Decimal(20000), Decimal("0.05"), DAY - timedelta(days=100), DAY) == Decimal("273.97")


def test_a_year_of_365_days_bears_the_whole_rate() -> None:
    assert loan_interest(Decimal(1000), Decimal("0.05"), DAY - timedelta(days=365), DAY) == Decimal("50.00")


@given(principals, rates)
def test_the_day_of_the_loan_itself_bears_nothing(principal: Decimal, rate: Decimal) -> None:
    assert loan_interest(principal, rate, DAY, DAY) == 0
    assert loan_interest(principal, rate, DAY + timedelta(days=5), DAY) == 0


@given(principals, rates, days, st.integers(0, 400))
def test_interest_never_shrinks_with_time(principal: Decimal, rate: Decimal, lasted: int, more: int) -> None:
    early = loan_interest(principal, rate, DAY - timedelta(days=lasted), DAY)
    late = loan_interest(principal, rate, DAY - timedelta(days=lasted + more), DAY)
    assert 0 <= early <= late


@given(principals, rates, days)
def test_interest_is_within_half_a_cent_of_the_formula(
    principal: Decimal, rate: Decimal, lasted: int
) -> None:
    exact = principal * rate * lasted / 365
    assert abs(loan_interest(principal, rate, DAY - timedelta(days=lasted), DAY) - exact) <= Decimal(
        "0.005001"
    )
