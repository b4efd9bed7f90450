"""Presence: who is at the console, who takes conversations, and what happens when somebody is gone.

An agent is present by heartbeat and available by their own switch; both are needed to be offered anything.
"""

from datetime import datetime, timedelta

from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.orm import Session

from records import audit, ledger
from records.models import Agent, Conversation, ConversationId, Handoff, HandoffState
from records.models.base import Moment
from records.ownership import Event

_BUSY = (HandoffState.OFFERED, HandoffState.ACTIVE)


def heartbeat(session: Session, agent_id: int, now: datetime) -> None:
    """A sign of life of an open console."""
    session.execute(update(Agent).where(Agent.id == agent_id).values(seen_at=now))


def set_available(session: Session, agent_id: int, available: bool, now: datetime) -> None:
    """The agent's own switch. Going away leaves the conversations they hold with them."""
    agent = session.get_one(Agent, agent_id)
    if agent.available == available:
        return
    agent.available = available
    agent.seen_at = now
    audit.note(
        session, now, f"agent:{agent.login}", "available" if available else "away", f"agent:{agent.login}"
    )
    session.flush()
    release(session, agent_id, now)


def occupy(session: Session, agent_id: int) -> None:
    """The agent has something to do: no longer idle."""
    session.execute(update(Agent).where(Agent.id == agent_id).values(idle_since=None))


def release(session: Session, agent_id: int, now: datetime) -> None:
    """Something was taken from the agent; who holds nothing any more is idle from now on."""
    held = select(Handoff.id).where(Handoff.agent_id == agent_id, Handoff.state.in_(_BUSY))
    session.execute(
        update(Agent)
        .where(Agent.id == agent_id, Agent.idle_since.is_(None), ~held.exists())
        .values(idle_since=now)
        .execution_options(synchronize_session=False)
    )


def agent_lost(session: Session, now: datetime, *, presence_seconds: float) -> list[ConversationId]:
    """Put the conversations of agents without a heartbeat back into the queue, at their old place."""
    lost = session.execute(
        _lost(now, presence_seconds).with_for_update(skip_locked=True, of=[Handoff, Conversation])
    ).all()
    for handoff, name, agent_id in lost:
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
        release(session, agent_id, now)
        audit.note(session, now, "system", "agent_lost", f"conversation:{standing.id}", agent=agent_id)
    return [ConversationId(handoff.conversation_id) for handoff, _, _ in lost]


def has_lost(session: Session, now: datetime, *, presence_seconds: float) -> bool:
    """Whether somebody holds conversations and is gone."""
    cutoff = now - timedelta(seconds=presence_seconds)
    return session.connection().execute(_SOMEBODY_LOST, {"cutoff": cutoff}).first() is not None


# Looked at with every signal, so built once, and of columns only.
_SOMEBODY_LOST = (
    select(Handoff.id)
    .join(Agent, Agent.id == Handoff.agent_id)
    .where(
        Handoff.state == HandoffState.ACTIVE,
        (Agent.seen_at <= bindparam("cutoff", type_=Moment)) | Agent.seen_at.is_(None),
    )
    .limit(1)
)


def _lost(now: datetime, presence_seconds: float) -> Select[Handoff, str, int]:
    cutoff = now - timedelta(seconds=presence_seconds)
    return (
        select(Handoff, Agent.name, Agent.id)
        .join(Agent, Agent.id == Handoff.agent_id)
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .where(Handoff.state == HandoffState.ACTIVE, (Agent.seen_at <= cutoff) | Agent.seen_at.is_(None))
        .order_by(Handoff.id)
    )
