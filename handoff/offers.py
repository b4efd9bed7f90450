"""Offers: a waiting conversation is reserved for one agent for a short time, and is theirs once they accept.

Capacity is counted in the transaction that makes the offer. On SQLite that transaction is the only
writer; on PostgreSQL it skips conversations that another one is working on and locks the agents it counts.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from handoff import presence, routing
from handoff.refusals import OfferGone
from handoff.routing import Candidate, Need
from records import audit, ledger
from records.ledger import Standing
from records.models import Agent, Conversation, ConversationId, Customer, Handoff, HandoffState
from records.models.base import Moment
from records.ownership import Event

PAUSE_SECONDS = 15.0
"""Rest before an agent is asked again for the conversation they just let go."""

_BATCH = 200
BUSY = (HandoffState.OFFERED, HandoffState.ACTIVE)

# Looked at with every signal, so built once.
_SOMEBODY_WAITS = select(Handoff.id).where(Handoff.state == HandoffState.QUEUED).limit(1)
_SOMETHING_EXPIRED = (
    select(Handoff.id)
    .where(Handoff.state == HandoffState.OFFERED, Handoff.offer_until <= bindparam("now", type_=Moment))
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A conversation reserved for an agent."""

    conversation_id: ConversationId
    agent_id: int
    until: datetime


def assign(session: Session, now: datetime, *, offer_seconds: float, presence_seconds: float) -> list[Offer]:
    """Offer waiting conversations to free agents: oldest first inside the priority."""
    candidates = _candidates(session, now, presence_seconds, lock=True)
    if not any(candidate.load < candidate.capacity for candidate in candidates.values()):
        return []
    until = now + timedelta(seconds=offer_seconds)
    offers: list[Offer] = []
    for handoff, province in _queued(session):
        agent = routing.choose(_need(handoff, province), candidates.values(), now, PAUSE_SECONDS)
        if agent is None:
            continue
        candidates[agent.id] = replace(agent, load=agent.load + 1, idle_since=None)
        standing = ledger.lock(session, ConversationId(handoff.conversation_id))
        ledger.change_owner(session, standing, Event.OFFER, now)
        handoff.state = HandoffState.OFFERED
        handoff.agent_id = agent.id
        handoff.offer_until = until
        presence.occupy(session, agent.id)
        audit.note(
            session,
            now,
            "system",
            "offered",
            f"conversation:{standing.id}",
            agent=agent.id,
            handoff=handoff.id,
        )
        offers.append(Offer(standing.id, agent.id, until))
    session.flush()
    return offers


def is_assignable(session: Session, now: datetime, presence_seconds: float) -> bool:
    """Whether somebody waits and an agent has room: worth a writing transaction."""
    if session.connection().execute(_SOMEBODY_WAITS).first() is None:
        return False
    candidates = _candidates(session, now, presence_seconds, lock=False)
    return any(candidate.load < candidate.capacity for candidate in candidates.values())


def accept(
    session: Session,
    agent_id: int,
    conversation_id: ConversationId,
    now: datetime,
    *,
    epoch: int | None = None,
) -> Standing:
    """The agent takes the offer and owns the conversation from here on.

    Raises:
        OfferGone: it lapsed, or is not this agent's.
        StaleEpoch: `epoch` was given and is past.
    """
    standing, handoff = _offer_of(session, agent_id, conversation_id)
    if handoff.offer_until is None or handoff.offer_until <= now:
        raise OfferGone
    agent = session.get_one(Agent, agent_id)
    moved = ledger.change_owner(
        session,
        standing,
        Event.ACCEPT,
        now,
        epoch=epoch,
        text=f"{agent.name} has joined and can see everything you wrote.",
        agent_id=agent_id,
    )
    handoff.state = HandoffState.ACTIVE
    handoff.accepted_at = now
    handoff.offer_until = None
    presence.occupy(session, agent_id)
    waited = (now - handoff.queued_at).total_seconds()
    audit.note(
        session, now, f"agent:{agent.login}", "accepted", f"conversation:{moved.id}", waited_seconds=waited
    )
    session.flush()
    return moved


def decline(session: Session, agent_id: int, conversation_id: ConversationId, now: datetime) -> Standing:
    """The agent lets the offer go: back to the queue at its old place.

    Raises:
        OfferGone: the offer is not this agent's (any more).
    """
    standing, handoff = _offer_of(session, agent_id, conversation_id)
    login = session.get_one(Agent, agent_id).login
    return _take_back(session, standing, handoff, now, actor=f"agent:{login}", action="declined")


def lapse_expired(session: Session, now: datetime) -> list[ConversationId]:
    """Take back the offers whose time ran out; returns their conversations."""
    expired = session.execute(
        select(Handoff, Conversation.id)
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .where(Handoff.state == HandoffState.OFFERED, Handoff.offer_until <= now)
        .order_by(Handoff.id)
        .with_for_update(skip_locked=True)
    ).all()
    for handoff, conversation_id in expired:
        standing = ledger.lock(session, ConversationId(conversation_id))
        _take_back(session, standing, handoff, now, actor="system", action="offer_lapsed")
    return [ConversationId(conversation_id) for _, conversation_id in expired]


def has_expired(session: Session, now: datetime) -> bool:
    """Whether some offer's time ran out."""
    return session.connection().execute(_SOMETHING_EXPIRED, {"now": now}).first() is not None


def _take_back(
    session: Session, standing: Standing, handoff: Handoff, now: datetime, *, actor: str, action: str
) -> Standing:
    moved = ledger.change_owner(session, standing, Event.LAPSE, now)
    agent_id = handoff.agent_id
    handoff.state = HandoffState.QUEUED
    handoff.agent_id = None
    handoff.offer_until = None
    handoff.returned_at = now
    if agent_id is not None:
        handoff.declined_by = sorted({*handoff.declined_by, agent_id})
        session.flush()
        presence.release(session, agent_id, now)
    audit.note(session, now, actor, action, f"conversation:{standing.id}", agent=agent_id, handoff=handoff.id)
    session.flush()
    return moved


def _offer_of(session: Session, agent_id: int, conversation_id: ConversationId) -> tuple[Standing, Handoff]:
    standing = ledger.lock(session, conversation_id)
    handoff = session.scalars(
        select(Handoff).where(
            Handoff.conversation_id == conversation_id,
            Handoff.state == HandoffState.OFFERED,
            Handoff.agent_id == agent_id,
        )
    ).first()
    if handoff is None:
        raise OfferGone
    return standing, handoff


def _candidates(
    session: Session, now: datetime, presence_seconds: float, *, lock: bool
) -> dict[int, Candidate]:
    present = (
        select(Agent)
        .where(Agent.available.is_(True), Agent.seen_at > now - timedelta(seconds=presence_seconds))
        .order_by(Agent.id)
    )
    agents = session.scalars(present.with_for_update() if lock else present).all()
    if not agents:
        return {}
    load = _load(session, (agent.id for agent in agents))
    return {
        agent.id: Candidate(
            agent.id,
            frozenset(agent.skills),
            frozenset(agent.languages),
            agent.province,
            load[agent.id],
            agent.capacity,
            agent.idle_since,
        )
        for agent in agents
    }


def _load(session: Session, agent_ids: Iterable[int]) -> Counter[int]:
    rows = session.execute(
        select(Handoff.agent_id, func.count())
        .where(Handoff.state.in_(BUSY), Handoff.agent_id.in_(list(agent_ids)))
        .group_by(Handoff.agent_id)
    )
    return Counter({agent_id: count for agent_id, count in rows if agent_id is not None})


def _queued(session: Session) -> list[tuple[Handoff, str | None]]:
    rows = session.execute(
        select(Handoff, Customer.province)
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .outerjoin(Customer, Customer.id == Conversation.customer_id)
        .where(Handoff.state == HandoffState.QUEUED)
        .order_by(Handoff.priority.desc(), Handoff.queued_at, Handoff.id)
        .limit(_BATCH)
        .with_for_update(skip_locked=True, of=[Handoff, Conversation])
    )
    return [(handoff, province) for handoff, province in rows]


def _need(handoff: Handoff, province: str | None) -> Need:
    return Need(
        handoff.skill, handoff.language, province, frozenset(handoff.declined_by), handoff.returned_at
    )
