"""Reminders: what customers should hear of in time, what they chose, and the failed debits behind some."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base, Money


class Reminder(Base):
    """Something a customer should hear of in time. The key makes each of them exist once."""

    __tablename__ = "reminders"
    __table_args__ = (Index("ix_reminders_state_due_at", "state", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    """Kind, what it is about, and which of its lead times: planning again makes no second one."""
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("policies.id"))
    kind: Mapped[str] = mapped_column(String(30))
    about_on: Mapped[date]
    """Day of what it is about: the premium's due day, the last day of grace."""
    due_at: Mapped[datetime]
    """When it is to be sent."""
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12), default="planned")
    """planned, sent, suppressed (the customer does not want it), withdrawn (no longer true)."""
    sent_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    """When the customer said that they have heard it."""
    lease_holder: Mapped[str | None] = mapped_column(String(40))
    lease_until: Mapped[datetime | None]


class ReminderChoice(Base):
    """What a customer decided about a kind of reminder; without a row the kind's own rule holds."""

    __tablename__ = "reminder_choices"
    __table_args__ = (UniqueConstraint("customer_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    kind: Mapped[str] = mapped_column(String(30))
    wanted: Mapped[bool]
    decided_at: Mapped[datetime]


class DebitFailure(Base):
    """A bank debit of a premium that did not go through; the payment system reports it."""

    __tablename__ = "debit_failures"
    __table_args__ = (UniqueConstraint("policy_id", "due_on", "tried_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policies.id"))
    amount: Mapped[Decimal] = mapped_column(Money)
    due_on: Mapped[date]
    tried_on: Mapped[date] = mapped_column(index=True)
    retry_on: Mapped[date | None]
    """Day of the next try; empty after the last one."""
    settled_on: Mapped[date | None]
