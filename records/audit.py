"""The audit: one line for every proof of identity, every look at personal data, every decision."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from records.models import AuditEntry
from records.prepared import Prepared

_INSERT = Prepared(insert(cast(Table, AuditEntry.__table__)))


def note(session: Session, now: datetime, actor: str, action: str, subject: str, **detail: Any) -> None:
    """Write one line in the caller's transaction: what is undone leaves no trace, what is done leaves one."""
    line = {"at": now, "actor": actor, "action": action, "subject": subject, "detail": detail}
    _INSERT.run(session, line)
