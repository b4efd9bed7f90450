"""Calls that the centre makes by itself: planned, made, and what became of them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base


class OutboundCall(Base):
    """One matter to call a customer about. The key makes it exist once."""

    __tablename__ = "outbound_calls"
    __table_args__ = (Index("ix_outbound_calls_state_due_at", "state", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    """What it is about: the visit with its day and part of the day, or the message of the outbox."""
    purpose: Mapped[str] = mapped_column(String(20))
    """return_visit or reminder."""
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("return_visits.id"))
    number: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text, default="")
    """Of a reminder: what is said once the person has asked to hear it."""
    state: Mapped[str] = mapped_column(String(10), default="planned")
    """planned, dialling (from the order to the end of the call), over."""
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    good_until: Mapped[datetime]
    sid: Mapped[str] = mapped_column(String(64), default="")
    answered_by: Mapped[str] = mapped_column(String(20), default="")
    """What answering-machine detection said of the last try."""
    outcome: Mapped[str] = mapped_column(String(20), default="")
    """Of the last try: reached, later, refused, machine, no_answer, busy, failed, lost; or withdrawn."""
    lease_until: Mapped[datetime | None]
    """A call that is not over by then has lost its end."""
    changed_at: Mapped[datetime]
