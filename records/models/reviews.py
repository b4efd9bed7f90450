"""The learning loop's memory: turns to be looked at by people, articles they began, weekly reports."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base


class ReviewState(StrEnum):
    """What became of a turn that was laid before a reviewer."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    """It was understood rightly."""
    RELABELLED = "relabelled"
    OUT_OF_SCOPE = "out_of_scope"
    ARTICLE = "article"
    """An article is missing; a draft was begun."""
    SKIPPED = "skipped"
    """Nothing to learn from."""


class Review(Base):
    """One turn that a person should look at. Its text is masked before it is stored here."""

    __tablename__ = "reviews"
    __table_args__ = (Index("ix_reviews_state_said_at", "state", "said_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    turn: Mapped[str] = mapped_column(String(60), unique=True)
    """Name of the turn: collecting the same ledger again makes no second review."""
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    channel: Mapped[str] = mapped_column(String(10))
    reasons: Mapped[list[str]]
    """Why it is here; see `actions.learning.reasons`."""
    text: Mapped[str] = mapped_column(Text)
    intent: Mapped[str] = mapped_column(String(60))
    """What was understood; `nlu_fallback` where nothing was."""
    confidence: Mapped[float]
    ranking: Mapped[list[Any]] = mapped_column(JSON)
    """Pairs of intent and confidence, best first."""
    article: Mapped[str] = mapped_column(String(80), default="")
    """The article that answered, if one did."""
    suggested: Mapped[str] = mapped_column(String(60), default="")
    """What the customer meant by their own next choice, or what a candidate model understood."""
    said_at: Mapped[datetime]
    state: Mapped[ReviewState] = mapped_column(default=ReviewState.OPEN)
    label: Mapped[str] = mapped_column(String(60), default="")
    """The intent a reviewer gave it."""
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    reviewed_at: Mapped[datetime | None]


class ArticleDraft(Base):
    """An article that a reviewer began because no article answers a question."""

    __tablename__ = "article_drafts"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    question: Mapped[str] = mapped_column(Text)
    """What was asked, masked."""
    text: Mapped[str] = mapped_column(Text)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    created_at: Mapped[datetime]


class LearningReport(Base):
    """What a week of talk looked like beside the weeks before."""

    __tablename__ = "learning_reports"

    week: Mapped[date] = mapped_column(primary_key=True)
    """The Monday it begins with."""
    content: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]


class LedgerCursor(Base):
    """How far a reader of the whole ledger has come."""

    __tablename__ = "ledger_cursors"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    up_to: Mapped[datetime]
    """Entries up to and including this moment have been read."""
