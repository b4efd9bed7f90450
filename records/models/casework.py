"""What customers asked for and what became of it: claims, service transactions, return visits, reminders."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from records.models.base import Base, Money
from records.models.policies import Policy


class Claim(Base):
    """A reported case. One report (conversation, form version) makes one claim, however often it is sent."""

    __tablename__ = "claims"
    __table_args__ = (UniqueConstraint("conversation_id", "form_version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("policies.id"), index=True)
    """Empty when the reported policy number is not one of ours: a person sorts it out."""
    policy_number: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(30))
    status: Mapped[str] = mapped_column(String(30))
    reported_at: Mapped[datetime]
    happened_on: Mapped[date | None]
    place: Mapped[str] = mapped_column(String(300), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    hospital: Mapped[str] = mapped_column(String(200), default="")
    insured_name: Mapped[str] = mapped_column(String(100), default="")
    reporter: Mapped[str] = mapped_column(String(100), default="")
    """Who reports: the insured, or the relation to the insured."""
    contact_phone: Mapped[str] = mapped_column(String(20), default="")
    amount: Mapped[Decimal | None] = mapped_column(Money)
    missing: Mapped[list[str]]
    """Papers that are still to come."""
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"))
    form_version: Mapped[int | None]

    policy: Mapped[Policy | None] = relationship()


class ServiceTransaction(Base):
    """A servicing transaction. One form (conversation, service, version) makes one, with one receipt."""

    __tablename__ = "service_transactions"
    __table_args__ = (UniqueConstraint("conversation_id", "service", "form_version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    receipt: Mapped[str] = mapped_column(String(20), unique=True)
    service: Mapped[str] = mapped_column(String(4))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("policies.id"))
    state: Mapped[str] = mapped_column(String(20))
    details: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    form_version: Mapped[int]


class ReturnVisit(Base):
    """The follow-up call that every new long-term policy gets inside its cooling-off period."""

    __tablename__ = "return_visits"

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policies.id"), index=True)
    due_by: Mapped[date]
    status: Mapped[str] = mapped_column(String(20))


class Reminder(Base):
    """Something a customer should hear of in time."""

    __tablename__ = "reminders"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("policies.id"))
    kind: Mapped[str] = mapped_column(String(30))
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class Branch(Base):
    """An office that customers can visit."""

    __tablename__ = "branches"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    province: Mapped[str] = mapped_column(String(40), index=True)
    city: Mapped[str] = mapped_column(String(60), index=True)
    address: Mapped[str] = mapped_column(String(300))
    hours: Mapped[str] = mapped_column(String(100))
    phone: Mapped[str] = mapped_column(String(20))
