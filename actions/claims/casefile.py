"""A claim's file: which papers arrived, which are promised, which clock runs and since when.

The only place that changes a claim's papers; each change leaves an audit line. It never decides the claim.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.claims import one_day
from actions.claims.one_day import Case, Condition, Scheme
from records import audit
from records.clock import CENTRE_ZONE
from records.models import Claim, Paper, Policy, Rider

DECIDED = frozenset({"approved", "paid", "refused", "closed"})
"""States of a claim in which no clock runs and no paper is asked for."""

_CRITICAL = "critical_illness"


def case_of(session: Session, claim: Claim) -> Case:
    """What the conditions of the one-day decision look at, as the records have it now."""
    policy = claim.policy
    return Case(
        group=None if policy is None else policy.product.group,
        covers_critical_illness=policy is not None and _covers_critical_illness(session, policy),
        illness=claim.illness,
        first_diagnosis=claim.first_diagnosis,
        start=None if policy is None else policy.start,
        state=None if policy is None else policy.state,
        asked_on=claim.reported_at.astimezone(CENTRE_ZONE).date(),
        missing=tuple(claim.missing),
    )


def look_at(session: Session, claim: Claim) -> tuple[Case, Condition | None]:
    """The case as it is now, and the condition that stands against the one-day decision."""
    case = case_of(session, claim)
    return case, one_day.scheme(case)[1]


def assess(session: Session, claim: Claim) -> tuple[Case, Condition | None]:
    """Set the clock that fits the claim; not once it runs."""
    case = case_of(session, claim)
    which, against = one_day.scheme(case)
    if claim.papers_complete_at is None:
        claim.scheme, claim.scheme_reason = which.value, against.value if against else ""
    return case, against


def take_paper(
    session: Session, claim: Claim, title: str, files: Sequence[Paper], now: datetime, *, actor: str
) -> bool:
    """A missing paper arrived; the last one starts the clock. Whether it was missing.

    Without `files` it came another way, and a colleague has it in hand.
    """
    if title not in claim.missing:
        return False
    claim.missing = [paper for paper in claim.missing if paper != title]
    claim.promised = [paper for paper in claim.promised if paper != title]
    for file in files:
        file.claim_id, file.title, file.taken_at = claim.id, title, now
    _note(session, claim, now, actor, "claim.paper_arrived", paper=title, files=[file.id for file in files])
    if not claim.missing and claim.status not in DECIDED:
        assess(session, claim)
        claim.status = "in_review"
        claim.papers_complete_at = now
        claim.decision_due = one_day.decision_due(Scheme(claim.scheme), now)
        _note(
            session, claim, now, actor, "claim.papers_complete",
            scheme=claim.scheme, due=claim.decision_due.isoformat(),
        )  # fmt: skip
    session.flush()
    return True


def promise_paper(session: Session, claim: Claim, title: str, now: datetime, *, actor: str) -> None:
    """The customer will send a paper later; it stays missing."""
    if title in claim.missing and title not in claim.promised:
        claim.promised = [*claim.promised, title]
        _note(session, claim, now, actor, "claim.paper_promised", paper=title)
        session.flush()


def ask_again(session: Session, claim: Claim, title: str, because: str, now: datetime, *, actor: str) -> None:
    """A colleague cannot use a paper, or needs a further one: the clock stops until it is there."""
    if title not in claim.missing:
        claim.missing = [*claim.missing, title]
    claim.status = "documents_missing"
    claim.papers_complete_at = claim.decision_due = claim.breach_noted_at = None
    _note(session, claim, now, actor, "claim.paper_asked", paper=title, because=because)
    session.flush()


def waiting_files(session: Session, conversation_id: str) -> Sequence[Paper]:
    """Files sent in the conversation that no service has taken yet, oldest first."""
    return session.scalars(
        select(Paper)
        .where(Paper.conversation_id == conversation_id, Paper.taken_at.is_(None))
        .order_by(Paper.received_at, Paper.id)
    ).all()


def _covers_critical_illness(session: Session, policy: Policy) -> bool:
    if policy.product.kind == _CRITICAL:
        return True
    riders = session.scalars(select(Rider).where(Rider.policy_id == policy.id))
    return any(rider.product.kind == _CRITICAL for rider in riders)


def _note(session: Session, claim: Claim, now: datetime, actor: str, action: str, **detail: object) -> None:
    audit.note(session, now, actor, action, f"claim:{claim.number}", **detail)
