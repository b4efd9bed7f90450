"""Requests of the customer's that wait for a paper: which they are, and what becomes of the files that come.

A paper decides nothing: whoever looks at it does.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from actions.servicing import casebook, decision
from actions.servicing.states import State
from records import audit
from records.models import Claim, Paper, PaymentOrder, Policy, ServiceTransaction

LATELY = timedelta(hours=1)
"""So long after a paper was taken, further files without a place of their own are its other pages."""


def is_request(number: object) -> bool:
    """Whether a number is that of a request, not of a claim."""
    return str(number or "").startswith(casebook.PREFIX)


def awaiting(session: Session, customer_id: int) -> Sequence[ServiceTransaction]:
    """The customer's requests that wait for a paper, newest first; not for a day, and not for money."""
    return session.scalars(
        select(ServiceTransaction)
        .outerjoin(PaymentOrder, PaymentOrder.transaction_id == ServiceTransaction.id)
        .where(
            ServiceTransaction.customer_id == customer_id,
            ServiceTransaction.state == State.PENDING.value,
            ServiceTransaction.effective_on.is_(None),
            PaymentOrder.id.is_(None),
        )
        .order_by(ServiceTransaction.id.desc())
    ).all()


def hand_in(
    session: Session, row: ServiceTransaction, files: Sequence[Paper], now: datetime, *, actor: str
) -> None:
    """Take files for a request: a colleague can look at it now.

    Raises:
        NotPossible: it waits for nothing any more.
    """
    title = row.waiting_for[:120]
    decision.complete(session, row, now, actor=actor)
    for file in files:
        file.receipt, file.title, file.taken_at = row.receipt, title, now
    audit.note(
        session, now, actor, f"service.{row.service}.paper_arrived", f"transaction:{row.receipt}",
        paper=title, files=[file.id for file in files],
    )  # fmt: skip
    session.flush()


def taken_lately(session: Session, conversation_id: str, customer_id: int, now: datetime) -> Paper | None:
    """The paper of this customer's that was taken last in the conversation, if that is not long ago."""
    paper = session.scalars(
        select(Paper)
        .where(Paper.conversation_id == conversation_id, Paper.taken_at >= now - LATELY)
        .order_by(Paper.taken_at.desc(), Paper.received_at.desc())
        .limit(1)
    ).first()
    if paper is None:
        return None
    if paper.claim_id is not None:
        owner: Select[Any] = (
            select(Policy.holder_id)
            .join(Claim, Claim.policy_id == Policy.id)
            .where(Claim.id == paper.claim_id)
        )
    else:
        owner = select(ServiceTransaction.customer_id).where(ServiceTransaction.receipt == paper.receipt)
    return paper if session.scalar(owner) == customer_id else None


def put_with(session: Session, paper: Paper, files: Sequence[Paper], now: datetime, *, actor: str) -> None:
    """Take files as further pages of a paper."""
    for file in files:
        file.claim_id, file.receipt, file.title = paper.claim_id, paper.receipt, paper.title
        file.taken_at = now
    audit.note(
        session, now, actor, "paper.pages_added", f"paper:{paper.id}", files=[file.id for file in files]
    )
    session.flush()
