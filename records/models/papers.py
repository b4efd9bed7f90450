"""Papers that customers handed in: where the file lies, what it is, and what it belongs to."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base, opaque_id


class Paper(Base):
    """A file from a customer. Without a claim or receipt it waits for the service that asked for it."""

    __tablename__ = "papers"
    __table_args__ = (Index("ix_papers_conversation_id_taken_at", "conversation_id", "taken_at"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=opaque_id)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    claim_id: Mapped[int | None] = mapped_column(ForeignKey("claims.id"), index=True)
    receipt: Mapped[str | None] = mapped_column(String(20), index=True)
    """The service transaction it belongs to, where it is no claim's."""
    title: Mapped[str] = mapped_column(String(120), default="")
    """Which paper it is, as the checklist calls it."""
    media: Mapped[str] = mapped_column(String(40))
    """What its first bytes say it is; what the client said is not kept."""
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    file: Mapped[str] = mapped_column(String(60), unique=True)
    """Random name below the folder of papers."""
    received_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    """When a service took it; empty while it waits."""
