"""Reads of personal data, always within one verified customer.

A policy that is not the customer's looks exactly like one that does not exist.
"""

from datetime import date
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from actions.forms.service import PolicyBrief, Profile
from records.models import Customer, Policy, Product

ELDERLY_AGE = 60

_POLICIES = (
    select(Policy.id, Policy.number, Product.name, Product.kind, Policy.state)
    .join(Product, Product.code == Policy.product_code)
    .where(Policy.holder_id == bindparam("customer_id"))
    .order_by(Policy.number)
)
_PROFILE = select(
    Customer.id,
    Customer.number,
    Customer.name,
    Customer.mobile,
    Customer.email,
    Customer.birth,
    Customer.gentle,
).where(Customer.id == bindparam("customer_id"))
_BIRTH = select(Customer.birth).where(Customer.id == bindparam("customer_id"))


def policies_of(session: Session, customer_id: int) -> tuple[PolicyBrief, ...]:
    """The verified customer's policies."""
    rows = session.connection().execute(_POLICIES, {"customer_id": customer_id})
    return tuple(PolicyBrief(row.id, row.number, row.name, row.kind, row.state.value) for row in rows)


def policy_of(session: Session, customer_id: int, number: str) -> Policy | None:
    """One policy of the verified customer, whole; None when it is not among theirs."""
    statement = select(Policy).where(Policy.number == number, Policy.holder_id == customer_id)
    return session.scalars(statement).unique().one_or_none()


def profile_of(session: Session, customer_id: int, today: date) -> Profile | None:
    """What is on file of the verified customer; sixty and older are served gently."""
    row: Any = session.connection().execute(_PROFILE, {"customer_id": customer_id}).first()
    if row is None:
        return None
    gentle = row.gentle or _age(row.birth, today) >= ELDERLY_AGE
    return Profile(row.id, row.number, row.name, row.mobile, row.email, row.birth, gentle)


def age_of(session: Session, customer_id: int, today: date) -> int | None:
    """The customer's age in full years."""
    birth = session.scalar(_BIRTH, {"customer_id": customer_id})
    return None if birth is None else _age(birth, today)


def _age(birth: date, today: date) -> int:
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))
