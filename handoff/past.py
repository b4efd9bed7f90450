"""Past conversations: found by customer, number or words; by agents in what is theirs, by supervisors in all.

Reads only. What is the customer's leaves here as it came, and never without the line of audit of the lookup.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, aliased

from handoff import sources
from handoff.refusals import UnfitSearch
from records.models import (
    Agent,
    Claim,
    Conversation,
    ConversationId,
    Customer,
    Handoff,
    HandoffState,
    Kind,
    Message,
    ServiceTransaction,
)

LENGTHS = (3, 100)
MOST = 50
SEARCHED = timedelta(days=365)
"""Older words are not searched; a customer's name or number finds older conversations too."""

_EXCERPT = 60


@dataclass(frozen=True, slots=True)
class PastTalk:
    """A conversation that was found."""

    conversation_id: ConversationId
    title: str
    customer_number: str
    channel: str
    began_at: datetime
    last_at: datetime
    agent: str
    """Who served the customer last; empty where the assistant did alone."""
    disposition: str
    excerpt: str
    """The words that were found, with some around them."""


def search(session: Session, query: str, now: datetime, *, of_agent: int | None) -> tuple[PastTalk, ...]:
    """The latest conversations that fit; `of_agent` limits them to what an agent may know.

    Raises:
        UnfitSearch: too short, or too long.
    """
    query = " ".join(query.split())
    if not LENGTHS[0] <= len(query) <= LENGTHS[1]:
        raise UnfitSearch
    said = _said(query, now)
    found = (
        select(Conversation, Customer)
        .outerjoin(Customer, and_(Customer.id == Conversation.customer_id, Conversation.assurance >= 1))
        .where(
            or_(
                Customer.name.icontains(query, autoescape=True),
                Customer.number == query.upper(),
                Customer.mobile == query,
                Conversation.id == query,
                Conversation.id.in_(_by_case(query)),
                Conversation.id.in_(said),
            )
        )
        .order_by(Conversation.updated_at.desc())
        .limit(MOST)
    )
    if of_agent is not None:
        found = found.where(known_to(of_agent))
    return tuple(
        _line(session, conversation, customer, query) for conversation, customer in session.execute(found)
    )


def is_known_to(session: Session, conversation_id: ConversationId, agent_id: int) -> bool:
    """Whether an agent served the conversation, or serves its customer now."""
    found = select(Conversation.id).where(Conversation.id == conversation_id, known_to(agent_id))
    return session.scalar(found) is not None


def known_to(agent_id: int) -> ColumnElement[bool]:
    """Conversations that an agent served, and all of the customers whom the agent serves now."""
    served = select(Handoff.conversation_id).where(Handoff.agent_id == agent_id)
    here = aliased(Conversation)
    customers = (
        select(here.customer_id)
        .join(Handoff, Handoff.conversation_id == here.id)
        .where(
            Handoff.agent_id == agent_id,
            Handoff.state.in_((HandoffState.ACTIVE, HandoffState.WRAP_UP)),
            here.customer_id.is_not(None),
            here.assurance >= 1,
        )
    )
    return or_(
        Conversation.id.in_(served),
        and_(Conversation.customer_id.in_(customers), Conversation.assurance >= 1),
    )


def _said(query: str, now: datetime) -> Select[Any]:
    return select(Message.conversation_id).where(
        Message.created_at > now - SEARCHED,
        Message.kind == Kind.MESSAGE,
        Message.body["text"].as_string().icontains(query, autoescape=True),
    )


def _by_case(query: str) -> Any:
    number = query.upper()
    claims = select(Claim.conversation_id).where(Claim.number == number, Claim.conversation_id.is_not(None))
    requests = select(ServiceTransaction.conversation_id).where(
        ServiceTransaction.receipt == number, ServiceTransaction.conversation_id.is_not(None)
    )
    return claims.union(requests)


def _line(session: Session, conversation: Conversation, customer: Customer | None, query: str) -> PastTalk:
    served = session.execute(
        select(Agent.name, Handoff.disposition)
        .join(Agent, Agent.id == Handoff.agent_id)
        .where(Handoff.conversation_id == conversation.id)
        .order_by(Handoff.id.desc())
        .limit(1)
    ).first()
    words = session.scalar(
        select(Message.body)
        .where(
            Message.conversation_id == conversation.id,
            Message.kind == Kind.MESSAGE,
            Message.body["text"].as_string().icontains(query, autoescape=True),
        )
        .order_by(Message.seq.desc())
        .limit(1)
    )
    return PastTalk(
        conversation_id=ConversationId(conversation.id),
        title=customer.name if customer else f"Visitor {conversation.id[-4:]}",
        customer_number=customer.number if customer else "",
        channel=conversation.channel,
        began_at=conversation.created_at,
        last_at=conversation.updated_at,
        agent=served.name if served else "",
        disposition=sources.label_of(served.disposition or "") if served else "",
        excerpt=_around(sources.text_of(words or {}), query),
    )


def _around(text: str, query: str) -> str:
    place = text.casefold().find(query.casefold())
    if place < 0:
        return text[: 2 * _EXCERPT]
    start, end = max(0, place - _EXCERPT), place + len(query) + _EXCERPT
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")
