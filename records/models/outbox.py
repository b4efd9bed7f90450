"""What goes out of the centre to customers outside a conversation: SMS, e-mails, calls."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base


class Way(StrEnum):
    """How something goes out."""

    SMS = "sms"
    EMAIL = "email"
    CALL = "call"


class Dispatch(StrEnum):
    """Where something that goes out stands."""

    WAITING = "waiting"
    SENDING = "sending"
    """A worker has the lease and is handing it to the carrier."""
    SENT = "sent"
    FAILED = "failed"
    """The carrier refused it for good, or there is none for its way."""
    UNCERTAIN = "uncertain"
    """The worker or the carrier fell silent in between: it may be out, so it is never sent again."""
    EXPIRED = "expired"
    """Not sent while it was still good for anything."""
    VOID = "void"
    """Written for nobody, so that a known and an unknown customer cost the same."""


class OutgoingMessage(Base):
    """One SMS, e-mail or call. Written in the transaction that caused it; delivered after the commit."""

    __tablename__ = "outgoing_messages"
    __table_args__ = (Index("ix_outgoing_messages_state_due_at", "state", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    """What it is about; the same again is not a second message."""
    way: Mapped[Way]
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200), default="")
    text: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(String(40))
    secret: Mapped[bool] = mapped_column(default=False)
    """Holds a code or a link: the text is erased once a carrier has it."""
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"))
    state: Mapped[Dispatch]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    """Not sent before."""
    good_until: Mapped[datetime | None]
    """Not sent after."""
    attempts: Mapped[int] = mapped_column(default=0)
    lease_holder: Mapped[str | None] = mapped_column(String(40))
    lease_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    carrier_reference: Mapped[str] = mapped_column(String(64), default="")
    problem: Mapped[str] = mapped_column(String(200), default="")
