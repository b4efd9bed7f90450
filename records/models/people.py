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
    __table_args__ = (Index("ix_login_attempts_login_at", "login", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(40))
    succeeded: Mapped[bool]
    at: Mapped[datetime]


class Handoff(Base):
    """One time that a conversation was given to people, from queue to wrap-up."""

    __tablename__ = "handoffs"
    __table_args__ = (
        Index("ix_handoffs_state_queued_at", "state", "queued_at"),
        Index("ix_handoffs_agent_id_state", "agent_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    state: Mapped[HandoffState]
    reason: Mapped[str] = mapped_column(String(40))
    priority: Mapped[int]
    """Higher is served first; inside a priority the longest waiting."""
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
    accepted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    disposition: Mapped[str | None] = mapped_column(String(40))
    notes: Mapped[str] = mapped_column(Text, default="")


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
