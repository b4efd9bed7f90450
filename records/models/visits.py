"""Return visits: the follow-up on a new policy, the tries to reach the customer, the problems it found."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from records.models.base import Base
from records.models.policies import Policy


class ReturnVisit(Base):
    """The follow-up that every new long-term policy gets inside its cooling-off period."""

    __tablename__ = "return_visits"
    __table_args__ = (Index("ix_return_visits_status_due_by", "status", "due_by"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policies.id"), unique=True)
    due_by: Mapped[date]
    """Last day of the cooling-off period."""
    status: Mapped[str] = mapped_column(String(20))
    """pending, done, problem (done, with a ticket), missed, cancelled (the policy was given up)."""
    wish: Mapped[str] = mapped_column(String(20), default="")
    """The part of the day the customer asked for: morning, afternoon, evening; empty: any."""
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """By question: what was asked, the customer's exact words, how they were read, when."""
    channel: Mapped[str] = mapped_column(String(10), default="")
    assurance: Mapped[int] = mapped_column(default=0)
    """Identity level at which it was answered."""
    recording: Mapped[str] = mapped_column(String(200), default="")
    """Where the whole talk can be found: a conversation, or a recorded call."""
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"))
    linked_at: Mapped[datetime | None]
    """When a signed link to it was last sent."""
    finished_at: Mapped[datetime | None]

    policy: Mapped[Policy] = relationship()
    attempts: Mapped[list["VisitAttempt"]] = relationship(
        back_populates="visit", order_by="VisitAttempt.at, VisitAttempt.id"
    )


class VisitAttempt(Base):
    """One try to reach the customer, or one time that they came to us."""

    __tablename__ = "visit_attempts"
    __table_args__ = (UniqueConstraint("visit_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("return_visits.id"))
    key: Mapped[str] = mapped_column(String(80))
    """Name of the try: the same call reported twice is one try."""
    at: Mapped[datetime]
    channel: Mapped[str] = mapped_column(String(10))
    window: Mapped[str] = mapped_column(String(20))
    """Part of the day: morning, afternoon, evening."""
    outcome: Mapped[str] = mapped_column(String(20))
    recording: Mapped[str] = mapped_column(String(200), default="")
    visit: Mapped[ReturnVisit] = relationship(back_populates="attempts")


class ProblemTicket(Base):
    """A "no" or a doubt in a return visit: a person calls the customer and explains the policy again."""

    __tablename__ = "problem_tickets"
    __table_args__ = (UniqueConstraint("visit_id", "question"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("return_visits.id"))
    policy_id: Mapped[int] = mapped_column(ForeignKey("policies.id"), index=True)
    question: Mapped[str] = mapped_column(String(40))
    asked: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    """Exactly what the customer said."""
    stance: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10), default="open", index=True)
    """open or closed."""
    opened_at: Mapped[datetime]
    due_by: Mapped[date]
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    closed_at: Mapped[datetime | None]
    resolution: Mapped[str] = mapped_column(Text, default="")
