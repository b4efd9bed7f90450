"""Agents, their sessions and presence, the handoffs they serve, and the audit of what was done."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base


class Role(StrEnum):
    """What an agent may do."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    REVIEWER = "reviewer"
    """Reviews what was not understood well; serves no customers."""


class HandoffState(StrEnum):
    """Where a handoff is."""

    QUEUED = "queued"
    OFFERED = "offered"
    ACTIVE = "active"
    WRAP_UP = "wrap_up"
    DONE = "done"
    ABANDONED = "abandoned"
    """The customer left the queue."""
    CALLBACK = "callback"
    """The customer left the queue for a call at an agreed time."""


class TransferState(StrEnum):
    """Where a transfer from one agent to another is."""

    WAITING = "waiting"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    FAILED = "failed"
    """Whom it was meant for let it go, or was not there."""
    WITHDRAWN = "withdrawn"
    """The agent kept the conversation after all, or it ended."""


class Agent(Base):
    """A person who serves customers in the console."""

    __tablename__ = "agents"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    role: Mapped[Role]
    skills: Mapped[list[str]]
    languages: Mapped[list[str]]
    province: Mapped[str] = mapped_column(String(40))
    capacity: Mapped[int]
    """How many conversations at a time."""
    password_hash: Mapped[str] = mapped_column(String(200))
    available: Mapped[bool] = mapped_column(default=False)
    """Takes new conversations; the agent's own switch."""
    seen_at: Mapped[datetime | None]
    """Last heartbeat of an open console."""
    phone: Mapped[str | None] = mapped_column(String(40))
    """Number on which callers are put through; without one the agent takes no calls."""
    idle_since: Mapped[datetime | None]
    """Since when the agent holds no conversation; the longest idle is served first."""


class AgentSession(Base):
    """A log-in. Revoked by log-out and by any change of password or role."""

    __tablename__ = "agent_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class LoginAttempt(Base):
    """A try to log in, right or wrong; limits are counted over these."""

    __tablename__ = "login_attempts"
    __table_args__ = (
        Index("ix_login_attempts_login_at", "login", "at"),
        Index("ix_login_attempts_address_at", "address", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(40))
    address: Mapped[str] = mapped_column(String(100), default="", server_default="")
    """Network that the try came from; empty for the command line."""
    succeeded: Mapped[bool]
    at: Mapped[datetime]


class Handoff(Base):
    """One time that a conversation was given to people, from queue to wrap-up."""

    __tablename__ = "handoffs"
    __table_args__ = (
        Index("ix_handoffs_state_ranked_at", "state", "ranked_at"),
        Index("ix_handoffs_agent_id_state", "agent_id", "state"),
        Index("ix_handoffs_accepted_at", "accepted_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    state: Mapped[HandoffState]
    reason: Mapped[str] = mapped_column(String(40))
    priority: Mapped[int]
    """How urgent; inside a priority the longest waiting is served first."""
    ranked_at: Mapped[datetime]
    """The line is in this order: the arrival less the head start that the priority gives."""
    exclusive: Mapped[bool] = mapped_column(default=False)
    """A call: it takes the whole of an agent, a chat one place of their capacity."""
    wanted_agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    """A supervisor wants this agent to have it; nobody else is asked."""
    due_at: Mapped[datetime | None]
    """When a call-back was promised; stays after the call."""
    skill: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(8))
    packet: Mapped[dict[str, Any]]
    """What the bot lays on the agent's table; see `handoff.packet`."""
    queued_at: Mapped[datetime]
    """Original arrival; survives every lapse of an offer."""
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    offer_until: Mapped[datetime | None]
    declined_by: Mapped[list[int]]
    """Agents who let an offer lapse or declined it; not asked again while another is free."""
    returned_at: Mapped[datetime | None]
    """When an offer last came back untaken: those who let it go have a pause before they are asked again."""
    told_position: Mapped[int | None]
    """Place in the queue that the customer was last told."""
    entry_place: Mapped[int | None]
    """Place on arrival."""
    entry_pace_seconds: Mapped[float | None]
    """Seconds a place took, as known on arrival; with the real wait it shows how honest the told range is."""
    accepted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    disposition: Mapped[str | None] = mapped_column(String(40))
    notes: Mapped[str] = mapped_column(Text, default="")


class Transfer(Base):
    """One time that an agent asked another to take a conversation over; the first keeps it until then."""

    __tablename__ = "transfers"
    __table_args__ = (Index("ix_transfers_state_agent_id", "state", "agent_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    handoff_id: Mapped[int] = mapped_column(ForeignKey("handoffs.id"), index=True)
    from_agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    wanted_agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    """The person asked for; empty when anybody with the skill will do."""
    skill: Mapped[str | None] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(Text)
    """What the first agent tells the next one."""
    state: Mapped[TransferState]
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    """To whom it is offered, or who took it."""
    offer_until: Mapped[datetime | None]
    declined_by: Mapped[list[int]]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Pace(Base):
    """How fast the queue moves at present, in one row; measured beside the queue, read on every arrival."""

    __tablename__ = "queue_pace"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    measured_at: Mapped[datetime]
    place_seconds: Mapped[float | None]
    """Mean time until the queue moves on by one place; empty when it cannot be known."""
    room: Mapped[int]
    """Conversations that could be offered at once."""
    low_level: Mapped[float]
    """Level of the distribution that the told range begins at; set by how earlier ranges held."""
    high_level: Mapped[float]
    """Level that it ends at."""


class AuditEntry(Base):
    """Who did or saw what, when. Never changed, never deleted."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_subject_at", "subject", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(60))
    """`bot`, `system`, `agent:amy` or `customer:C1001`."""
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(80))
    """What it was done to: `conversation:ID`, `policy:NUMBER`, `agent:LOGIN`."""
    detail: Mapped[dict[str, Any]]
