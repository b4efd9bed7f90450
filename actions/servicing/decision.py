"""What happens to a transaction after it was recorded: carried out, approved, refused, completed, withdrawn.

Every change goes through the table of states, in the caller's writing transaction, with its audit line.
Where the description asks for four eyes, nothing is carried out on the word of one agent. Who may decide at
all is for the caller to know.
"""

import logging
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from actions.services.wording import money, show_date
from actions.servicing import payments
from actions.servicing.states import Event, NotPossible, State, after
from actions.servicing.transaction import Transaction
from records import audit
from records.clock import CENTRE_ZONE
from records.models import PaymentOrder, Policy, ServiceTransaction

log = logging.getLogger(__name__)

Descriptions = Mapping[str, Transaction]
"""Transactions by code."""


class Decided(StrEnum):
    """What an approval led to."""

    CARRIED_OUT = "carried_out"
    WAITS_FOR_SECOND = "waits_for_second"
    """Nothing has happened yet: another agent must agree as well."""

    WAITS_FOR_PAYMENT = "waits_for_payment"
    """Agents are done with it; it is carried out when the customer's money has come."""


def needs_second(session: Session, row: ServiceTransaction, descriptions: Descriptions) -> str | None:
    """Why a second agent must agree before this is carried out; None where one agent is enough.

    The reason is a sentence for agents. It stays the same after the first of them agreed.
    """
    if row.state == State.WAITING_FOR_SECOND:
        return row.reason
    return descriptions[row.service].four_eyes.reason(session, row)


def approve(
    session: Session, row: ServiceTransaction, now: datetime, *, actor: str, descriptions: Descriptions
) -> Decided:
    """An agent agreed: the effect happens now, or when a second agent agrees, or when money has come.

    Raises:
        NotPossible: it is decided already, what it was computed from has changed, or the agent who agreed
            first tries to agree a second time (code `same_agent`); nothing is done then.
    """
    _lock(session, row)
    if row.state == State.WAITING_FOR_SECOND and row.agreed_by == actor:
        raise NotPossible("same_agent", "You agreed to this already; another colleague must look at it now.")
    if row.state != State.WAITING_FOR_SECOND:
        because = needs_second(session, row, descriptions)
        if because is not None:
            _agree_first(session, row, because, now, actor)
            return Decided.WAITS_FOR_SECOND
    amount = descriptions[row.service].to_pay(session, row, now)
    if amount:
        _agree_until_paid(session, row, amount, now, actor)
        return Decided.WAITS_FOR_PAYMENT
    _carry_out(session, row, Event.APPROVE, now, actor, descriptions)
    return Decided.CARRIED_OUT


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
    _lock(session, row)
    before = row.state
    row.state = after(before, Event.REFUSE).value
    row.reason, row.waiting_for, row.decided_at = reason.strip()[:500], "", now
    _nothing_more_to_pay(session, row, before, now)
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
    _lock(session, row)
    before = row.state
    row.state = after(before, Event.ASK_FOR_MORE).value
    # What comes may change the matter: whoever agreed must look again.
    row.waiting_for, row.reason, row.agreed_by = what.strip()[:200], "", None
    _note(session, row, now, actor, "more_asked", before)


def complete(session: Session, row: ServiceTransaction, now: datetime, *, actor: str) -> None:
    """What was still to come has come, a paper for example: an agent can decide.

    Raises:
        NotPossible: nothing was still to come.
    """
    _lock(session, row)
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
    _lock(session, row)
    before = row.state
    row.state = after(before, Event.WITHDRAW).value
    row.waiting_for, row.reason, row.effective_on, row.decided_at = "", "", None, now
    _nothing_more_to_pay(session, row, before, now)
    descriptions[row.service].undo(session, row, now)
    _note(session, row, now, actor, "withdrawn", before)


def carry_out_due(
    session: Session, today: date, now: datetime, descriptions: Descriptions, *, limit: int = 200
) -> list[str]:
    """Carry out what waited for a day that has come; the receipts. Safe to run again and again.

    What cannot be carried out any more goes to an agent, with its reason; it holds up no other change.

    Raises:
        OperationalError: the database is gone or locked, which is no fault of a change; all are still due.
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
            with session.begin_nested():
                _carry_out(session, row, Event.CARRY_OUT, now, "system", descriptions)
        except NotPossible as problem:
            _stuck(session, row, problem.message, now)
        except OperationalError:
            raise
        except Exception:
            log.exception("the change %s could not be carried out", row.receipt)
            _stuck(session, row, "An error of the centre stopped it; nothing was changed.", now)
    return [row.receipt for row in rows]


def close_unpaid(session: Session, now: datetime, descriptions: Descriptions) -> list[ServiceTransaction]:
    """Close what was agreed on and not paid in time; nothing has changed, and late money goes back."""
    rows = session.execute(
        select(ServiceTransaction, PaymentOrder.created_at)
        .join(PaymentOrder, PaymentOrder.transaction_id == ServiceTransaction.id)
        .where(
            ServiceTransaction.state == State.WAITING_FOR_PAYMENT.value,
            PaymentOrder.created_at < now - payments.TIME_TO_PAY,
        )
        .with_for_update(skip_locked=True)
    ).all()
    today = now.astimezone(CENTRE_ZONE).date()
    late = [(row, last) for row, agreed_at in rows if today > (last := payments.last_day(agreed_at))]
    for row, last in late:
        reason = f"The payment had not come by {show_date(last)}."
        refuse(session, row, reason, now, actor="system", descriptions=descriptions)
    return [row for row, _last in late]


def _stuck(session: Session, row: ServiceTransaction, reason: str, now: datetime) -> None:
    row.state, row.reason = after(row.state, Event.COMPLETE).value, reason
    row.effective_on = None
    _note(session, row, now, "system", "stuck", State.PENDING.value)


def _lock(session: Session, row: ServiceTransaction) -> None:
    """See the row as it is now; two who decide at the same moment do so one after the other."""
    session.flush()
    session.refresh(row, with_for_update=True)


def _agree_first(session: Session, row: ServiceTransaction, because: str, now: datetime, actor: str) -> None:
    before = row.state
    row.state = after(before, Event.AGREE_FIRST).value
    row.agreed_by, row.reason = actor, because[:500]
    session.flush()
    _note(session, row, now, actor, "agreed_first", before)


def _agree_until_paid(
    session: Session, row: ServiceTransaction, amount: Decimal, now: datetime, actor: str
) -> None:
    before = row.state
    row.state = after(before, Event.AGREE_UNTIL_PAID).value
    last = payments.last_day(now)
    row.waiting_for, row.reason = f"your payment of {money(amount)} until {show_date(last)}", ""
    policy = session.get(Policy, row.policy_id) if row.policy_id else None
    row.details = {
        **row.details,
        "purpose": payments.AGREED,
        "policy": policy.number if policy else "",
        "to_pay": str(amount),
        "agreed_on": now.astimezone(CENTRE_ZONE).date().isoformat(),
    }
    payments.order(session, row, now)
    session.flush()
    _note(session, row, now, actor, "agreed_until_paid", before)


def _nothing_more_to_pay(session: Session, row: ServiceTransaction, before: str, now: datetime) -> None:
    if before == State.WAITING_FOR_PAYMENT:
        payments.close(session, row, now)


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
    row.state, row.waiting_for, row.reason = following, "", ""
    row.effective_on, row.decided_at = None, now
    session.flush()
    _note(session, row, now, actor, "applied", before)


def _note(
    session: Session, row: ServiceTransaction, now: datetime, actor: str, action: str, before: str
) -> None:
    audit.note(
        session, now, actor, f"service.{row.service}.{action}", f"transaction:{row.receipt}",
        before=before, after=row.state, because=row.reason,
    )  # fmt: skip
