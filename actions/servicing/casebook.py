"""The book of transactions: one row and one receipt number for each form, and its audit line.

Written in the transaction of the turn, so that a receipt and its effect are there together or not at all.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from actions.forms.service import Context
from actions.servicing.position import Case
from actions.servicing.states import State
from records import audit
from records.models import Policy, ServiceTransaction

PREFIX = "SR"


def find(session: Session, conversation_id: str, code: str, version: int) -> ServiceTransaction | None:
    """The transaction that a form made, if it has been sent before."""
    return session.scalars(
        select(ServiceTransaction).where(
            ServiceTransaction.conversation_id == conversation_id,
            ServiceTransaction.service == code,
            ServiceTransaction.form_version == version,
        )
    ).one_or_none()


def by_receipt(session: Session, receipt: str) -> ServiceTransaction | None:
    """The transaction of a receipt number; the row is locked where the database can."""
    return session.scalars(
        select(ServiceTransaction).where(ServiceTransaction.receipt == receipt).with_for_update()
    ).one_or_none()


def open_row(
    session: Session, context: Context, code: str, case: Case, details: Mapping[str, Any]
) -> ServiceTransaction:
    """A new row with its receipt; carried out unless its description says otherwise."""
    position = case.known_position
    policy = _named(session, case) if position is None else None
    customer = context.facts.profile.id if context.facts.level >= 2 and context.facts.profile else None
    row = ServiceTransaction(
        receipt=next_receipt(session, context.facts.today.year),
        service=code,
        customer_id=customer if customer is not None else policy.holder_id if policy else None,
        policy_id=position.id if position else policy.id if policy else None,
        state=State.APPLIED.value,
        waiting_for="",
        reason="",
        details=dict(details),
        created_at=context.now,
        conversation_id=context.conversation_id,
        form_version=context.version,
    )
    session.add(row)
    session.flush()
    return row


def _named(session: Session, case: Case) -> Policy | None:
    """The policy that somebody named who is not verified: put on record, never shown."""
    number = case.answers.get("policy")
    if not number:
        return None
    return session.scalars(select(Policy).where(Policy.number == number)).unique().one_or_none()


def next_receipt(session: Session, year: int) -> str:
    """The next free receipt number of the year; two at once are told apart by the unique column."""
    prefix = f"{PREFIX}{year}"
    last: str | None = session.scalar(
        select(ServiceTransaction.receipt)
        .where(ServiceTransaction.receipt.startswith(prefix))
        .order_by(func.length(ServiceTransaction.receipt).desc(), ServiceTransaction.receipt.desc())
        .limit(1)
    )
    count = int(last[len(prefix) :]) if last else 0
    return f"{prefix}{count + 1:06d}"


def note(session: Session, context: Context, row: ServiceTransaction, evidence: Mapping[str, Any]) -> None:
    """The one audit line of a transaction, with all evidence where money leaves."""
    profile = context.facts.profile
    audit.note(
        session,
        context.now,
        f"customer:{profile.number}" if profile else "bot",
        f"money_out.{row.service}" if evidence else f"service.{row.service}",
        f"transaction:{row.receipt}",
        conversation=context.conversation_id,
        state=row.state,
        **evidence,
    )
