"""Customers of the insurer."""

from datetime import date

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base


class Customer(Base):
    """A person with at least one policy, as holder or as insured."""

    __tablename__ = "customers"
    __table_args__ = (Index("ix_customers_mobile", "mobile"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    sex: Mapped[str] = mapped_column(String(1))
    birth: Mapped[date]
    id_no: Mapped[str] = mapped_column(String(18))
    id_expires: Mapped[date | None]
    mobile: Mapped[str] = mapped_column(String(20))
    email: Mapped[str] = mapped_column(String(200), default="")
    address: Mapped[str] = mapped_column(String(300), default="")
    province: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(8), default="en")
    gentle: Mapped[bool] = mapped_column(default=False)
    """Asked for gentle mode; customers of sixty or older have it anyway."""

    def age(self, on: date) -> int:
        """Full years lived on the day `on`."""
        return on.year - self.birth.year - ((on.month, on.day) < (self.birth.month, self.birth.day))
