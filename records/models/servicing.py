"""What servicing leaves behind: settings of customers and policies, orders to pay, money to pay out."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base, Money


class CustomerProfile(Base):
    """Basic data beside the identity, and how notices reach the customer. Empty: never told."""

    __tablename__ = "customer_profiles"

    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    marital_status: Mapped[str] = mapped_column(String(20), default="")
    nationality: Mapped[str] = mapped_column(String(60), default="")
    employer: Mapped[str] = mapped_column(String(200), default="")
    occupation: Mapped[str] = mapped_column(String(100), default="", server_default="")
    occupation_class: Mapped[int | None]
    """1 (office) to 6 (most dangerous); empty: never told, taken as one that costs nothing extra."""
    notices: Mapped[str] = mapped_column(String(10), default="")
    """paper, email or sms."""


class PolicyArrangement(Base):
    """How a policy is paid and documented, beside the contract itself."""

    __tablename__ = "policy_arrangements"

    policy_id: Mapped[int] = mapped_column(ForeignKey("policies.id"), primary_key=True)
    paid_by: Mapped[str] = mapped_column(String(20), default="")
    """debit or invoice; empty: as agreed at the start."""
    bank: Mapped[str] = mapped_column(String(60), default="")
    account: Mapped[str] = mapped_column(String(30), default="")
    """The policyholder's own account: premiums come from it."""
    payout_account: Mapped[str] = mapped_column(String(30), default="")
    """The policyholder's own account to which benefits were paid last."""
    next_frequency: Mapped[str] = mapped_column(String(12), default="")
    next_frequency_on: Mapped[date | None]
    document: Mapped[str] = mapped_column(String(10), default="valid")
    """The policy document: valid, or lost (blocked until a new one is made or it is found)."""
    document_issue: Mapped[int] = mapped_column(default=1)
    document_form: Mapped[str] = mapped_column(String(12), default="")
    """electronic or paper; of the newest issue."""


class PaymentOrder(Base):
    """Money that a customer, or somebody for them, wants to pay in, until it arrived or was withdrawn."""

    __tablename__ = "payment_orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    transaction_id: Mapped[int] = mapped_column(ForeignKey("service_transactions.id"), unique=True)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    """What the payer's link and bank show; the receipt number."""
    purpose: Mapped[str] = mapped_column(String(12))
    """premium, extra (into a universal-life account), loan, or agreed (what agents made depend on it)."""
    policy_number: Mapped[str] = mapped_column(String(12))
    """As the payer gave it; whether it is ours is only looked at when the money comes."""
    amount: Mapped[Decimal | None] = mapped_column(Money)
    """Empty: whatever is due on the day."""
    state: Mapped[str] = mapped_column(String(10), default="open")
    """open, paid, returned (the policy cannot take it) or withdrawn."""
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class IncomingPayment(Base):
    """Money that the bank says has arrived. Its reference makes it one, however often it is reported."""

    __tablename__ = "incoming_payments"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(64), unique=True)
    """The bank's own name for the payment."""
    order_reference: Mapped[str] = mapped_column(String(20))
    """What the payer gave as the purpose: the receipt number of the order, as it came."""
    amount: Mapped[Decimal] = mapped_column(Money)
    state: Mapped[str] = mapped_column(String(10))
    """booked, returned (the policy cannot take it) or unmatched (no open order has that reference)."""
    reason: Mapped[str] = mapped_column(String(200), default="")
    """Why it was not booked."""
    received_at: Mapped[datetime]


class Payout(Base):
    """Money that leaves the insurer for a customer, as ordered by one transaction."""

    __tablename__ = "payouts"

    id: Mapped[int] = mapped_column(primary_key=True)
    transaction_id: Mapped[int] = mapped_column(ForeignKey("service_transactions.id"), unique=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policies.id"), index=True)
    amount: Mapped[Decimal] = mapped_column(Money)
    account: Mapped[str] = mapped_column(String(30))
    holder: Mapped[str] = mapped_column(String(100))
    """The policyholder's name: the bank pays nobody else."""
    ordered_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
