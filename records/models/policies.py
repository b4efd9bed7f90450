"""Products, policies and the money on them: riders, beneficiaries, benefits, loans, premium payments."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from records.models.base import Base, Money, Percent, Rate
from records.models.customers import Customer


class PolicyState(StrEnum):
    """Where a policy is in its life."""

    COOLING_OFF = "cooling_off"
    IN_FORCE = "in_force"
    GRACE = "grace"
    LAPSED = "lapsed"
    PAID_UP = "paid_up"
    SURRENDERED = "surrendered"
    CANCELLED = "cancelled"
    """Inside the cooling-off period: as if it had never been."""
    MATURED = "matured"


GIVEN_UP = (PolicyState.CANCELLED, PolicyState.SURRENDERED)
"""States in which a customer has ended a policy: nobody is asked or reminded of it any more."""


class Product(Base):
    """What the insurer sells; a rider only comes with another product."""

    __tablename__ = "products"

    code: Mapped[str] = mapped_column(String(10), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(30))
    participating: Mapped[bool] = mapped_column(default=False)
    rider: Mapped[bool] = mapped_column(default=False)
    group: Mapped[bool] = mapped_column(default=False)
    """Sold to an employer or association for its people, not to one person."""


class Policy(Base):
    """A contract. Amounts in the insurer's currency."""

    __tablename__ = "policies"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(12), unique=True)
    holder_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    insured_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    product_code: Mapped[str] = mapped_column(ForeignKey("products.code"))
    state: Mapped[PolicyState]
    start: Mapped[date]
    received_on: Mapped[date | None]
    """Day of the signed receipt: the cooling-off period counts from it."""
    lapsed_on: Mapped[date | None]
    reinstated_on: Mapped[date | None]
    """Day on which a lapsed policy came back: waiting periods and the suicide clause begin again."""
    sum_insured: Mapped[Decimal] = mapped_column(Money)
    premium: Mapped[Decimal] = mapped_column(Money)
    frequency: Mapped[str] = mapped_column(String(12))
    next_due: Mapped[date | None]
    cash_value: Mapped[Decimal] = mapped_column(Money)
    account_value: Mapped[Decimal | None] = mapped_column(Money)
    """Account of a universal-life or unit-linked policy."""
    account_rate: Mapped[Decimal | None] = mapped_column(Rate)
    dividend_option: Mapped[str | None] = mapped_column(String(20))
    dividend_balance: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    auto_premium_loan: Mapped[bool] = mapped_column(default=False)

    holder: Mapped[Customer] = relationship(foreign_keys=holder_id, lazy="joined")
    insured: Mapped[Customer] = relationship(foreign_keys=insured_id)
    product: Mapped[Product] = relationship(lazy="joined")
    riders: Mapped[list["Rider"]] = relationship(back_populates="policy")
    beneficiaries: Mapped[list["Beneficiary"]] = relationship(back_populates="policy")
    benefits: Mapped[list["Benefit"]] = relationship(back_populates="policy")
    loans: Mapped[list["Loan"]] = relationship(back_populates="policy")
    payments: Mapped[list["PremiumPayment"]] = relationship(back_populates="policy")


class Rider(Base):
    """A rider product attached to a policy."""

    __tablename__ = "riders"

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policies.id"), index=True)
    product_code: Mapped[str] = mapped_column(ForeignKey("products.code"))
    policy: Mapped[Policy] = relationship(back_populates="riders")
    product: Mapped[Product] = relationship(lazy="joined")


class Beneficiary(Base):
    """Who receives the death benefit; the shares of a policy sum to a hundred."""

    __tablename__ = "beneficiaries"

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policies.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    share: Mapped[Decimal] = mapped_column(Percent)
    relation: Mapped[str] = mapped_column(String(20), default="", server_default="")
    """To the insured person; empty where it was never told."""
    id_no: Mapped[str] = mapped_column(String(18), default="", server_default="")
    policy: Mapped[Policy] = relationship(back_populates="beneficiaries")


class Benefit(Base):
    """Survival, annuity or maturity money that became, or will become, payable."""

    __tablename__ = "benefits"

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policies.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    amount: Mapped[Decimal] = mapped_column(Money)
    payable_on: Mapped[date]
    paid_on: Mapped[date | None]
    policy: Mapped[Policy] = relationship(back_populates="benefits")


class Loan(Base):
    """A policy loan; simple daily interest on the principal since its day (365 days a year)."""

    __tablename__ = "loans"

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policies.id"), index=True)
    principal: Mapped[Decimal] = mapped_column(Money)
    rate: Mapped[Decimal] = mapped_column(Rate)
    since: Mapped[date]
    repaid_on: Mapped[date | None]
    policy: Mapped[Policy] = relationship(back_populates="loans")


class PremiumPayment(Base):
    """A premium that arrived."""

    __tablename__ = "premium_payments"

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policies.id"), index=True)
    amount: Mapped[Decimal] = mapped_column(Money)
    due_on: Mapped[date]
    paid_on: Mapped[date]
    policy: Mapped[Policy] = relationship(back_populates="payments")
