"""What customers asked for and what became of it: claims and service transactions; the branches."""

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
    promised: Mapped[list[str]] = mapped_column(default=list)
    """Of the missing papers, those that the customer said will be sent."""
    illness: Mapped[str] = mapped_column(String(40), default="")
    """The illness as the scope of the one-day decision names it; empty: none, or none of them."""
    first_diagnosis: Mapped[bool | None]
    """Whether the illness was diagnosed for the first time, as the reporter says."""
    scheme: Mapped[str] = mapped_column(String(10), default="usual")
    """one_day, or usual: which clock runs once the papers are complete."""
    scheme_reason: Mapped[str] = mapped_column(String(30), default="")
    """The first condition of the one-day decision that is not met; empty where all are."""
    papers_complete_at: Mapped[datetime | None]
    """When the last paper arrived: the clock of the decision starts."""
    decision_due: Mapped[datetime | None] = mapped_column(index=True)
    """By when the decision is promised."""
    breach_noted_at: Mapped[datetime | None]
    """When it was put on record that the promise was broken."""
    direct_payment: Mapped[bool] = mapped_column(default=False)
    """The hospital is paid instead of the customer, who has consented to it."""
    decision_reason: Mapped[str] = mapped_column(String(500), default="")
    """Why it was refused, as the customer was told."""
    decided_at: Mapped[datetime | None]
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
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    """Empty when somebody pays for a policy number that is not ours."""
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("policies.id"))
    state: Mapped[str] = mapped_column(String(20))
    """One of `actions.servicing.states.State`."""
    waiting_for: Mapped[str] = mapped_column(String(200), default="")
    """What is still to come, in the customer's words: a photo, a payment, an anniversary, a call."""
    effective_on: Mapped[date | None]
    """Day on which a pending change is carried out by itself."""
    reason: Mapped[str] = mapped_column(String(500), default="")
    """Why it was refused; before that, why an agent or a second one must look at it."""
    agreed_by: Mapped[str | None] = mapped_column(String(60))
    """The first of two agents who must agree, as the audit names them."""
    details: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    form_version: Mapped[int]


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
