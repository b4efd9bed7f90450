"""The wallboard: what the centre is doing, in figures read from the records.

Reads only, and decides nothing. Every figure says what it counts; None means that there is nothing to count
yet, which is not the same as nought.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from records.models import Agent, Conversation, Handoff, HandoffState

THRESHOLD_SECONDS = {"phone": 20.0}
"""Within how many seconds an answer is in time; 80 in 20 is what telephone centres aim at."""

CHAT_THRESHOLD_SECONDS = 60.0
"""And on every other channel; 80 in 60 is usual for chats."""

_WAITING = (HandoffState.QUEUED, HandoffState.OFFERED)
_BUSY = (HandoffState.OFFERED, HandoffState.ACTIVE)


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` until before `end`."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """One time that a customer was given to people."""

    channel: str
    province: str
    at: datetime
    """When they came into the queue; for a promised call, when it was due."""
    waited_seconds: float
    """Until they were answered, gave up, or until now."""
    outcome: str
    """answered, abandoned, callback (left the queue for a call) or waiting."""
    busy_seconds: float | None
    """How long an agent talked to them; None while it is not over."""

    @property
    def in_time(self) -> bool:
        """Whether the wait was no longer than the channel's threshold."""
        return self.waited_seconds <= THRESHOLD_SECONDS.get(self.channel, CHAT_THRESHOLD_SECONDS)


@dataclass(frozen=True, slots=True)
class Service:
    """How arrivals were served."""

    arrivals: int
    answered: int
    abandoned: int
    callbacks: int
    waiting: int
    level: float | None
    """Asterisk's first definition: answered in time, of all answered. Who gave up does not count at all."""
    level_with_abandoned: float | None
    """Asterisk's second: answered in time and given up in time, of all answered and all who gave up."""
    answer_seconds: float | None
    """Mean wait of those who were answered."""
    longest_seconds: float | None
    """Longest wait of all, those who wait now included."""
    abandonment: float | None
    """Who gave up, of those who were answered or gave up."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """An agent, as a supervisor sees the floor."""

    agent_id: int
    name: str
    province: str
    state: str
    """away, available, busy (has something to do), full, or gone (available, but without a sign of life)."""
    holds: int
    capacity: int
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Floor:
    """This moment."""

    waiting: int
    longest_wait_seconds: float | None
    colleagues: tuple[Colleague, ...]

    @property
    def present(self) -> int:
        """Agents who can be given something, or have something to do."""
        return sum(one.state in ("available", "busy", "full") for one in self.colleagues)

    @property
    def busy(self) -> int:
        """Agents who have something to do."""
        return sum(one.state in ("busy", "full") for one in self.colleagues)

    @property
    def occupancy(self) -> float | None:
        """Agents with something to do, of those present."""
        return share(self.busy, self.present)

    @property
    def room(self) -> float | None:
        """Conversations held, of all that those present may hold."""
        there = [one for one in self.colleagues if one.state in ("available", "busy", "full")]
        return share(sum(one.holds for one in there), sum(one.capacity for one in there))


def arrivals(session: Session, period: Period, now: datetime) -> list[Arrival]:
    """Everybody who was given to people in the period, in the order they came."""
    rows = session.execute(
        select(
            Conversation.channel,
            Handoff.packet["customer"]["province"].as_string(),
            Handoff.state,
            Handoff.queued_at,
            Handoff.due_at,
            Handoff.accepted_at,
            Handoff.ended_at,
        )
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .where(Handoff.queued_at >= period.start, Handoff.queued_at < period.end)
        .order_by(Handoff.queued_at, Handoff.id)
    )
    return [_arrival(now, *row) for row in rows]


def service(came: Sequence[Arrival]) -> Service:
    """The figures of some arrivals."""
    outcomes = Counter(one.outcome for one in came)
    answered, abandoned = outcomes["answered"], outcomes["abandoned"]
    answered_in_time = sum(one.in_time for one in came if one.outcome == "answered")
    abandoned_in_time = sum(one.in_time for one in came if one.outcome == "abandoned")
    waits = [one.waited_seconds for one in came if one.outcome == "answered"]
    return Service(
        arrivals=len(came),
        answered=answered,
        abandoned=abandoned,
        callbacks=outcomes["callback"],
        waiting=outcomes["waiting"],
        level=share(answered_in_time, answered),
        level_with_abandoned=share(answered_in_time + abandoned_in_time, answered + abandoned),
        answer_seconds=sum(waits) / len(waits) if waits else None,
        longest_seconds=max((one.waited_seconds for one in came if one.outcome != "callback"), default=None),
        abandonment=share(abandoned, answered + abandoned),
    )


def floor(session: Session, now: datetime, presence_seconds: float) -> Floor:
    """Who is there, what they hold, and who waits."""
    waiting, oldest = session.execute(
        select(func.count(), func.min(Handoff.queued_at)).where(Handoff.state.in_(_WAITING))
    ).one()
    held: Counter[int] = Counter(
        agent_id
        for agent_id in session.scalars(select(Handoff.agent_id).where(Handoff.state.in_(_BUSY)))
        if agent_id is not None
    )
    cutoff = now - timedelta(seconds=presence_seconds)
    agents = session.scalars(select(Agent).order_by(Agent.name)).all()
    colleagues = (
        Colleague(
            agent.id,
            agent.name,
            agent.province,
            _state_of(agent, held[agent.id], cutoff),
            held[agent.id],
            agent.capacity,
            agent.seen_at,
        )
        for agent in agents
    )
    return Floor(waiting, seconds(oldest, now) if oldest else None, tuple(colleagues))


def share(part: float, whole: float) -> float | None:
    """A part of a whole; None of nothing."""
    return part / whole if whole else None


def seconds(start: datetime, end: datetime) -> float:
    """How long it is from one moment to the other."""
    return (end - start).total_seconds()


def _arrival(
    now: datetime,
    channel: str,
    province: str | None,
    state: HandoffState,
    queued_at: datetime,
    due_at: datetime | None,
    accepted_at: datetime | None,
    ended_at: datetime | None,
) -> Arrival:
    at = max(queued_at, due_at) if due_at else queued_at
    if accepted_at is not None:
        outcome, until = "answered", accepted_at
    elif state is HandoffState.ABANDONED:
        outcome, until = "abandoned", ended_at or at
    elif state in _WAITING:
        outcome, until = "waiting", now
    else:
        # Left for a call, or came back by another way before it.
        outcome, until = "callback", at
    busy = seconds(accepted_at, ended_at) if accepted_at and ended_at else None
    return Arrival(channel, province or "", at, max(0.0, seconds(at, until)), outcome, busy)


def _state_of(agent: Agent, holds: int, cutoff: datetime) -> str:
    alive = agent.seen_at is not None and agent.seen_at > cutoff
    if holds and alive:
        return "full" if holds >= agent.capacity else "busy"
    if not agent.available:
        return "away"
    return "available" if alive else "gone"
