"""Invitations: the signed link to a return visit by text message, once at first and once more near its end.

Never in quiet hours, never for a visit that is done or whose policy was given up.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.normalise import show_date
from actions.visits import links
from actions.visits.record import PENDING, SOON, attempted, is_over
from records import calendar, outbox
from records.models import ReturnVisit, Way

AGAIN = timedelta(days=3)
"""Shortest time between two invitations."""


def send(session: Session, today: date, now: datetime, key: bytes, base_url: str) -> int:
    """Write the invitations that are due into the outbox; how many."""
    if not calendar.is_open(now):
        return 0
    visits = session.scalars(
        select(ReturnVisit)
        .where(ReturnVisit.status == PENDING, ReturnVisit.due_by >= today)
        .order_by(ReturnVisit.due_by, ReturnVisit.id)
        .with_for_update(of=ReturnVisit)
    ).all()
    return sum(_invite(session, visit, today, now, key, base_url) for visit in visits if not is_over(visit))


def _invite(
    session: Session, visit: ReturnVisit, today: date, now: datetime, key: bytes, base_url: str
) -> bool:
    first = visit.linked_at is None
    last_call = visit.due_by - today <= SOON
    if not first and not (last_call and visit.linked_at and now - visit.linked_at >= AGAIN):
        return False
    holder = visit.policy.holder
    text = (
        f"Harbour Life: please answer a few questions about your new policy by {show_date(visit.due_by)}: "
        f"{links.link_to(visit, key, base_url)} We never ask for money or codes. Is it really us? Call 95500."
    )
    name = f"visit:{visit.id}:{'first' if first else today.isoformat()}"
    outbox.put(
        session, Way.SMS, holder.mobile, text, now, key=name, purpose="return_visit", customer_id=holder.id,
        secret=True,
    )  # fmt: skip
    visit.linked_at = now
    attempted(session, visit, now, key=name, channel="link", outcome="invited")
    return True
