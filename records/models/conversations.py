"""Conversations, their ledger of messages, the open forms, and the proofs of identity given in them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base, opaque_id


class Owner(StrEnum):
    """Who may speak to the customer."""

    BOT = "bot"
    QUEUED = "queued"
    OFFERED = "offered"
    AGENT = "agent"
    WRAP_UP = "wrap_up"
    CALLBACK = "callback"
    CLOSED = "closed"


class Author(StrEnum):
    """Who wrote an entry."""

    CUSTOMER = "customer"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


class Kind(StrEnum):
    """What an entry is."""

    MESSAGE = "message"
    STATUS = "status"
    """A change of owner; the body names the new one."""
    NOTE = "note"
    """A private note among agents; never leaves the console."""


class Conversation(Base):
    """One conversation with one customer. `epoch` goes up with every change of owner."""

    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("channel", "sender"),
        Index("ix_conversations_customer_id", "customer_id"),
        # The sweep for unfinished turns reads this alone.
        Index("ix_conversations_owner_pending", "owner", "pending_seq"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=opaque_id)
    channel: Mapped[str] = mapped_column(String(10))
    sender: Mapped[str | None] = mapped_column(String(255))
    """Name that a REST client chose for the conversation; empty elsewhere."""
    secret_hash: Mapped[str] = mapped_column(String(64), default="")
    """SHA-256 of the secret that resumes the conversation; the id alone never suffices."""
    owner: Mapped[Owner] = mapped_column(default=Owner.BOT)
    epoch: Mapped[int] = mapped_column(default=0)
    last_seq: Mapped[int] = mapped_column(default=0)

    answered_seq: Mapped[int] = mapped_column(default=0)
    """Customer messages up to here need no bot turn any more."""
    pending_seq: Mapped[int | None]
    """Oldest customer message that waits for a bot turn; empty when none does."""
    lease_holder: Mapped[str | None] = mapped_column(String(40))
    lease_until: Mapped[datetime | None]

    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    assurance: Mapped[int] = mapped_column(default=0)
    """Identity level reached, 0 to 3; only `actions.identity` reads and writes it."""
    assured_at: Mapped[datetime | None]
    policy_number: Mapped[str | None] = mapped_column(String(12))
    """The policy this conversation is about, once named by a verified customer."""

    gentle: Mapped[bool] = mapped_column(default=False)
    fallbacks: Mapped[int] = mapped_column(default=0)
    """Turns in a row that were not understood."""
    context: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the client said of itself: page, language. Shown to agents as text, trusted for nothing."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Message(Base):
    """One entry of the ledger. Never changed, never deleted."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "idempotency_key"),
        # Readers of the whole ledger (the learning loop) go by time; new rows only ever join its end.
        Index("ix_messages_created_at", "created_at"),
    )

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    idempotency_key: Mapped[str] = mapped_column(String(80))
    author: Mapped[Author]
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    epoch: Mapped[int]
    kind: Mapped[Kind]
    body: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class Form(Base):
    """A service being filled in, in one conversation; its state between turns and between days."""

    __tablename__ = "forms"
    __table_args__ = (UniqueConstraint("conversation_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    version: Mapped[int]
    """Counts the forms of the conversation; with the service it makes a transaction unique."""
    service: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(12))
    """open, suspended (another service came between), done, cancelled, handed_over."""
    state: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]


class TurnEffect(Base):
    """What a turn answered: a turn that is taken up again answers the same and does nothing twice."""

    __tablename__ = "turn_effects"

    turn: Mapped[str] = mapped_column(String(60), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    result: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class IdentityAttempt(Base):
    """A try to prove an identity, right or wrong; limits are counted over these."""

    __tablename__ = "identity_attempts"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    identifier_hash: Mapped[str] = mapped_column(String(64), index=True)
    succeeded: Mapped[bool]
    at: Mapped[datetime]
