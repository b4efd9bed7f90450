"""Where forms are kept between turns and between days: the table of forms, one row per service begun.

Reads all recent forms of a conversation at once and writes back only what a turn changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from actions.forms.state import FormState, from_json
from records.models import Form as FormRow
from records.prepared import Prepared

KEPT = 8
"""So many forms of a conversation are looked at; older ones are history."""


class Status(StrEnum):
    """Where a form is in its life."""

    OPEN = "open"
    SUSPENDED = "suspended"
    DONE = "done"
    CANCELLED = "cancelled"
    HANDED_OVER = "handed_over"
    MOVED = "moved"
    """The customer went on with it in another conversation."""


@dataclass(slots=True)
class Sheet:
    """A form of a conversation, as a turn works on it."""

    version: int
    service: str
    status: Status
    state: FormState
    updated_at: datetime
    is_new: bool = False
    is_changed: bool = False
    is_passing: bool = False
    """Begun and answered in the same turn, without a question and without a record."""

    shown: dict[str, Any] = field(default_factory=dict)
    """The form as people read it (values, missing, failed), kept beside the state for the agent's packet."""

    def change(self, *, status: Status | None = None, state: FormState | None = None) -> None:
        """Set status or state; the shelf writes it at the end of the turn."""
        self.status = status or self.status
        self.state = state or self.state
        self.is_changed = True


# Statements are built once and run on the connection itself: this is the path of every single turn.
_TABLE = cast(Table, FormRow.__table__)
_RECENT = Prepared(
    select(FormRow.version, FormRow.service, FormRow.status, FormRow.state, FormRow.updated_at)
    .where(FormRow.conversation_id == bindparam("conversation_id"))
    .order_by(FormRow.version.desc())
    .limit(KEPT)
)
_ADD = Prepared(insert(_TABLE))
_CHANGE = Prepared(
    update(_TABLE)
    .where(_TABLE.c.conversation_id == bindparam("of"), _TABLE.c.version == bindparam("at"))
    .values(status=bindparam("status"), state=bindparam("state"), updated_at=bindparam("updated_at"))
)


def recent(session: Session, conversation_id: str) -> list[Sheet]:
    """The latest forms of the conversation, newest first."""
    rows = _RECENT.all(session, conversation_id=conversation_id)
    return [
        Sheet(version, service, Status(status), from_json(state), updated_at)
        for version, service, status, state, updated_at in rows
    ]


def write(session: Session, conversation_id: str, sheets: Sequence[Sheet], now: datetime) -> None:
    """Store what the turn changed. What was begun and answered in one breath leaves no form."""
    for sheet in sheets:
        if sheet.is_passing or not (sheet.is_new or sheet.is_changed):
            continue
        values: dict[str, Any] = {
            "status": sheet.status.value,
            "state": sheet.state.as_json() | sheet.shown,
            "updated_at": now,
        }
        if sheet.is_new:
            values |= {
                "conversation_id": conversation_id,
                "version": sheet.version,
                "service": sheet.service,
            }
            _ADD.run(session, values)
        else:
            _CHANGE.run(session, values | {"of": conversation_id, "at": sheet.version})


def has_open(session: Session, conversation_id: str) -> bool:
    """Whether a form waits for its next answer."""
    return (
        session.scalar(
            select(FormRow.version)
            .where(FormRow.conversation_id == conversation_id, FormRow.status == Status.OPEN.value)
            .limit(1)
        )
        is not None
    )
