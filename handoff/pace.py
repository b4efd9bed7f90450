"""The pace of the queue: measured beside it from time to time, read in one small row on every arrival.

From the capacity on duty, how long conversations were held of late, and how earlier ranges held.
"""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from handoff import capacity, waiting
from handoff.waiting import Wait
from records.models import ConversationId, Handoff, HandoffState, Pace
from records.models.base import Moment

EVERY_SECONDS = 15.0
"""How often it is measured while somebody waits."""

IDLE_SECONDS = 300.0
"""And while nobody does."""

STALE_SECONDS = 900.0
"""An older measurement says nothing."""

SAMPLE = 200
"""Latest conversations it is measured by."""

ENOUGH = 10
"""Fewer ended conversations say nothing about the next one."""

_ROW = 1
_READ = select(Pace.measured_at, Pace.place_seconds, Pace.room, Pace.low_level, Pace.high_level).where(
    Pace.id == _ROW
)
_SOMEBODY_WAITS = select(Handoff.id).where(Handoff.state == HandoffState.QUEUED).limit(1)
_RECENT = (
    select(
        Handoff.queued_at,
        Handoff.accepted_at,
        Handoff.ended_at,
        Handoff.entry_place,
        Handoff.entry_pace_seconds,
        Handoff.due_at,
    )
    .where(Handoff.accepted_at > bindparam("since", type_=Moment))
    .order_by(Handoff.accepted_at.desc())
    .limit(SAMPLE)
)
_LEFT = (
    select(Handoff.queued_at, Handoff.ended_at, Handoff.entry_place, Handoff.entry_pace_seconds)
    .where(
        Handoff.state == HandoffState.ABANDONED,
        Handoff.queued_at > bindparam("since", type_=Moment),
        Handoff.entry_place > 0,
        Handoff.entry_pace_seconds.is_not(None),
    )
    .order_by(Handoff.queued_at.desc())
    .limit(SAMPLE)
)
_WINDOW = timedelta(hours=8)


def read(session: Session, now: datetime) -> waiting.Pace:
    """The pace as last measured; it knows nothing when that was too long ago."""
    row = session.connection().execute(_READ).first()
    if row is None or (now - row.measured_at).total_seconds() > STALE_SECONDS:
        return waiting.Pace(None, 0)
    return waiting.Pace(row.place_seconds, row.room, row.low_level, row.high_level)


def is_due(session: Session, now: datetime) -> bool:
    """Whether it should be measured anew."""
    row = session.connection().execute(_READ).first()
    if row is None:
        return True
    age = (now - row.measured_at).total_seconds()
    if age < EVERY_SECONDS:
        return False
    return age >= IDLE_SECONDS or session.connection().execute(_SOMEBODY_WAITS).first() is not None


def measure(session: Session, now: datetime, *, presence_seconds: float) -> list[ConversationId]:
    """Measure it and keep it; nobody's conversation moves by that."""
    agents = capacity.present(session, now, presence_seconds).values()
    places = sum(agent.capacity for agent in agents)
    rows = session.connection().execute(_RECENT, {"since": now - _WINDOW}).all()
    # A conversation that is still going on has lasted at least so long: left out, long ones would not count.
    ended = sum(row.ended_at is not None for row in rows)
    held = sum(((row.ended_at or now) - row.accepted_at).total_seconds() for row in rows)
    known = ended >= ENOUGH and places > 0
    answered = [
        Wait(row.entry_place, row.entry_pace_seconds, (row.accepted_at - row.queued_at).total_seconds())
        for row in rows
        if row.entry_place and row.entry_pace_seconds and row.due_at is None
    ]
    # As far back as those who were answered: others would weigh more than they were.
    since = min((row.queued_at for row in rows), default=now)
    left = [
        Wait(row.entry_place, row.entry_pace_seconds, (row.ended_at - row.queued_at).total_seconds(), False)
        for row in session.connection().execute(_LEFT, {"since": since})
    ]
    low, high = waiting.levels(answered + left)
    session.merge(
        Pace(
            id=_ROW,
            measured_at=now,
            place_seconds=held / ended / places if known else None,
            room=sum(max(0, agent.capacity - agent.load) for agent in agents),
            low_level=low,
            high_level=high,
        )
    )
    session.flush()
    return []
