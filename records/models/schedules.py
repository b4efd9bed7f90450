"""Schedules: jobs that run again and again, each by one process at a time."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base


class Schedule(Base):
    """A job: who is at it, until when, and when it was last done."""

    __tablename__ = "schedules"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    lease_holder: Mapped[str | None] = mapped_column(String(40))
    lease_until: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
