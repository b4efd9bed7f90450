"""What is paid on claims: proposed by one agent, ordered at once or when a second one agreed."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from records.models.base import Base, Money
from records.models.casework import Claim


class ClaimPayout(Base):
    """Money of a claim for one payee: the insured person, a beneficiary, or the hospital."""

    __tablename__ = "claim_payouts"
    __table_args__ = (UniqueConstraint("claim_id", "payee", "account"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), index=True)
    payee: Mapped[str] = mapped_column(String(200))
    """In whose name the account must be."""
    account: Mapped[str] = mapped_column(String(30))
    amount: Mapped[Decimal] = mapped_column(Money)
    direct: Mapped[bool] = mapped_column(default=False)
    """Goes to the hospital."""
    agreed_by: Mapped[str] = mapped_column(String(60))
    """The agent who decided to pay, as the audit names them."""
    agreed_at: Mapped[datetime]
    second_by: Mapped[str | None] = mapped_column(String(60))
    """The other agent who agreed, where two had to."""
    ordered_at: Mapped[datetime | None]
    """When the bank was told to pay; empty while a second agent has not agreed."""
    paid_at: Mapped[datetime | None]

    claim: Mapped[Claim] = relationship()
