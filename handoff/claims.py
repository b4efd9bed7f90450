"""Claims as agents see them: their papers, their clock, who would be paid, and what was decided so far.

Reads only. Whoever shows it to somebody leaves the line of audit; see `handoff.casedesk`.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from actions.claims import casefile, deadlines, one_day, telling, verdict
from actions.claims.casefile import DECIDED
from actions.claims.one_day import Scheme
from actions.claims.verdict import Payee
from actions.services.claim_papers import KINDS
from actions.services.wording import money
from handoff import sources
from handoff.sheets import PaperLine
from records import calendar
from records.models import Agent, Claim, ClaimPayout, Paper

SHOWN = 200


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim in a list."""

    number: str
    kind: str
    insured: str
    policy: str
    status: str
    is_one_day: bool
    reported_at: datetime
    missing: tuple[str, ...]
    due: datetime | None
    """By when the decision is promised; none while papers are missing."""

    left: str
    """Working time left, in words."""

    is_broken: bool
    is_near: bool
    is_direct: bool
    waits_for_second: bool
    customer_number: str
    """The policyholder; empty when the policy is not known."""

    conversation_id: str


@dataclass(frozen=True, slots=True)
class ClaimSheet:
    """Everything that is known of a claim, for the agent who decides."""

    row: ClaimRow
    facts: tuple[tuple[str, str], ...]
    story: str
    promised: tuple[str, ...]
    clock: str
    """Which clock runs, and why not the fast one."""

    papers: tuple[PaperLine, ...]
    payees: tuple[Payee, ...]
    hospital: str
    sum_insured: str
    proposal: tuple[str, ...]
    """What one agent agreed to pay, line by line; empty where nothing waits."""

    agreed_by: str
    agreed_login: str
    second: str
    """Why a second agent must agree to the proposal."""


def open_claims(session: Session, now: datetime) -> tuple[ClaimRow, ...]:
    """Claims that are not decided: the running clocks first, the most urgent on top, then by age."""
    found = session.scalars(
        select(Claim)
        .where(Claim.status.not_in(DECIDED))
        .order_by(Claim.decision_due.is_(None), Claim.decision_due, Claim.reported_at, Claim.id)
        .limit(SHOWN)
    ).all()
    seconds = set(
        session.scalars(
            select(ClaimPayout.claim_id).where(
                ClaimPayout.claim_id.in_([claim.id for claim in found]), ClaimPayout.ordered_at.is_(None)
            )
        )
    )
    return tuple(row_of(claim, now, waits_for_second=claim.id in seconds) for claim in found)


def count_to_decide(session: Session) -> int:
    """How many claims have all their papers and wait for a decision."""
    running = (Claim.status.not_in(DECIDED), Claim.decision_due.is_not(None))
    return session.scalar(select(func.count()).where(*running)) or 0


def find(session: Session, number: str) -> Claim | None:
    """The claim of a number."""
    return session.scalars(select(Claim).where(Claim.number == number)).one_or_none()


def row_of(claim: Claim, now: datetime, *, waits_for_second: bool) -> ClaimRow:
    """A claim as a line of a list."""
    clock = deadlines.deadline_of(claim, now)
    return ClaimRow(
        number=claim.number,
        kind=sources.label_of(KINDS.get(claim.kind, claim.kind)),
        insured=claim.insured_name or (claim.policy.insured.name if claim.policy else "Not known"),
        policy=claim.policy_number,
        status=sources.label_of(claim.status),
        is_one_day=claim.scheme == Scheme.ONE_DAY,
        reported_at=claim.reported_at,
        missing=tuple(claim.missing),
        due=clock.due if clock else None,
        left=_left(clock) if clock else "",
        is_broken=clock is not None and clock.is_broken,
        is_near=clock is not None and not clock.is_broken and clock.left <= deadlines.SOON,
        is_direct=claim.direct_payment,
        waits_for_second=waits_for_second,
        customer_number=claim.policy.holder.number if claim.policy else "",
        conversation_id=claim.conversation_id or "",
    )


def sheet(session: Session, claim: Claim, now: datetime) -> ClaimSheet:
    """All that is known of a claim."""
    waiting = verdict.proposed(session, claim)
    agreed = waiting[0].agreed_by if waiting else ""
    login = agreed.removeprefix("agent:")
    name = session.scalar(select(Agent.name).where(Agent.login == login)) if login else None
    total = sum((payout.amount for payout in waiting), Decimal(0))
    return ClaimSheet(
        row=row_of(claim, now, waits_for_second=bool(waiting)),
        facts=_facts(claim),
        story=claim.description,
        promised=tuple(claim.promised),
        clock=_clock(session, claim, now),
        papers=papers_of(session, claim),
        payees=verdict.payees_of(session, claim),
        hospital=claim.hospital,
        sum_insured=money(claim.policy.sum_insured) if claim.policy else "",
        proposal=tuple(
            f"{money(payout.amount)} to {payout.payee}, account ending {payout.account[-4:]}"
            for payout in waiting
        ),
        agreed_by=name or login,
        agreed_login=login,
        second=(verdict.needs_second(claim, total, now) or "") if waiting else "",
    )


def papers_of(session: Session, claim: Claim) -> tuple[PaperLine, ...]:
    """The files of a claim, oldest first."""
    found = session.scalars(
        select(Paper).where(Paper.claim_id == claim.id).order_by(Paper.received_at, Paper.id)
    )
    return tuple(PaperLine(one.id, one.title or "Paper", one.media, one.received_at) for one in found)


def in_working_time(seconds: float) -> str:
    """A length of the working-day clock: "5 h 20 min", "2 working days 3 h"."""
    minutes = int(seconds // 60)
    days, rest = divmod(minutes, int(calendar.WORKING_DAY.total_seconds() // 60))
    hours, minutes = divmod(rest, 60)
    if days:
        return f"{days} working day{'s' if days > 1 else ''}" + (f" {hours} h" if hours else "")
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"


def _left(clock: deadlines.Deadline) -> str:
    return "Promise broken" if clock.is_broken else f"{in_working_time(clock.left.total_seconds())} left"


def _clock(session: Session, claim: Claim, now: datetime) -> str:
    if claim.decision_due is not None:
        which = "One-day decision" if claim.scheme == Scheme.ONE_DAY else "Usual decision"
        late = " The promise is broken." if now > claim.decision_due else ""
        return f"{which}: promised by {telling.moment(claim.decision_due)}.{late}"
    case, against = casefile.look_at(session, claim)
    if against is None:
        return "One-day decision: the clock starts with the last paper."
    days = f"Usual decision, {one_day.USUAL_DAYS} working days from the last paper"
    return f"{days}: {one_day.because(against, case)}."


def _facts(claim: Claim) -> tuple[tuple[str, str], ...]:
    policy = claim.policy
    lines = (
        ("Insured", claim.insured_name),
        ("Reported by", sources.label_of(claim.reporter)),
        ("Happened", f"{claim.happened_on:%d %b %Y}" if claim.happened_on else ""),
        ("Place", claim.place),
        ("Illness", sources.label_of(claim.illness)),
        ("First diagnosis", {True: "Yes", False: "No"}.get(claim.first_diagnosis, "")
         if claim.first_diagnosis is not None else ""),
        ("Hospital", claim.hospital),
        ("Phone", claim.contact_phone),
        ("Policy", f"{policy.number} · {policy.product.name} · {sources.label_of(policy.state.value)}"
         if policy else f"{claim.policy_number or 'None'} (not found)"),
        ("Since", f"{policy.start:%d %b %Y}" if policy else ""),
        ("Holder", policy.holder.name if policy else ""),
    )  # fmt: skip
    return tuple((label, value) for label, value in lines if value)
