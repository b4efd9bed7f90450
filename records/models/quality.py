"""What the quality rules found in conversations, for supervisors."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base


class QualityFinding(Base):
    """One line of one conversation that breaks a rule; found again, it stays one."""

    __tablename__ = "quality_findings"
    __table_args__ = (
        UniqueConstraint("conversation_id", "rule", "seq"),
        Index("ix_quality_findings_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    rule: Mapped[str] = mapped_column(String(40))
    """Code of one of `handoff.quality.RULES`."""
    seq: Mapped[int]
    """The line that shows it."""
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    """Whose line it is, or who held the conversation; empty where it was the assistant."""
    why: Mapped[str] = mapped_column(String(300))
    at: Mapped[datetime]
    """When the line was written."""
    found_at: Mapped[datetime]
