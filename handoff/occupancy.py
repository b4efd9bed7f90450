"""Occupancy of a past period: how much of the time in which agents were available they had something to do.

Reads only: the switches that the audit keeps, and the conversations themselves.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.wallboard import Period, seconds
from records.models import Agent, AuditEntry, Handoff

Span = tuple[datetime, datetime]

LONGEST_SHIFT = timedelta(hours=24)
"""Nobody is available for longer: an older switch says nothing about now."""


def occupancy(session: Session, period: Period) -> float | None:
    """The share of the time in which agents were available that they had something to do.

    From the switches that the audit keeps and from the conversations themselves; an agent with two
    conversations at a time is busy once. None when nobody was available.
    """
    there = _availability(session, period)
    at_work: defaultdict[int, list[Span]] = defaultdict(list)
    rows = session.execute(
        select(Handoff.agent_id, Handoff.accepted_at, Handoff.ended_at).where(
            Handoff.agent_id.is_not(None),
            Handoff.accepted_at < period.end,
            Handoff.ended_at.is_(None) | (Handoff.ended_at > period.start),
        )
    )
    for agent_id, accepted_at, ended_at in rows:
        if agent_id is not None and accepted_at is not None:
            at_work[agent_id].append(
                (max(accepted_at, period.start), min(ended_at or period.end, period.end))
            )
    available = sum(_length(spans) for spans in there.values())
    # Who switched away still serves those they hold: that is work, but not the time they were there for.
    busy = sum(
        _length(work) + _length(there[agent_id]) - _length([*work, *there[agent_id]])
        for agent_id, work in at_work.items()
        if agent_id in there
    )
    return busy / available if available else None


def _availability(session: Session, period: Period) -> dict[int, list[Span]]:
    """By agent, the spans of the period in which their switch was on."""
    ids = {f"agent:{login}": agent_id for agent_id, login in session.execute(select(Agent.id, Agent.login))}
    lines = session.execute(
        select(AuditEntry.subject, AuditEntry.action, AuditEntry.at)
        .where(
            AuditEntry.action.in_(("available", "away")),
            AuditEntry.at >= period.start - LONGEST_SHIFT,
            AuditEntry.at < period.end,
        )
        .order_by(AuditEntry.at, AuditEntry.id)
    )
    on_since: dict[int, datetime] = {}
    spans: defaultdict[int, list[Span]] = defaultdict(list)
    for subject, action, at in lines:
        agent_id = ids.get(subject)
        if agent_id is None:
            continue
        if action == "available":
            on_since.setdefault(agent_id, max(at, period.start))
        elif agent_id in on_since:
            spans[agent_id].append((on_since.pop(agent_id), max(at, period.start)))
    for agent_id, since in on_since.items():
        spans[agent_id].append((since, period.end))
    return dict(spans)


def _length(spans: Iterable[Span]) -> float:
    """Seconds covered by the spans, what overlaps counted once."""
    total, reached = 0.0, None
    for start, end in sorted(spans):
        start = start if reached is None else max(start, reached)
        if end > start:
            total += seconds(start, end)
        reached = end if reached is None else max(reached, end)
    return total
