"""Reads where a customer and their policies stand, once a turn, for all that a transaction asks and computes.

Reads only, and only within the verified customer.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.forms.service import Context
from actions.servicing import calculations
from actions.servicing.calculations import Debt
from actions.servicing.position import WATCHED, Due, Person, Position
from actions.servicing.states import OPEN, State
from records.models import (
    Benefit,
    Customer,
    CustomerProfile,
    Loan,
    Payout,
    Policy,
    PolicyArrangement,
    PremiumPayment,
    ServiceTransaction,
)


def look_up(session: Session, context: Context) -> Mapping[str, Any]:
    """Everything a transaction of the verified customer needs; nothing when nobody is verified."""
    profile = context.facts.profile
    if context.facts.level < 2 or profile is None:
        return {}
    customer = session.get_one(Customer, profile.id, populate_existing=True)
    pending = _open_requests(session, profile.id)
    policies = session.scalars(
        select(Policy)
        .where(Policy.holder_id == profile.id)
        .order_by(Policy.number)
        .execution_options(populate_existing=True)
    ).unique()
    return {
        "positions": {policy.number: position_of(session, policy, pending) for policy in policies},
        "person": _person(session, customer, context, pending),
    }


def position_of(
    session: Session, policy: Policy, pending: Sequence[tuple[str, int | None, str]] = ()
) -> Position:
    """Where a policy stands."""
    arrangement = session.get(PolicyArrangement, policy.id) or PolicyArrangement(
        paid_by="", account="", payout_account="", document="valid", document_issue=1, next_frequency=""
    )
    loans = session.scalars(
        select(Loan)
        .where(Loan.policy_id == policy.id, Loan.repaid_on.is_(None))
        .order_by(Loan.since, Loan.id)
    )
    benefits = session.scalars(
        select(Benefit)
        .where(Benefit.policy_id == policy.id, Benefit.paid_on.is_(None))
        .order_by(Benefit.payable_on, Benefit.id)
    )
    return Position(
        id=policy.id,
        number=policy.number,
        product=policy.product.name,
        kind=policy.product.kind,
        participating=policy.product.participating,
        state=policy.state.value,
        insured_name=policy.insured.name,
        insured_birth=policy.insured.birth,
        insured_is_holder=policy.insured_id == policy.holder_id,
        riders=tuple(rider.product.kind for rider in policy.riders),
        beneficiaries=tuple((one.name, one.share) for one in policy.beneficiaries),
        start=policy.start,
        received_on=policy.received_on,
        lapsed_on=policy.lapsed_on,
        sum_insured=policy.sum_insured,
        premium=policy.premium,
        frequency=policy.frequency,
        next_due=policy.next_due,
        cash_value=policy.cash_value,
        account_value=policy.account_value,
        dividend_option=policy.dividend_option,
        dividend_balance=policy.dividend_balance,
        auto_premium_loan=policy.auto_premium_loan,
        debts=tuple(Debt(loan.principal, loan.rate, loan.since) for loan in loans),
        benefits=tuple(Due(one.kind, one.amount, one.payable_on) for one in benefits),
        paid=_paid(session, policy),
        account=arrangement.account,
        payout_account=arrangement.payout_account,
        paid_by=arrangement.paid_by,
        document=arrangement.document,
        document_issue=arrangement.document_issue,
        next_frequency=arrangement.next_frequency,
        open_requests={code: receipt for code, policy_id, receipt in pending if policy_id == policy.id},
    )


def _paid(session: Session, policy: Policy) -> Decimal | None:
    """The recorded payments where they go back to the start, else the instalments by schedule."""
    rows = session.execute(
        select(PremiumPayment.amount, PremiumPayment.due_on)
        .where(PremiumPayment.policy_id == policy.id)
        .order_by(PremiumPayment.due_on)
    ).all()
    if rows and rows[0].due_on <= policy.start:
        return sum((row.amount for row in rows), calculations.ZERO)
    if policy.premium and policy.next_due:
        return calculations.premiums_paid(policy.start, policy.next_due, policy.frequency, policy.premium)
    return sum((row.amount for row in rows), calculations.ZERO) if rows else None


def _person(
    session: Session, customer: Customer, context: Context, pending: Sequence[tuple[str, int | None, str]]
) -> Person:
    more = session.get(CustomerProfile, customer.id) or CustomerProfile(
        marital_status="", nationality="", employer="", occupation="", notices=""
    )
    former = _former_mobile(session, customer.id, context.now)
    return Person(
        name=customer.name,
        number=customer.number,
        mobile=customer.mobile,
        email=customer.email,
        address=customer.address,
        sex=customer.sex,
        birth=customer.birth,
        id_no=customer.id_no,
        age=customer.age(context.facts.today),
        id_expires=customer.id_expires,
        marital_status=more.marital_status,
        nationality=more.nationality,
        employer=more.employer,
        occupation=more.occupation,
        occupation_class=more.occupation_class,
        notices=more.notices,
        number_changed=former is not None,
        former_mobile=former or "",
        paid_out_lately=_paid_out_lately(session, customer.id, context.now),
        open_requests={code: receipt for code, policy_id, receipt in pending if policy_id is None},
    )


def _former_mobile(session: Session, customer_id: int, now: datetime) -> str | None:
    """The number that was replaced less than 72 hours ago; the oldest of them, if it was changed twice."""
    rows = session.scalars(
        select(ServiceTransaction)
        .where(
            ServiceTransaction.customer_id == customer_id,
            ServiceTransaction.service == "LD",
            ServiceTransaction.state == State.APPLIED.value,
            ServiceTransaction.decided_at > now - WATCHED,
        )
        .order_by(ServiceTransaction.id)
    )
    return next((str(row.details["before"]) for row in rows if row.details.get("what") == "phone"), None)


def _paid_out_lately(session: Session, customer_id: int, now: datetime) -> Decimal:
    amounts = session.scalars(
        select(Payout.amount)
        .join(Policy, Policy.id == Payout.policy_id)
        .where(Policy.holder_id == customer_id, Payout.ordered_at > now - WATCHED)
    )
    return sum(amounts, calculations.ZERO)


def _open_requests(session: Session, customer_id: int) -> list[tuple[str, int | None, str]]:
    rows = session.execute(
        select(ServiceTransaction.service, ServiceTransaction.policy_id, ServiceTransaction.receipt).where(
            ServiceTransaction.customer_id == customer_id,
            ServiceTransaction.state.in_([state.value for state in OPEN]),
        )
    )
    return [(row.service, row.policy_id, row.receipt) for row in rows]
