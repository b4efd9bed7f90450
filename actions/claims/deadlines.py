"""Promised decisions: how much working time is left for each claim, and which promises were broken.

Reads and reports; it never moves a deadline.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from actions.claims.casefile import DECIDED
from records import audit, calendar
from records.models import Claim

SOON = timedelta(hours=3)
"""Working time left from which a claim is at risk."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """What an agent sees of a claim's clock."""

    number: str
    scheme: str
    due: datetime
    left: timedelta
    """Working time left; nothing once it is over."""

    is_broken: bool


def deadline_of(claim: Claim, now: datetime) -> Deadline | None:
    """The claim's clock; None while papers are missing, and once it is decided."""
    if claim.decision_due is None or claim.status in DECIDED:
        return None
    left = calendar.working_time(now, claim.decision_due)
    return Deadline(claim.number, claim.scheme, claim.decision_due, left, now > claim.decision_due)


def running(session: Session) -> list[Claim]:
    """Claims whose clock runs, the most urgent first."""
    return list(session.scalars(select(Claim).where(*_RUNNING).order_by(Claim.decision_due, Claim.id)))


def overdue(session: Session, now: datetime) -> list[Deadline]:
    """Claims whose promised moment is past: the breach alerts."""
    return [line for line in _deadlines(session, now) if line.is_broken]


def at_risk(session: Session, now: datetime) -> list[Deadline]:
    """Claims with little working time left."""
    return [line for line in _deadlines(session, now) if not line.is_broken and line.left <= SOON]


def note_breaches(session: Session, now: datetime) -> list[str]:
    """Put every newly broken promise on record, once; the numbers of the claims."""
    late = session.scalars(
        select(Claim)
        .where(*_RUNNING, Claim.decision_due < now, Claim.breach_noted_at.is_(None))
        .order_by(Claim.decision_due)
        .with_for_update(skip_locked=True, of=Claim)
    ).all()
    for claim in late:
        claim.breach_noted_at = now
        due = claim.decision_due.isoformat() if claim.decision_due else ""
        audit.note(
            session, now, "system", "claim.deadline_missed", f"claim:{claim.number}",
            scheme=claim.scheme, due=due,
        )  # fmt: skip
    return [claim.number for claim in late]


def has_unnoted_breach(session: Session, now: datetime) -> bool:
    """Whether there is anything to put on record."""
    return (
        session.scalar(
            select(Claim.id)
            .where(*_RUNNING, Claim.decision_due < now, Claim.breach_noted_at.is_(None))
            .limit(1)
        )
        is not None
    )


_RUNNING: Sequence[ColumnElement[bool]] = (
    Claim.decision_due.is_not(None),
    Claim.status.not_in(DECIDED),
)


def _deadlines(session: Session, now: datetime) -> list[Deadline]:
    return [line for claim in running(session) if (line := deadline_of(claim, now)) is not None]
