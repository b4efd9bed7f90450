"""Absence: the conversations of an agent who is gone return to the queue, at the place of their arrival.

Gone is who has given no sign of life; going away by one's own switch takes nothing from anybody.
"""

from datetime import datetime, timedelta

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from handoff import capacity, presence, transfers
from records import audit, ledger
from records.models import Agent, ConversationId, Handoff, HandoffState
from records.models.base import Moment
from records.ownership import Event


def agent_lost(session: Session, now: datetime, *, presence_seconds: float) -> list[ConversationId]:
    """Put the conversations of agents without a heartbeat back into the queue, at their old place."""
    cutoff = now - timedelta(seconds=presence_seconds)
    ids = session.connection().execute(_CONVERSATIONS, {"cutoff": cutoff}).scalars()
    found = capacity.free(session, ids)
    if not found:
        return []
    lost = session.execute(_lost(cutoff).where(Handoff.conversation_id.in_(found))).all()
    passed = transfers.lock_open(session, [handoff.id for handoff, _, _ in lost])
    holders = [agent_id for _, _, agent_id in lost]
    capacity.lock_agents(session, holders + [one.agent_id for one in passed if one.agent_id is not None])
    for handoff, name, agent_id in lost:
        transfers.withdraw(session, handoff.id, now)
        standing = ledger.lock(session, ConversationId(handoff.conversation_id))
        ledger.change_owner(
            session,
            standing,
            Event.AGENT_LOST,
            now,
            text=f"{name} has lost the connection. You keep your place, and a colleague will take over.",
        )
        handoff.state = HandoffState.QUEUED
        handoff.agent_id = None
        handoff.accepted_at = None
        # The customer has just been told; the place is told again when it is known.
        handoff.told_position = None
        session.flush()
        presence.release(session, agent_id, now)
        audit.note(session, now, "system", "agent_lost", f"conversation:{standing.id}", agent=agent_id)
    return [ConversationId(handoff.conversation_id) for handoff, _, _ in lost]


def has_lost(session: Session, now: datetime, *, presence_seconds: float) -> bool:
    """Whether somebody holds conversations and is gone."""
    cutoff = now - timedelta(seconds=presence_seconds)
    return session.connection().execute(_SOMEBODY_LOST, {"cutoff": cutoff}).first() is not None


# Looked at with every signal, so built once, and of columns only.
_CONVERSATIONS = (
    select(Handoff.conversation_id)
    .join(Agent, Agent.id == Handoff.agent_id)
    .where(
        Handoff.state == HandoffState.ACTIVE,
        (Agent.seen_at <= bindparam("cutoff", type_=Moment)) | Agent.seen_at.is_(None),
    )
)
_SOMEBODY_LOST = _CONVERSATIONS.limit(1)


def _lost(cutoff: datetime) -> Select[Handoff, str, int]:
    return (
        select(Handoff, Agent.name, Agent.id)
        .join(Agent, Agent.id == Handoff.agent_id)
        .where(Handoff.state == HandoffState.ACTIVE, (Agent.seen_at <= cutoff) | Agent.seen_at.is_(None))
        .order_by(Handoff.id)
    )
