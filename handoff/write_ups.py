"""Write-ups whose time is over: they are closed by the clock, so that nothing stays open for want of notes.

Only what its agent left lying: a write-up in time is never touched.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from handoff import capacity
from handoff.desk import Disposition
from records import audit, ledger
from records.models import ConversationId, Handoff, HandoffState, Owner
from records.models.base import Moment
from records.ownership import Event

_LONG_WRITTEN = select(Handoff.conversation_id).where(
    Handoff.state == HandoffState.WRAP_UP, Handoff.ended_at <= bindparam("cutoff", type_=Moment)
)
_LONG_WRITTEN_OF = _LONG_WRITTEN.add_columns(Handoff.id, Handoff.agent_id).where(
    Handoff.conversation_id.in_(bindparam("found", expanding=True))
)
_CLOSE = (
    update(Handoff)
    .where(Handoff.id == bindparam("handoff"))
    .values(state=HandoffState.DONE, disposition=Disposition.NOT_WRITTEN_UP.value)
)


def close_long(session: Session, now: datetime, *, wrap_up_seconds: float) -> list[ConversationId]:
    """Close the write-ups whose time is over; returns their conversations."""
    cutoff: dict[str, Any] = {"cutoff": now - timedelta(seconds=wrap_up_seconds)}
    found = capacity.free(session, session.connection().execute(_LONG_WRITTEN, cutoff).scalars())
    if not found:
        return []
    rows = session.connection().execute(_LONG_WRITTEN_OF, cutoff | {"found": found}).all()
    for conversation_id, handoff_id, agent_id in rows:
        standing = ledger.lock(session, ConversationId(conversation_id))
        if standing.owner is Owner.WRAP_UP:
            ledger.change_owner(session, standing, Event.RETURN_TO_BOT, now)
        session.connection().execute(_CLOSE, {"handoff": handoff_id})
        audit.note(
            session, now, "system", "wrap_up_closed", f"conversation:{conversation_id}", agent=agent_id
        )
    return [ConversationId(conversation_id) for conversation_id, _, _ in rows]


def has_long(session: Session, now: datetime, *, wrap_up_seconds: float) -> bool:
    """Whether some write-up's time is over."""
    cutoff = {"cutoff": now - timedelta(seconds=wrap_up_seconds)}
    return session.connection().execute(_LONG_WRITTEN.limit(1), cutoff).first() is not None
