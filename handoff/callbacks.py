"""Call-backs: a customer leaves the queue for a call at an agreed time, and returns when it comes.

The place of the first arrival is kept, so that whoever is called at three is served at three. A promise
always lies in the hours in which people answer.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from handoff import capacity, presence, transfers
from handoff.refusals import NotWaiting
from records import audit, calendar, ledger
from records.clock import CENTRE_ZONE
from records.ledger import Standing
from records.models import ConversationId, Handoff, HandoffState
from records.models.base import Moment
from records.ownership import TRANSITIONS, Event

_WAITING = (HandoffState.QUEUED, HandoffState.OFFERED, HandoffState.ACTIVE)
_HANDOFFS = cast(Table, Handoff.__table__)
_DUE = select(Handoff.conversation_id).where(
    Handoff.state == HandoffState.CALLBACK, Handoff.due_at <= bindparam("now", type_=Moment)
)
_SUPERSEDE = (
    update(_HANDOFFS)
    .where(
        _HANDOFFS.c.conversation_id == bindparam("conversation"), _HANDOFFS.c.state == HandoffState.CALLBACK
    )
    .values(state=HandoffState.DONE, disposition="handed_over_again", ended_at=bindparam("now", type_=Moment))
)


def promise(
    session: Session,
    conversation_id: ConversationId,
    at: datetime,
    now: datetime,
    actor: str = "customer",
    *,
    epoch: int | None = None,
    where: str = "",
    call: Mapping[str, Any] | None = None,
) -> datetime:
    """Promise a call instead of the wait; returns when it will be: `at`, or the next opening after it.

    `where` is the number as the customer is told it, after "at 10:30"; `call` is whom to call, for
    machines, and never shown: `{"phone": ...}` as it was given, or `{"customer": id}` for the number on file.

    Raises:
        NotWaiting: the conversation is not with people.
        ImpossibleChange: somebody else was faster.
        StaleEpoch: `epoch` was given and is past.
    """
    standing = ledger.lock(session, conversation_id)
    handoff = session.scalars(
        select(Handoff).where(Handoff.conversation_id == conversation_id, Handoff.state.in_(_WAITING))
    ).first()
    if handoff is None:
        raise NotWaiting
    due = calendar.next_opening(max(at, now))
    local = due.astimezone(CENTRE_ZONE)
    words = f"We will call you on {local:%A}, {local.day} {local:%B}, at {local:%H:%M}{where}."
    transfers.withdraw(session, handoff.id, now)
    more = {"call": dict(call)} if call else None
    ledger.change_owner(session, standing, Event.LEAVE_CALLBACK, now, epoch=epoch, text=words, more=more)
    agent_id = handoff.agent_id
    handoff.state = HandoffState.CALLBACK
    handoff.agent_id = None
    handoff.offer_until = None
    handoff.accepted_at = None
    handoff.due_at = due
    session.flush()
    if agent_id is not None:
        presence.release(session, agent_id, now)
    known = {"number": "given" if "phone" in call else "on_file"} if call else {}
    audit.note(
        session, now, actor, "callback_promised", f"conversation:{conversation_id}",
        due=due.isoformat(), **known,
    )  # fmt: skip
    return due


def bring_due(session: Session, now: datetime) -> list[ConversationId]:
    """Put the call-backs whose time has come into the line."""
    found = capacity.free(session, session.connection().execute(_DUE, {"now": now}).scalars())
    if not found:
        return []
    moved: list[ConversationId] = []
    for handoff in session.scalars(
        select(Handoff)
        .where(Handoff.conversation_id.in_(found), Handoff.state == HandoffState.CALLBACK)
        .order_by(Handoff.id)
    ).all():
        standing = ledger.lock(session, ConversationId(handoff.conversation_id))
        if (standing.owner, Event.CALLBACK_DUE) not in TRANSITIONS:
            continue
        ledger.change_owner(session, standing, Event.CALLBACK_DUE, now)
        handoff.state = HandoffState.QUEUED
        handoff.declined_by = []
        handoff.told_position = None
        audit.note(session, now, "system", "callback_due", f"conversation:{standing.id}")
        moved.append(standing.id)
    session.flush()
    return moved


def is_due(session: Session, now: datetime) -> bool:
    """Whether a promised call's time has come."""
    return session.connection().execute(_DUE.limit(1), {"now": now}).first() is not None


def supersede(session: Session, standing: Standing, now: datetime) -> None:
    """The conversation is handed over anew: a call promised in it before is not made a second time."""
    session.connection().execute(_SUPERSEDE, {"conversation": standing.id, "now": now})
