"""What other systems are told: events, and their deliveries to each address; see `handoff.webhooks`."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base


class Delivery(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    SENDING = "sending"
    """A worker has the lease."""
    DELIVERED = "delivered"
    FAILED = "failed"
    """Given up after the last try."""


class WebhookCursor(Base):
    """How far the audit was read for events; one row."""

    __tablename__ = "webhook_cursor"

    id: Mapped[int] = mapped_column(primary_key=True)
    audit_id: Mapped[int]


class WebhookEvent(Base):
    """Something that happened, as other systems are told of it."""

    __tablename__ = "webhook_events"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    """The same for every try and every address: whoever sees it twice has it already."""
    audit_id: Mapped[int] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
    data: Mapped[dict[str, Any]]


class WebhookDelivery(Base):
    """An event on its way to one address."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("event_id", "address"),
        Index("ix_webhook_deliveries_address_state_due_at", "address", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("webhook_events.id"))
    address: Mapped[str] = mapped_column(String(500))
    state: Mapped[Delivery]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(String(200), default="")
