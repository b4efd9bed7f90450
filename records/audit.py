"""The audit: one line for every proof of identity, every look at personal data, every decision."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from records.models import AuditEntry


def note(session: Session, now: datetime, actor: str, action: str, subject: str, **detail: Any) -> None:
    """Write one line in the caller's transaction: what is undone leaves no trace, what is done leaves one."""
    session.execute(
        insert(AuditEntry).values(at=now, actor=actor, action=action, subject=subject, detail=detail)
    )
