"""Webhooks: other systems are told that a conversation waits, is taken or ends, and what was decided.

Events are read off the audit, which is written in the transaction of the act: none is missing, none is made
up, and nobody who talks to a customer waits for it. They carry numbers of cases, never what was said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from records.models import AuditEntry, Delivery, WebhookCursor, WebhookDelivery, WebhookEvent

ATTEMPTS = 14
PAUSE = timedelta(seconds=5)
"""Wait after the first failure; it doubles, up to `LONGEST_PAUSE`."""

LONGEST_PAUSE = timedelta(hours=1)
LEASE = timedelta(seconds=60)
"""Longer than any receiver may take to answer; then somebody else tries."""

SETTLED = timedelta(seconds=120)
"""No transaction takes so long: what is older than this in the audit has nothing before it still to come."""

BATCH = 500
_STRIDE = 2000
"""So many lines without an event are stepped over at a time."""

_CURSOR = 1
_CONVERSATION = {
    "handed_over": "conversation.queued",
    "accepted": "conversation.assigned",
    "transfer_accepted": "conversation.assigned",
    "resolved": "conversation.resolved",
    "returned_to_bot": "conversation.returned",
}
_DECISIONS = {
    "applied": "approved",
    "agreed_until_paid": "approved",
    "claim.approved": "approved",
    "refused": "refused",
    "claim.refused": "refused",
}
_TOLD = ("reason", "priority", "disposition")
"""What an event repeats of the audit's details."""


@dataclass(frozen=True, slots=True)
class Errand:
    """An event on its way to one address."""

    delivery_id: int
    address: str
    event_id: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a try ended."""

    problem: str = ""
    """Empty: the receiver has it."""
    for_good: bool = False
    """Trying again is useless."""


def addresses_of(listed: str) -> tuple[str, ...]:
    """The addresses of the setting.

    Raises:
        ValueError: one is not `https`, and not of this machine.
    """
    found = tuple(dict.fromkeys(one.strip() for one in listed.split(",") if one.strip()))
    for address in found:
        parts = urlsplit(address)
        is_here = parts.hostname in ("127.0.0.1", "::1", "localhost")
        if not parts.hostname or parts.scheme not in ("https", *(("http",) if is_here else ())):
            raise ValueError(f"not an address for webhooks, which go over https: {parts.hostname or address}")
    return found


def has_news(session: Session) -> bool:
    """Whether the audit has lines to look at: worth a writing transaction."""
    cursor = session.get(WebhookCursor, _CURSOR)
    if cursor is None:
        return True
    if session.scalar(select(AuditEntry.id).where(_is_news(cursor.audit_id)).limit(1)) is not None:
        return True
    return (session.scalar(select(func.max(AuditEntry.id))) or 0) - cursor.audit_id > _STRIDE


def gather(session: Session, addresses: Sequence[str], now: datetime) -> int:
    """Make events of new lines of the audit, with a delivery to each address; returns how many.

    Begins with what happens after the first call. Lines may appear out of order, so the cursor stays behind.
    """
    cursor = session.get(WebhookCursor, _CURSOR, with_for_update=True)
    if cursor is None:
        newest = session.scalar(select(func.max(AuditEntry.id))) or 0
        session.add(WebhookCursor(id=_CURSOR, audit_id=newest))
        return 0
    lines = session.scalars(
        select(AuditEntry).where(_is_news(cursor.audit_id)).order_by(AuditEntry.id).limit(BATCH)
    ).all()
    events = [event for line in lines if (event := _event_of(line)) is not None]
    session.add_all(events)
    session.flush()
    session.add_all(
        WebhookDelivery(event_id=event.id, address=address, state=Delivery.WAITING, due_at=now)
        for event in events
        for address in addresses
    )
    settled = select(func.max(AuditEntry.id)).where(
        AuditEntry.id > cursor.audit_id, AuditEntry.at < now - SETTLED
    )
    if len(lines) == BATCH:
        settled = settled.where(AuditEntry.id <= lines[-1].id)
    cursor.audit_id = session.scalar(settled) or cursor.audit_id
    return len(events)


def is_due(session: Session, address: str, now: datetime) -> bool:
    """Whether there is anything to send to an address."""
    return session.scalar(select(WebhookDelivery.id).where(_due(address, now)).limit(1)) is not None


def claim(session: Session, address: str, now: datetime) -> Errand | None:
    """Lease the delivery that is due longest."""
    row = session.scalars(
        select(WebhookDelivery)
        .where(_due(address, now))
        .order_by(WebhookDelivery.due_at, WebhookDelivery.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if row is None:
        return None
    row.state, row.lease_until = Delivery.SENDING, now + LEASE
    row.attempts += 1
    event = session.get_one(WebhookEvent, row.event_id)
    body = {"id": event.id, "type": event.kind, "timestamp": event.at.isoformat(), "data": event.data}
    return Errand(row.id, row.address, event.id, body)


def settle(session: Session, errand: Errand, outcome: Outcome, now: datetime) -> None:
    """Write down how a try ended, and when the next one is."""
    row = session.get_one(WebhookDelivery, errand.delivery_id, with_for_update=True, populate_existing=True)
    row.lease_until, row.problem = None, outcome.problem[:200]
    if not outcome.problem:
        row.state, row.done_at = Delivery.DELIVERED, now
    elif outcome.for_good or row.attempts >= ATTEMPTS:
        row.state, row.done_at = Delivery.FAILED, now
    else:
        row.state = Delivery.WAITING
        row.due_at = now + min(PAUSE * 2 ** (row.attempts - 1), LONGEST_PAUSE)


def send_again(session: Session, now: datetime) -> int:
    """Take up what was given up, once its receiver is back; returns how many."""
    failed = session.scalars(select(WebhookDelivery.id).where(WebhookDelivery.state == Delivery.FAILED)).all()
    session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.id.in_(failed))
        .values(state=Delivery.WAITING, due_at=now, attempts=0, done_at=None)
    )
    return len(failed)


def _is_news(cursor: int) -> ColumnElement[bool]:
    told = select(WebhookEvent.id).where(WebhookEvent.audit_id == AuditEntry.id)
    decided = AuditEntry.actor.startswith("agent:") & or_(
        AuditEntry.action.in_(("claim.approved", "claim.refused")),
        *(AuditEntry.action.like(f"service.%.{name}") for name in _DECISIONS if "." not in name),
    )
    return and_(AuditEntry.id > cursor, or_(AuditEntry.action.in_(_CONVERSATION), decided), ~told.exists())


def _due(address: str, now: datetime) -> ColumnElement[bool]:
    return and_(
        WebhookDelivery.address == address,
        or_(
            and_(WebhookDelivery.state == Delivery.WAITING, WebhookDelivery.due_at <= now),
            and_(WebhookDelivery.state == Delivery.SENDING, WebhookDelivery.lease_until <= now),
        ),
    )


def _event_of(line: AuditEntry) -> WebhookEvent | None:
    about, _, name = line.subject.partition(":")
    data: dict[str, Any] = {about if about != "transaction" else "request": name}
    if line.actor.startswith("agent:"):
        data["agent"] = line.actor.removeprefix("agent:")
    kind = _CONVERSATION.get(line.action)
    if kind is not None:
        data |= {key: line.detail[key] for key in _TOLD if line.detail.get(key) is not None}
    else:
        kind = "decision.made"
        data["decision"] = _DECISIONS[line.action if about == "claim" else line.action.rpartition(".")[2]]
    return WebhookEvent(id=f"evt_{line.id}", audit_id=line.id, kind=kind, at=line.at, data=data)
