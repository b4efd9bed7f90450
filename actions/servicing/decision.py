"""What happens to a transaction after it was recorded: carried out, approved, refused, completed, withdrawn.

Every change goes through the table of states, in the caller's writing transaction, with its audit line.
Who may decide, and whether four eyes are needed, is for the caller to know.
"""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.servicing.states import Event, NotPossible, State, after
from actions.servicing.transaction import Transaction
from records import audit
from records.models import ServiceTransaction

Descriptions = Mapping[str, Transaction]
"""Transactions by code."""


def approve(
    session: Session, row: ServiceTransaction, now: datetime, *, actor: str, descriptions: Descriptions
) -> None:
    """An agent agreed: the effect happens now.

    Raises:
        NotPossible: it is decided already, or what it was computed from has changed; nothing is done then.
    """
    _carry_out(session, row, Event.APPROVE, now, actor, descriptions)


def refuse(
    session: Session,
    row: ServiceTransaction,
    reason: str,
    now: datetime,
    *,
    actor: str,
    descriptions: Descriptions,
) -> None:
    """An agent refused, with a reason for the customer.

    Raises:
        NotPossible: it is decided already.
        ValueError: there is no reason.
    """
    if not reason.strip():
        raise ValueError("a refusal needs its reason")
    before = row.state
    row.state = after(before, Event.REFUSE).value
    row.reason, row.waiting_for, row.decided_at = reason.strip()[:500], "", now
    descriptions[row.service].undo(session, row, now)
    _note(session, row, now, actor, "refused", before)


def ask_for_more(session: Session, row: ServiceTransaction, what: str, now: datetime, *, actor: str) -> None:
    """An agent needs something more of the customer before deciding.

    Raises:
        NotPossible: it is not waiting for an agent.
        ValueError: what is needed was not said.
    """
    if not what.strip():
        raise ValueError("what is needed must be said")
    before = row.state
    row.state = after(before, Event.ASK_FOR_MORE).value
    row.waiting_for = what.strip()[:200]
    _note(session, row, now, actor, "more_asked", before)


def complete(session: Session, row: ServiceTransaction, now: datetime, *, actor: str) -> None:
    """What was still to come has come, a paper for example: an agent can decide.

    Raises:
        NotPossible: nothing was still to come.
    """
    before = row.state
    row.state = after(before, Event.COMPLETE).value
    row.waiting_for = ""
    _note(session, row, now, actor, "completed", before)


def withdraw(
    session: Session, row: ServiceTransaction, now: datetime, *, actor: str, descriptions: Descriptions
) -> None:
    """The customer took it back before it was decided.

    Raises:
        NotPossible: it is decided already.
    """
    before = row.state
    row.state = after(before, Event.WITHDRAW).value
    row.waiting_for, row.effective_on, row.decided_at = "", None, now
    descriptions[row.service].undo(session, row, now)
    _note(session, row, now, actor, "withdrawn", before)


def carry_out_due(
    session: Session, today: date, now: datetime, descriptions: Descriptions, *, limit: int = 200
) -> list[str]:
    """Carry out what waited for a day that has come; the receipts. Safe to run again and again.

    What cannot be carried out any more goes to an agent, with its reason.
    """
    rows = session.scalars(
        select(ServiceTransaction)
        .where(ServiceTransaction.state == State.PENDING.value, ServiceTransaction.effective_on <= today)
        .order_by(ServiceTransaction.effective_on, ServiceTransaction.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        try:
            _carry_out(session, row, Event.CARRY_OUT, now, "system", descriptions)
        except NotPossible as problem:
            row.state, row.reason = after(row.state, Event.COMPLETE).value, problem.message
            row.effective_on = None
            _note(session, row, now, "system", "stuck", State.PENDING.value)
    return [row.receipt for row in rows]


def _carry_out(
    session: Session,
    row: ServiceTransaction,
    event: Event,
    now: datetime,
    actor: str,
    descriptions: Descriptions,
) -> None:
    before = row.state
    following = after(before, event).value
    descriptions[row.service].effect(session, row, now)
    row.state, row.waiting_for, row.effective_on, row.decided_at = following, "", None, now
    session.flush()
    _note(session, row, now, actor, "applied", before)


def _note(
    session: Session, row: ServiceTransaction, now: datetime, actor: str, action: str, before: str
) -> None:
    audit.note(
        session, now, actor, f"service.{row.service}.{action}", f"transaction:{row.receipt}",
        before=before, after=row.state, because=row.reason,
    )  # fmt: skip
