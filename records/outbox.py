"""The outbox: what goes out to customers is written in the transaction that causes it, and sent after it.

Whoever writes knows no carrier. A row is handed to a carrier at most once unless the carrier refused it:
a worker that falls silent in between leaves it uncertain, and an uncertain row is never sent again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import ColumnElement, and_, case, func, insert, or_, select, update
from sqlalchemy.orm import Session

from records import audit
from records.models import Dispatch, OutgoingMessage, Way

ATTEMPTS = 4
"""So often a message is offered to a carrier that refuses it for now."""

PAUSE = timedelta(seconds=20)
"""Wait after the first refusal; it doubles."""

LEASE = timedelta(seconds=60)
"""Longer than any carrier may take to answer."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message on its way to a carrier."""

    id: int
    way: Way
    recipient: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Sent:
    """The carrier has it."""

    reference: str = ""
    """The carrier's own name for it."""
    keeps_text: bool = False
    """The text stays readable here: there was no other carrier than the demonstration."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The carrier does not have it, for sure."""

    problem: str
    for_good: bool = True
    """Offering it again is useless."""


@dataclass(frozen=True, slots=True)
class Silent:
    """Nobody knows whether the carrier has it."""

    problem: str


Result = Sent | Refused | Silent


class Carrier(Protocol):
    """Anything that brings messages to people."""

    def send(self, parcel: Parcel) -> Result:
        """Hand one message over; takes less than `LEASE` and raises nothing that it can foresee."""
        ...


def put(
    session: Session,
    way: Way,
    recipient: str,
    text: str,
    now: datetime,
    *,
    key: str,
    purpose: str,
    subject: str = "",
    customer_id: int | None = None,
    conversation_id: str | None = None,
    due_at: datetime | None = None,
    good_until: datetime | None = None,
    secret: bool = False,
    void: bool = False,
) -> bool:
    """Write a message in the caller's transaction; False when `key` was written before: nothing happens then.

    Args:
        session: the transaction; what it undoes is never sent.
        way: SMS, e-mail or call.
        recipient: a number with country code, or an e-mail address.
        text: what is written, or said.
        now: the present moment.
        key: what it is about, such as `reminder:77:sms`; the same again is not a second message.
        purpose: what kind of message it is, in a word.
        subject: of an e-mail.
        customer_id: whom it is for.
        conversation_id: what it belongs to.
        due_at: not before; at once when left out.
        good_until: not after.
        secret: holds a code or a link, so that the text is erased once a carrier has it.
        void: for nobody; it is written, and never sent nor shown.
    """
    if session.scalar(select(OutgoingMessage.id).where(OutgoingMessage.key == key)) is not None:
        return False
    session.execute(
        insert(OutgoingMessage).values(
            key=key,
            way=way,
            recipient=recipient,
            subject=subject,
            text=text,
            purpose=purpose,
            secret=secret,
            customer_id=customer_id,
            conversation_id=conversation_id,
            state=Dispatch.VOID if void else Dispatch.WAITING,
            created_at=now,
            due_at=due_at or now,
            good_until=good_until,
            attempts=0,
            carrier_reference="",
            problem="",
        )
    )
    return True


def is_due(session: Session, now: datetime) -> bool:
    """Whether there is anything to send, or to give up."""
    return session.scalar(select(OutgoingMessage.id).where(_due(now)).limit(1)) is not None


def claim(session: Session, worker: str, now: datetime) -> Parcel | None:
    """Lease the message that is due longest; gives up what is too old or was left lying on the way."""
    _give_up(session, now)
    row = session.scalar(
        select(OutgoingMessage)
        .where(OutgoingMessage.state == Dispatch.WAITING, OutgoingMessage.due_at <= now)
        .order_by(OutgoingMessage.due_at, OutgoingMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if row is None:
        return None
    row.state, row.lease_holder, row.lease_until = Dispatch.SENDING, worker, now + LEASE
    row.attempts += 1
    return Parcel(row.id, row.way, row.recipient, row.subject, row.text)


def settle(session: Session, parcel: Parcel, worker: str, result: Result, now: datetime) -> bool:
    """Write down what the carrier said; False when the lease is gone: then it is somebody else's matter."""
    row = session.get(OutgoingMessage, parcel.id, with_for_update=True, populate_existing=True)
    if row is None or row.state is not Dispatch.SENDING or row.lease_holder != worker:
        return False
    row.lease_holder = row.lease_until = None
    match result:
        case Sent(reference, keeps_text):
            row.state, row.sent_at, row.carrier_reference = Dispatch.SENT, now, reference[:64]
            _erase(row, keeps_text=keeps_text)
        case Refused(problem, for_good):
            row.problem = problem[:200]
            if for_good or row.attempts >= ATTEMPTS:
                row.state = Dispatch.FAILED
                _erase(row)
            else:
                row.state, row.due_at = Dispatch.WAITING, now + PAUSE * 2 ** (row.attempts - 1)
        case Silent(problem):
            row.state, row.problem = Dispatch.UNCERTAIN, problem[:200]
            _erase(row)
    if row.state in (Dispatch.FAILED, Dispatch.UNCERTAIN):
        audit.note(
            session, now, "system", f"outbox.{row.state.value}", f"outgoing:{row.id}", purpose=row.purpose
        )
    return True


def newest(session: Session, limit: int = 100) -> Sequence[OutgoingMessage]:
    """The latest messages, newest first; those for nobody are left out."""
    return session.scalars(
        select(OutgoingMessage)
        .where(OutgoingMessage.state != Dispatch.VOID)
        .order_by(OutgoingMessage.id.desc())
        .limit(limit)
    ).all()


def waiting(session: Session) -> int:
    """How many messages have not been handed to a carrier yet."""
    count = select(func.count()).where(OutgoingMessage.state == Dispatch.WAITING)
    return session.scalar(count) or 0


def _due(now: datetime) -> ColumnElement[bool]:
    return or_(
        and_(OutgoingMessage.state == Dispatch.WAITING, OutgoingMessage.due_at <= now),
        and_(OutgoingMessage.state == Dispatch.SENDING, OutgoingMessage.lease_until <= now),
    )


def _give_up(session: Session, now: datetime) -> None:
    silent = and_(OutgoingMessage.state == Dispatch.SENDING, OutgoingMessage.lease_until <= now)
    late = and_(OutgoingMessage.state == Dispatch.WAITING, OutgoingMessage.good_until <= now)
    for condition, state in ((silent, Dispatch.UNCERTAIN), (late, Dispatch.EXPIRED)):
        session.execute(
            update(OutgoingMessage)
            .where(condition)
            .values(
                state=state,
                lease_holder=None,
                lease_until=None,
                text=case((OutgoingMessage.secret, ""), else_=OutgoingMessage.text),
            )
            .execution_options(synchronize_session=False)
        )


def _erase(row: OutgoingMessage, *, keeps_text: bool = False) -> None:
    if row.secret and not keeps_text:
        row.text = ""
