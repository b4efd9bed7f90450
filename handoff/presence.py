"""Presence: who is at the console, and who takes conversations.

An agent is present by heartbeat and available by their own switch; both are needed to be offered anything.
"""

from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from handoff.capacity import BUSY
from records import audit
from records.models import Agent, Handoff, Transfer, TransferState
from records.models.base import Moment

_AGENTS = cast(Table, Agent.__table__)
_BEAT = (
    update(_AGENTS).where(_AGENTS.c.id == bindparam("agent")).values(seen_at=bindparam("now", type_=Moment))
)
_OCCUPY = update(_AGENTS).where(_AGENTS.c.id == bindparam("agent")).values(idle_since=None)
_RELEASE = (
    update(_AGENTS)
    .where(
        _AGENTS.c.id == bindparam("agent"),
        _AGENTS.c.idle_since.is_(None),
        ~select(Handoff.id).where(Handoff.agent_id == bindparam("agent"), Handoff.state.in_(BUSY)).exists(),
        ~select(Transfer.id)
        .where(Transfer.agent_id == bindparam("agent"), Transfer.state == TransferState.OFFERED)
        .exists(),
    )
    .values(idle_since=bindparam("now", type_=Moment))
)


def heartbeat(session: Session, agent_id: int, now: datetime) -> None:
    """A sign of life of an open console."""
    session.connection().execute(_BEAT, {"agent": agent_id, "now": now})


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
    session.connection().execute(_OCCUPY, {"agent": agent_id})


def release(session: Session, agent_id: int, now: datetime) -> None:
    """Something was taken from the agent; who holds nothing any more is idle from now on."""
    session.connection().execute(_RELEASE, {"agent": agent_id, "now": now})
