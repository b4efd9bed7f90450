"""The second factor of agents who switched it on: the secret of their app, and codes for when it is lost."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base


class SecondFactor(Base):
    """An app that shows a new code every half minute; see `handoff.second_factor`."""

    __tablename__ = "second_factors"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), primary_key=True)
    sealed_secret: Mapped[str] = mapped_column(String(200))
    """Encrypted with a key that is not in the database."""
    confirmed_at: Mapped[datetime | None]
    """When the agent first showed a right code; before that it is not asked for."""
    last_step: Mapped[int] = mapped_column(default=0)
    """Half minute of the latest code that was used: none is good twice."""


class RecoveryCode(Base):
    """A code that replaces the app once."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]
