"""Capacity: who is on duty, and how much each of them holds, counted in the transaction that gives more.

Reads columns only; whoever is going to make offers locks the agents it counts. The order of locks, so that
nobody waits in a circle: conversation, transfer, agents by id. Who has locked agents never waits for a
conversation: it takes those that are free and leaves the others to the next look.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import bindparam, case, func, select
from sqlalchemy.orm import Session

from handoff.routing import Candidate
from records.models import Agent, Conversation, Handoff, HandoffState, Transfer, TransferState
from records.models.base import Moment

BUSY = (HandoffState.OFFERED, HandoffState.ACTIVE)

# Looked at with every signal, so built once.
_PRESENT = (
    select(Agent.id, Agent.skills, Agent.languages, Agent.province, Agent.capacity, Agent.idle_since)
    .where(Agent.available.is_(True), Agent.seen_at > bindparam("cutoff", type_=Moment))
    .order_by(Agent.id)
)
# NO KEY: rows that merely name an agent may be written meanwhile.
_PRESENT_LOCKED = _PRESENT.with_for_update(key_share=True)
_CALLS = func.sum(case((Handoff.exclusive, 1), else_=0))
_HELD = (
    select(Handoff.agent_id, func.count(), _CALLS).where(Handoff.state.in_(BUSY)).group_by(Handoff.agent_id)
)
_PASSED = (
    select(Transfer.agent_id, func.count(), _CALLS)
    .join(Handoff, Handoff.id == Transfer.handoff_id)
    .where(Transfer.state == TransferState.OFFERED)
    .group_by(Transfer.agent_id)
)

# A lock on the conversation alone guards its handoffs: of two tables, one could stay locked for nothing.
_FREE = (
    select(Conversation.id)
    .where(Conversation.id.in_(bindparam("ids", expanding=True)))
    .order_by(Conversation.id)
    .with_for_update(skip_locked=True)
)


def present(
    session: Session, now: datetime, presence_seconds: float, *, lock: bool = False
) -> dict[int, Candidate]:
    """The agents who are on duty, by id, with what they hold; locked for whoever gives them more."""
    cutoff = {"cutoff": now - timedelta(seconds=presence_seconds)}
    connection = session.connection()
    agents = connection.execute(_PRESENT_LOCKED if lock else _PRESENT, cutoff).all()
    if not agents:
        return {}
    chats: dict[int, int] = {}
    calls: set[int] = set()
    for statement in (_HELD, _PASSED):
        for agent_id, count, exclusive in connection.execute(statement):
            chats[agent_id] = chats.get(agent_id, 0) + count
            if exclusive:
                calls.add(agent_id)
    return {
        agent_id: Candidate(
            agent_id,
            frozenset(skills),
            frozenset(languages),
            province,
            max(capacity, chats.get(agent_id, 0)) if agent_id in calls else chats.get(agent_id, 0),
            capacity,
            idle_since,
        )
        for agent_id, skills, languages, province, capacity, idle_since in agents
    }


def free(session: Session, conversation_ids: Iterable[str]) -> list[str]:
    """Lock those conversations that nobody else is working on; what was read of them before is read anew."""
    ids = list(dict.fromkeys(conversation_ids))
    return list(session.connection().execute(_FREE, {"ids": ids}).scalars()) if ids else []


def lock_agents(session: Session, agent_ids: Iterable[int]) -> None:
    """Lock several agents before the first of them is written.

    Always in the same order, so that nobody waits for somebody who waits for them.
    """
    statement = select(Agent.id).where(Agent.id.in_(sorted(set(agent_ids)))).order_by(Agent.id)
    session.connection().execute(statement.with_for_update(key_share=True)).all()
