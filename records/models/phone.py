"""Telephone calls: which conversation each belongs to, where it stands, and how it may open its stream."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base


class CallState(StrEnum):
    """Where a call is."""

    OPENING = "opening"
    """A document was given that opens a stream; it has not come yet."""
    BOT = "bot"
    """The stream is open: the bot listens and speaks."""
    QUEUED = "queued"
    """The caller waits for a person."""
    DIALLING = "dialling"
    """An agent's telephone rings, or the agent is being told who calls."""
    AGENT = "agent"
    """Caller and agent talk."""
    ENDED = "ended"


class Leaving(StrEnum):
    """Why the bot closed a stream."""

    GOODBYE = "goodbye"
    """All is said: the call ends."""
    PEOPLE = "people"
    """A person takes over."""


class PhoneCall(Base):
    """One call by Twilio's name for it."""

    __tablename__ = "phone_calls"
    __table_args__ = (
        Index("ix_phone_calls_state", "state"),
        Index("ix_phone_calls_conversation_id", "conversation_id"),
    )

    sid: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    direction: Mapped[str] = mapped_column(String(10))
    """`inbound` or `outbound`, from the centre's side; `callback` where it begins at an agent's telephone."""
    caller: Mapped[str] = mapped_column(String(40))
    """The other side's number, as the network told it. A hint, never a proof."""
    called: Mapped[str] = mapped_column(String(40))
    """The centre's own number."""
    state: Mapped[CallState]
    leaving: Mapped[Leaving | None]
    """What the bot decided before it closed the stream; empty while it has not: then the stream broke."""
    token_hash: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of the token that opens the next stream; gone once it is used."""
    token_until: Mapped[datetime | None]
    streams: Mapped[int] = mapped_column(default=0)
    """How many were to be opened since the call came, or came back from people; more than one: some broke."""
    heard_seq: Mapped[int] = mapped_column(default=0)
    """Entries of the ledger up to here were heard, or the caller did not want to hear them."""
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    """Whose telephone rings or rang."""
    taken_at: Mapped[datetime | None]
    """When that agent pressed the key that takes the call."""
    recording_sid: Mapped[str] = mapped_column(String(64), default="")
    started_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
