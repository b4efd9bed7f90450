"""The demonstration's data: the told states are true on any day, the generated ones repeat."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from records.demo import generated, told
from records.models import Claim, Customer, Policy, PolicyState
from records.store import Store


@pytest.fixture
def seeded(store: Store) -> Store:
    with store.writing() as session:
        told.add(session, date(2026, 3, 2))
    return store


def policy(store: Store, number: str) -> Policy:
    with store.writing() as session:
        found = session.scalar(select(Policy).where(Policy.number == number))
        assert found is not None
        # Read what the tests look at before the session ends.
        assert found.loans is not None and found.beneficiaries is not None and found.benefits is not None
        return found


def test_the_first_customers_whole_life_policy_is_as_told(seeded: Store) -> None:
    found = policy(seeded, "880000100101")
    assert found.holder.name == "Li Wei"
    assert found.state is PolicyState.IN_FORCE
    assert found.next_due == date(2026, 3, 2) + timedelta(days=40)
    assert found.cash_value == Decimal("58000.00")
    assert [(loan.principal, loan.rate) for loan in found.loans] == [(Decimal(20000), Decimal("0.05"))]
    assert [(one.name, one.share) for one in found.beneficiaries] == [("Li Na", Decimal(100))]


def test_a_policy_in_cooling_off_was_received_days_ago_on_any_day(seeded: Store) -> None:
    found = policy(seeded, "880000100501")
    assert found.state is PolicyState.COOLING_OFF
    assert found.received_on == date(2026, 2, 26)


def test_an_open_claim_names_its_missing_paper(seeded: Store) -> None:
    with seeded.reading() as session:
        claim = session.scalars(select(Claim).where(Claim.number == "CL20260007")).one()
        assert claim.missing == ["pathology report"]


def test_generated_customers_repeat_and_collide_with_nobody(seeded: Store) -> None:
    today = date(2026, 3, 2)
    first = [policy.number for policy in generated.customers(today, 200)]
    again = [policy.number for policy in generated.customers(today, 200)]
    assert first == again
    assert len(set(first)) == len(first)
    with seeded.writing() as session:
        generated.add(session, today, 200)
    with seeded.reading() as session:
        assert session.scalar(select(func.count()).select_from(Customer)) == 208


@pytest.mark.parametrize("text", ["d", "d+", "tomorrow", "2026-13-01"])
def test_a_date_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a date"):
        told.day(text, date(2026, 3, 2))
