"""Money that arrived: booked once for its order and told to the customer; what fits nowhere is on record.

The same payment reported again is answered as at first and changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.reminders import news
from actions.services.transactions import BY_CODE
from actions.services.wording import money
from actions.servicing import payments
from actions.servicing.states import NotPossible, State
from records import audit, ledger
from records.models import Author, ConversationId, IncomingPayment, Kind, ServiceTransaction


class Fate(StrEnum):
    """What became of a payment."""

    BOOKED = "booked"
    RETURNED = "returned"
    """The policy cannot take it: it goes back to the payer."""
    UNMATCHED = "unmatched"
    """No open order has its reference: a person looks at it."""


class Contradiction(Exception):
    """The bank's name for the payment was used before, for another one."""

    code = "other_payment"
    retryable = False


@dataclass(frozen=True, slots=True)
class Report:
    """What the bank says has arrived."""

    payment: str
    """The bank's own name for it."""

    order: str
    """The receipt number that the payer gave."""

    amount: Decimal


@dataclass(frozen=True, slots=True)
class Result:
    """What is answered."""

    fate: Fate
    reason: str = ""
    conversation_id: ConversationId | None = None
    """Where it was told, if it was told just now."""


def take(session: Session, report: Report, now: datetime, *, actor: str) -> Result:
    """Book a payment in the caller's writing transaction.

    Raises:
        Contradiction: a payment of that name came before, of another amount or for another order.
        IntegrityError: it is being booked in another transaction at this moment; ask again.
    """
    known = session.scalars(
        select(IncomingPayment).where(IncomingPayment.reference == report.payment)
    ).one_or_none()
    if known is not None:
        if (known.order_reference, known.amount) != (report.order, report.amount):
            raise Contradiction(report.payment)
        return Result(Fate(known.state), known.reason)
    payment = IncomingPayment(
        reference=report.payment,
        order_reference=report.order,
        amount=report.amount,
        state=Fate.UNMATCHED.value,
        received_at=now,
    )
    session.add(payment)
    session.flush()
    try:
        row = payments.arrived(session, report.order, report.amount, now, BY_CODE)
    except NotPossible as problem:
        payment.reason = problem.message
        _note(session, payment, now, actor)
        return Result(Fate.UNMATCHED, problem.message)
    fate = Fate.BOOKED if row.state == State.APPLIED.value else Fate.RETURNED
    payment.state, payment.reason = fate.value, row.reason[:200]
    _note(session, payment, now, actor)
    return Result(fate, payment.reason, _tell(session, row, fate, report.amount, now))


def _note(session: Session, payment: IncomingPayment, now: datetime, actor: str) -> None:
    audit.note(
        session, now, actor, "payment.reported", f"payment:{payment.reference}",
        order=payment.order_reference, amount=str(payment.amount), state=payment.state,
    )  # fmt: skip


def _tell(
    session: Session, row: ServiceTransaction, fate: Fate, amount: Decimal, now: datetime
) -> ConversationId:
    """Tell the policyholder outside, and whoever asked for the order in its conversation."""
    if fate is Fate.BOOKED:
        text = f"{money(amount)} for {row.receipt} have arrived and are booked. Thank you."
    else:
        text = f"{money(amount)} for {row.receipt} have arrived but go back to the payer: {row.reason}"
    news.tell(session, row, f"payment:{row.receipt}:{fate.value}", text, now)
    conversation_id = ConversationId(row.conversation_id)
    body = {"text": text, "custom": {"receipt": row.receipt, "state": row.state}}
    standing = ledger.lock(session, conversation_id)
    entry = (f"payment:{row.receipt}", Kind.MESSAGE, body)
    ledger.append(session, standing, Author.SYSTEM, [entry], now, epoch=None)
    return conversation_id
