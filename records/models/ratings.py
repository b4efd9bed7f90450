"""What customers said of a conversation with a person."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base


class Rating(Base):
    """One customer's word on one handoff; the first one counts."""

    __tablename__ = "ratings"
    __table_args__ = (Index("ix_ratings_at", "at"),)

    handoff_id: Mapped[int] = mapped_column(ForeignKey("handoffs.id"), primary_key=True, autoincrement=False)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    """Who held the conversation at its end."""
    stars: Mapped[int]
    """1, not at all satisfied, to 5, very satisfied."""
    at: Mapped[datetime]
