"""Silence: who was written to about something and has not reacted, so that a call is called for.

Reads only. Whoever said that they have heard of it, or has asked for anything with the policy, is not silent.
"""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.reminders.occasions import Occasion
from actions.reminders.rules import Unanswered
from records.clock import CENTRE_ZONE
from records.models import Customer, Reminder, ServiceTransaction

ELDERLY_AGE = 60
SENT = "sent"


def holds(session: Session, unanswered: Unanswered, occasion: Occasion, today: date) -> bool:
    """Whether the occasion's customer was written to, long enough ago, and nothing came of it."""
    customer = session.get_one(Customer, occasion.customer_id)
    if unanswered.gentle_only and not (customer.gentle or customer.age(today) >= ELDERLY_AGE):
        return False
    start = Reminder.key.startswith(f"{unanswered.kind}:{occasion.about}:", autoescape=True)
    written = session.scalars(
        select(Reminder).where(Reminder.customer_id == occasion.customer_id, start)
    ).all()
    if any(row.confirmed_at is not None for row in written):
        return False
    sent = [row.sent_at for row in written if row.state == SENT and row.sent_at is not None]
    if not sent or today - max(sent).astimezone(CENTRE_ZONE).date() < timedelta(days=unanswered.days):
        return False
    asked = select(ServiceTransaction.id).where(
        ServiceTransaction.policy_id == occasion.policy_id, ServiceTransaction.created_at >= min(sent)
    )
    return session.scalar(asked.limit(1)) is None
