"""Which return visits are to be tried by phone now; never without a link first.

Plans only; whether a call is still right is looked at again when it is made.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.visits.record import PENDING, SOON, is_over, next_window, window_of
from records.models import OutboundCall, ReturnVisit
from voice.outbound import consent

PLANNED, DIALLING, OVER = "planned", "dialling", "over"
RETURN_VISIT, REMINDER = "return_visit", "reminder"

AFTER_LINK = timedelta(days=1)
"""So long the customer may answer in writing before a call."""

BETWEEN = timedelta(hours=20)
"""From one call to the next; in the last days `BETWEEN_LAST`."""

BETWEEN_LAST = timedelta(hours=3)
MOST_CALLS = 5
GOOD_FOR = timedelta(hours=2)
"""A planned call that could not be made so long is planned anew for another part of the day."""


def plan_visits(session: Session, today: date, now: datetime) -> int:
    """Plan the calls whose time it is; how many."""
    if not consent.is_permitted(now):
        return 0
    visits = session.scalars(
        select(ReturnVisit)
        .where(ReturnVisit.status == PENDING, ReturnVisit.due_by >= today)
        .order_by(ReturnVisit.due_by, ReturnVisit.id)
        .with_for_update(of=ReturnVisit)
    ).all()
    return sum(_plan(session, visit, today, now) for visit in visits if not is_over(visit))


def _plan(session: Session, visit: ReturnVisit, today: date, now: datetime) -> bool:
    if not _is_time(visit, today, now) or not consent.may_call(session, visit.policy.holder_id):
        return False
    key = f"visit:{visit.id}:{today.isoformat()}:{window_of(now)}"
    known = select(OutboundCall.id).where(
        (OutboundCall.key == key) | ((OutboundCall.visit_id == visit.id) & (OutboundCall.state != OVER))
    )
    if session.scalar(known.limit(1)) is not None:
        return False
    session.add(
        OutboundCall(
            key=key, purpose=RETURN_VISIT, customer_id=visit.policy.holder_id, visit_id=visit.id,
            number=visit.policy.holder.mobile, state=PLANNED, due_at=now, good_until=now + GOOD_FOR,
            changed_at=now,
        )
    )  # fmt: skip
    session.flush()
    return True


def _is_time(visit: ReturnVisit, today: date, now: datetime) -> bool:
    calls = [attempt for attempt in visit.attempts if attempt.channel == "phone"]
    if len(calls) >= MOST_CALLS or visit.linked_at is None or now - visit.linked_at < AFTER_LINK:
        return False
    last_days = visit.due_by - today <= SOON
    if calls and now - calls[-1].at < (BETWEEN_LAST if last_days else BETWEEN):
        return False
    return last_days or next_window([call.window for call in calls], visit.wish) == window_of(now)
