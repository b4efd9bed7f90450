"""Agents who decide on what customers asked for, and what the records hold after it."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, update

from actions.services.transactions import BY_CODE
from actions.servicing import casebook, decision, payments
from actions.servicing.decision import Decided
from records.models import Customer, PaymentOrder, Policy, PolicyArrangement, ServiceTransaction
from records.store import Store
from tests.actions.money import Counter


def approve(counter: Counter, receipt: str, by: str = "amy") -> Decided:
    """An agent agrees, in a transaction of their own."""
    with counter.store.writing() as session:
        row = casebook.by_receipt(session, receipt)
        assert row is not None
        return decision.approve(session, row, counter.clock.now(), actor=f"agent:{by}", descriptions=BY_CODE)


def refuse(counter: Counter, receipt: str, reason: str, by: str = "amy") -> None:
    """An agent refuses."""
    with counter.store.writing() as session:
        row = casebook.by_receipt(session, receipt)
        assert row is not None
        decision.refuse(session, row, reason, counter.clock.now(), actor=f"agent:{by}", descriptions=BY_CODE)


def pay(counter: Counter, receipt: str, amount: Decimal, at: datetime | None = None) -> ServiceTransaction:
    """The money for a receipt comes in at the bank."""
    with counter.store.writing() as session:
        return payments.arrived(session, receipt, amount, at or counter.clock.now(), BY_CODE)


def to_pay(counter: Counter, receipt: str) -> Decimal:
    """What the open order of a receipt is about."""
    with counter.store.reading() as session:
        order = session.scalars(select(PaymentOrder).where(PaymentOrder.reference == receipt)).one()
        assert order.state == "open" and order.amount is not None
        return order.amount


def latest(counter: Counter) -> ServiceTransaction:
    """The newest transaction."""
    return counter.transactions()[-1]


def policy(store: Store, number: str) -> Policy:
    """A policy as it is now."""
    with store.reading() as session:
        found = session.scalars(select(Policy).where(Policy.number == number)).unique().one()
        _ = [rider.product.kind for rider in found.riders], found.beneficiaries, found.holder
        return found


def riders(store: Store, number: str) -> list[str]:
    """Kinds of the riders of a policy."""
    return sorted(rider.product.kind for rider in policy(store, number).riders)


def change(store: Store, number: str, **values: Any) -> None:
    """Make a policy something else than the demonstration tells."""
    with store.writing() as session:
        session.execute(update(Policy).where(Policy.number == number).values(**values))


def customer(store: Store, number: str) -> Customer:
    """A customer as they are now."""
    with store.reading() as session:
        return session.scalars(select(Customer).where(Customer.number == number)).one()


def arrangement(store: Store, number: str) -> PolicyArrangement:
    """What is arranged for a policy."""
    with store.reading() as session:
        return session.scalars(
            select(PolicyArrangement).join(Policy, Policy.id == PolicyArrangement.policy_id)
            .where(Policy.number == number)
        ).one()  # fmt: skip


def count(store: Store, table: Any) -> int:
    """How many rows a table has."""
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def insure_another(store: Store, number: str, insured: str) -> None:
    """Another customer becomes the insured person of a policy."""
    change(store, number, insured_id=customer(store, insured).id)
