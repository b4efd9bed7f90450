"""Orders of calls: taken by the dialler one by one, and what became of each written where it belongs.

Runs in the caller's transaction. An order is in the dialler's hands until the network says that the call is
over; one whose end got lost is never simply dialled again.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from actions.reminders import planning as reminders
from actions.visits import record
from records import audit
from records.clock import CENTRE_ZONE
from records.models import Customer, OutboundCall, ReturnVisit
from voice.outbound import consent
from voice.outbound.planning import DIALLING, OVER, PLANNED
from voice.outbound.reminders import reminder_of

LEASE = timedelta(minutes=50)
"""Longer than a call may take."""

MOST_TRIES = 3
PAUSE = timedelta(hours=2)
"""Between two tries of a reminder."""

REACHED, LATER, REFUSED, MACHINE = "reached", "later", "refused", "machine"
NO_ANSWER, BUSY, FAILED, LOST, WITHDRAWN = "no_answer", "busy", "failed", "lost", "withdrawn"
AGAIN = frozenset({MACHINE, NO_ANSWER, BUSY, FAILED, LATER})
"""Outcomes after which a reminder is tried again."""

_UNANSWERED = {"busy": BUSY, "no-answer": NO_ANSWER, "canceled": NO_ANSWER, "failed": FAILED}


def claim(session: Session, now: datetime, concurrency: int) -> OutboundCall | None:
    """The next order to dial, leased; None when there is none, or enough calls are under way."""
    _give_up(session, now)
    under_way = session.scalar(select(func.count()).where(OutboundCall.state == DIALLING)) or 0
    if under_way >= concurrency or not consent.is_permitted(now):
        return None
    while (order := _next(session, now)) is not None:
        if not _is_right(session, order, now):
            _end(session, order, WITHDRAWN, now)
            continue
        order.state, order.lease_until, order.changed_at = DIALLING, now + LEASE, now
        order.attempts += 1
        order.number = session.get_one(Customer, order.customer_id).mobile
        order.outcome = order.answered_by = order.sid = ""
        session.flush()
        return order
    return None


def not_placed(session: Session, order_id: int, now: datetime) -> None:
    """The network did not take the order."""
    order = _locked(session, order_id)
    if order is not None and order.state == DIALLING:
        _settle(session, order, FAILED, now)


def settle(session: Session, order_id: int, call_status: str, now: datetime) -> None:
    """The call is over; said twice, it is over once."""
    order = _locked(session, order_id)
    if order is None or (order.state != DIALLING and order.outcome != LOST):
        return
    _settle(session, order, _UNANSWERED.get(call_status) or order.outcome or LATER, now)


def under_way(session: Session) -> list[tuple[int, str]]:
    """The orders whose call the network has, and its names for them."""
    found = select(OutboundCall.id, OutboundCall.sid).where(
        OutboundCall.state == DIALLING, OutboundCall.sid != ""
    )
    return [(row.id, row.sid) for row in session.execute(found.order_by(OutboundCall.id))]


def find(session: Session, order_id: int) -> OutboundCall | None:
    """An order whose call is under way."""
    order = _locked(session, order_id)
    return order if order is not None and order.state == DIALLING else None


def _settle(session: Session, order: OutboundCall, outcome: str, now: datetime) -> None:
    visit = session.get(ReturnVisit, order.visit_id) if order.visit_id is not None else None
    if visit is not None and visit.finished_at is None:
        record.attempted(
            session, visit, now, key=f"call:{order.id}:{order.attempts}", channel="phone", outcome=outcome,
        )  # fmt: skip
    if visit is None and outcome in AGAIN and order.attempts < MOST_TRIES and now + PAUSE < order.good_until:
        order.state, order.outcome, order.lease_until = PLANNED, outcome, None
        order.due_at, order.changed_at = consent.next_permitted(now + PAUSE), now
        _note(session, order, now)
        return
    if visit is None and outcome == REACHED and (reminder := reminder_of(session, order)) is not None:
        reminder.confirmed_at = reminder.confirmed_at or now
    _end(session, order, outcome, now)


def _end(session: Session, order: OutboundCall, outcome: str, now: datetime) -> None:
    order.state, order.outcome, order.lease_until, order.changed_at = OVER, outcome, None, now
    order.text = ""
    _note(session, order, now)
    session.flush()


def _note(session: Session, order: OutboundCall, now: datetime) -> None:
    audit.note(
        session, now, "system", "outbound_call.settled", f"outbound_call:{order.id}",
        purpose=order.purpose, outcome=order.outcome, attempt=order.attempts, answered_by=order.answered_by,
    )  # fmt: skip


def _is_right(session: Session, order: OutboundCall, now: datetime) -> bool:
    """Whether the call should still be made."""
    if order.good_until <= now or not consent.may_call(session, order.customer_id):
        return False
    today: date = now.astimezone(CENTRE_ZONE).date()
    if order.visit_id is None:
        reminder = reminder_of(session, order)
        return reminder is None or reminders.is_true(session, reminder, today)
    visit = session.get_one(ReturnVisit, order.visit_id)
    return visit.status == record.PENDING and visit.due_by >= today and not record.is_over(visit)


def _give_up(session: Session, now: datetime) -> None:
    lost = session.scalars(
        select(OutboundCall)
        .where(OutboundCall.state == DIALLING, OutboundCall.lease_until <= now)
        .with_for_update(skip_locked=True)
    )
    for order in lost.all():
        _settle(session, order, LOST, now)


def _next(session: Session, now: datetime) -> OutboundCall | None:
    return session.scalar(
        select(OutboundCall)
        .where(OutboundCall.state == PLANNED, OutboundCall.due_at <= now)
        .order_by(OutboundCall.due_at, OutboundCall.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def _locked(session: Session, order_id: int) -> OutboundCall | None:
    return session.scalars(
        select(OutboundCall).where(OutboundCall.id == order_id).with_for_update()
    ).one_or_none()
