"""Tidings: what an agent decided is told to the customer, in the conversation it was asked for or by SMS.

One of the two, once, in the transaction of the decision. It never speaks over whoever owns the conversation:
an agent speaks in their own, everywhere else it is a notice of the system.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from records import calendar, ledger, outbox
from records.ledger import Standing
from records.models import (
    Agent,
    Author,
    Conversation,
    ConversationId,
    Customer,
    Handoff,
    HandoffState,
    Kind,
    Message,
    Owner,
    Way,
)

LISTENING = timedelta(minutes=30)
"""So long after their last message a customer who talks to the assistant counts as still there."""

_WITH_PEOPLE = frozenset({Owner.QUEUED, Owner.OFFERED, Owner.AGENT})
_SPOKEN = "phone"
_SENDER = "Harbour Life: "


@dataclass(frozen=True, slots=True)
class Tidings:
    """Something decided, in words."""

    key: str
    """What it is about, such as `decision:SR2026000012:applied`; told once."""

    text: str
    custom: dict[str, Any]
    """For machines: receipt or claim, and the state."""

    private: str | None = None
    """What an SMS says instead, where the number may not be the policyholder's own."""


def tell(
    session: Session,
    agent_id: int,
    conversation_id: str | None,
    customer: Customer | None,
    number: str,
    tidings: Tidings,
    now: datetime,
) -> ConversationId | None:
    """Tell it; returns the conversation in which it was told, None where it went out by SMS.

    Args:
        session: the transaction of the decision.
        agent_id: who decided.
        conversation_id: where it was asked for.
        customer: whose it is: a conversation that is by now somebody else's is never told.
        number: where an SMS goes.
        tidings: what is told.
        now: the present moment.
    """
    if conversation_id is not None and _belongs(session, conversation_id, customer):
        standing = ledger.lock(session, ConversationId(conversation_id))
        if _listens(session, standing, now):
            _say(session, agent_id, standing, tidings, now)
            return standing.id
    if number:
        text = tidings.text if tidings.private is None else tidings.private
        outbox.put(
            session, Way.SMS, number, _SENDER + text, now, key=tidings.key, purpose="decision",
            customer_id=customer.id if customer else None, conversation_id=conversation_id,
            due_at=calendar.next_opening(now),
        )  # fmt: skip
    return None


def _belongs(session: Session, conversation_id: str, customer: Customer | None) -> bool:
    """Whether the customer has proven in this conversation who they are."""
    known = session.execute(
        select(Conversation.customer_id, Conversation.assurance).where(Conversation.id == conversation_id)
    ).first()
    return known is not None and customer is not None and known.customer_id == customer.id and known[1] >= 2


def _listens(session: Session, standing: Standing, now: datetime) -> bool:
    if standing.channel == _SPOKEN or standing.owner in (Owner.CLOSED, Owner.CALLBACK):
        return False
    if standing.owner in _WITH_PEOPLE:
        return True
    latest = session.scalar(
        select(func.max(Message.created_at)).where(
            Message.conversation_id == standing.id, Message.author == Author.CUSTOMER
        )
    )
    return latest is not None and now - latest <= LISTENING


def _say(session: Session, agent_id: int, standing: Standing, tidings: Tidings, now: datetime) -> None:
    body: dict[str, Any] = {"text": tidings.text, "custom": {"tier": 3} | tidings.custom}
    key = tidings.key[:80]
    told = session.scalar(
        select(Message.seq).where(Message.conversation_id == standing.id, Message.idempotency_key == key)
    )
    if told is not None:
        return
    if standing.owner is Owner.AGENT and _holds(session, agent_id, standing):
        body["name"] = session.get_one(Agent, agent_id).name
        ledger.append(
            session, standing, Author.AGENT, [(key, Kind.MESSAGE, body)], now, epoch=standing.epoch,
            agent_id=agent_id,
        )  # fmt: skip
        return
    ledger.append(session, standing, Author.SYSTEM, [(key, Kind.MESSAGE, body)], now, epoch=None)


def _holds(session: Session, agent_id: int, standing: Standing) -> bool:
    held = select(Handoff.id).where(
        Handoff.conversation_id == standing.id,
        Handoff.state == HandoffState.ACTIVE,
        Handoff.agent_id == agent_id,
    )
    return session.scalar(held) is not None
