"""Sending: due reminders are leased by a worker; each goes to the outbox in the transaction that marks it.

So it is sent once, whoever dies when: before the commit nothing went out, after it nothing is left to do.
"""

from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from actions.reminders import choices
from actions.reminders.planning import PLANNED, SENT, SUPPRESSED, WITHDRAWN
from actions.reminders.rules import ALL, Rule, rule_of
from records import audit, calendar, outbox
from records.clock import Clock
from records.models import GIVEN_UP, Customer, Policy, Reminder, Way
from records.store import Store

LEASE = timedelta(minutes=2)
BATCH = 50
GOOD_FOR = timedelta(days=2)
"""What a carrier could not deliver for so long is not delivered any more."""

_URGENT = tuple(rule.kind for rule in ALL if rule.urgent)


class Outbox(Protocol):
    """Where reminders go; the same key again is no second message."""

    def __call__(
        self,
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
        good_until: datetime | None = None,
    ) -> bool:
        """Write a message in the caller's transaction."""
        ...  # fmt: skip


def send_due(store: Store, clock: Clock, worker: str, put: Outbox = outbox.put) -> int:
    """Send what is due, in quiet hours only what is urgent; how many went out."""
    with store.writing() as session:
        leased = claim(session, worker, clock.now())
    sent = 0
    for reminder_id in leased:
        with store.writing() as session:
            sent += send_one(session, reminder_id, worker, clock.now(), put)
    return sent


def has_due(session: Session, now: datetime) -> bool:
    """Whether anything waits to be sent."""
    return session.scalar(_claimable(now).limit(1)) is not None


def claim(session: Session, worker: str, now: datetime, limit: int = BATCH) -> list[int]:
    """Lease due reminders to the worker; those that nobody holds, or no living worker."""
    statement = _claimable(now).order_by(Reminder.due_at, Reminder.id).limit(limit)
    ids = list(session.scalars(statement.with_for_update(skip_locked=True)))
    if ids:
        session.execute(
            update(Reminder)
            .where(Reminder.id.in_(ids))
            .values(lease_holder=worker, lease_until=now + LEASE)
            .execution_options(synchronize_session=False)
        )
    return ids


def send_one(
    session: Session, reminder_id: int, worker: str, now: datetime, put: Outbox = outbox.put
) -> bool:
    """Send one leased reminder; False when it is no longer the worker's, or not wanted."""
    row = session.scalars(select(Reminder).where(Reminder.id == reminder_id).with_for_update()).one_or_none()
    if row is None or row.state != PLANNED or row.lease_holder != worker:
        return False
    if row.lease_until is None or row.lease_until <= now:
        return False
    rule = rule_of(row.kind)
    row.lease_holder = row.lease_until = None
    customer = session.get_one(Customer, row.customer_id)
    if not rule.outlives_policy and _was_given_up(session, row.policy_id):
        row.state = WITHDRAWN
        return False
    if not choices.is_wanted(session, row.customer_id, rule):
        row.state = SUPPRESSED
        return False
    way, recipient = _address(rule, customer)
    row.state, row.sent_at = SENT, now
    put(
        session, way, recipient, row.text, now, key=f"reminder:{row.key}", purpose="reminder",
        subject=rule.subject, customer_id=customer.id, good_until=now + GOOD_FOR,
    )  # fmt: skip
    subject = f"customer:{customer.number}"
    audit.note(session, now, "system", "reminder.sent", subject, kind=row.kind, key=row.key, way=way.value)
    return True


def _was_given_up(session: Session, policy_id: int | None) -> bool:
    """Whether the policy has ended since the reminder was planned."""
    if policy_id is None:
        return False
    return session.scalar(select(Policy.state).where(Policy.id == policy_id)) in GIVEN_UP


def _claimable(now: datetime) -> Select[int]:
    conditions = [
        Reminder.state == PLANNED,
        Reminder.due_at <= now,
        or_(Reminder.lease_until.is_(None), Reminder.lease_until <= now),
    ]
    if not calendar.is_open(now):
        conditions.append(Reminder.kind.in_(_URGENT))
    return select(Reminder.id).where(*conditions)


def _address(rule: Rule, customer: Customer) -> tuple[Way, str]:
    """The rule's way, or a text message where it has no address."""
    if rule.way is Way.EMAIL and customer.email:
        return Way.EMAIL, customer.email
    return (Way.CALL if rule.way is Way.CALL else Way.SMS), customer.mobile
