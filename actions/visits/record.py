"""The record of return visits: planned for every new long-term policy, tried, answered, and their problems.

The exact words of an answer are kept as they were said; nothing here judges them beyond yes, no and doubt.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.visits.questions import BY_NAME, Stance, stance
from records import audit
from records.clock import CENTRE_ZONE
from records.models import GIVEN_UP, Policy, PolicyState, ProblemTicket, Product, ReturnVisit, VisitAttempt

COOLING_OFF = timedelta(days=15)
"""From the day after the signed receipt (insurer's facts: cooling_off)."""

LONG_TERM = frozenset(
    {"whole_life", "term_life", "critical_illness", "annuity", "universal_life", "unit_linked", "endowment"}
)
"""Kinds of products that run longer than a year."""

PENDING, DONE, PROBLEM, MISSED, CANCELLED = "pending", "done", "problem", "missed", "cancelled"
SOON = timedelta(days=5)
"""Days before the last one from which a visit that is not done is at risk."""

TRIES = 3
"""So many tries in vain, and a visit is at risk whatever the day."""

WINDOWS = ("morning", "afternoon", "evening")
_BOUNDS = ((12, "morning"), (17, "afternoon"))


@dataclass(frozen=True, slots=True)
class AtRisk:
    """A visit that may miss its deadline, as the people see it who can still reach the customer."""

    visit_id: int
    policy_number: str
    customer: str
    mobile: str
    due_by: date
    days_left: int
    """Below zero once the last day is past."""

    attempts: int
    next_window: str


def plan(session: Session, today: date, now: datetime) -> list[int]:
    """Make a visit for every new long-term policy that has none; the ids of the new ones."""
    new = session.scalars(
        select(Policy)
        .join(Product, Product.code == Policy.product_code)
        .outerjoin(ReturnVisit, ReturnVisit.policy_id == Policy.id)
        .where(
            Policy.state == PolicyState.COOLING_OFF,
            Policy.received_on.is_not(None),
            Policy.received_on >= today - COOLING_OFF,
            Product.kind.in_(LONG_TERM),
            Product.rider.is_(False),
            ReturnVisit.id.is_(None),
        )
        .order_by(Policy.id)
    ).unique()
    made = []
    for policy in new:
        assert policy.received_on is not None  # noqa: S101 - the statement asks for it
        visit = ReturnVisit(policy_id=policy.id, due_by=policy.received_on + COOLING_OFF, status=PENDING)
        session.add(visit)
        session.flush()
        _note(session, visit, now, "system", "visit.planned", due_by=visit.due_by.isoformat())
        made.append(visit.id)
    return made


def is_over(visit: ReturnVisit) -> bool:
    """Whether there is nothing left to ask: the policy was cancelled or given up meanwhile."""
    return visit.policy.state in GIVEN_UP


def cancel_ended(session: Session, now: datetime) -> list[int]:
    """Take visits off the list whose policy was cancelled or given up; the ids."""
    over = session.scalars(
        select(ReturnVisit)
        .join(Policy, Policy.id == ReturnVisit.policy_id)
        .where(ReturnVisit.status.in_((PENDING, MISSED)), Policy.state.in_(GIVEN_UP))
        .order_by(ReturnVisit.id)
    ).all()
    for visit in over:
        visit.status = CANCELLED
        _note(session, visit, now, "system", "visit.cancelled", because=visit.policy.state.value)
    return [visit.id for visit in over]


def close_missed(session: Session, today: date, now: datetime) -> list[int]:
    """Put on record that a visit's last day went by without it; the ids."""
    late = session.scalars(
        select(ReturnVisit).where(ReturnVisit.status == PENDING, ReturnVisit.due_by < today)
    ).all()
    for visit in late:
        visit.status = MISSED
        _note(session, visit, now, "system", "visit.missed", due_by=visit.due_by.isoformat())
    return [visit.id for visit in late]


def open_visits(session: Session, holder_ids: Sequence[int]) -> list[ReturnVisit]:
    """Visits of these customers that are still to be done, the most urgent first."""
    return list(
        session.scalars(
            select(ReturnVisit)
            .join(Policy, Policy.id == ReturnVisit.policy_id)
            .where(
                Policy.holder_id.in_(holder_ids),
                Policy.state.not_in(GIVEN_UP),
                ReturnVisit.status.in_((PENDING, MISSED)),
            )
            .order_by(ReturnVisit.due_by, ReturnVisit.id)
        ).unique()
    )


def attempted(
    session: Session,
    visit: ReturnVisit,
    now: datetime,
    *,
    key: str,
    channel: str,
    outcome: str,
    recording: str = "",
) -> bool:
    """Record a try: reached, no_answer, busy, machine, later, refused, wrong_person. False when known."""
    known = select(VisitAttempt.id).where(VisitAttempt.visit_id == visit.id, VisitAttempt.key == key)
    if session.scalar(known) is not None:
        return False
    session.add(
        VisitAttempt(
            visit_id=visit.id, key=key, at=now, channel=channel, window=window_of(now), outcome=outcome,
            recording=recording,
        )
    )  # fmt: skip
    _note(session, visit, now, "bot", "visit.attempted", channel=channel, outcome=outcome)
    session.flush()
    return True


def finish(
    session: Session,
    visit: ReturnVisit,
    answers: Mapping[str, str],
    now: datetime,
    *,
    channel: str,
    conversation_id: str,
    assurance: int,
    recording: str = "",
) -> list[ProblemTicket]:
    """Record the answers, by question and in the customer's own words; the problem tickets they bring.

    Somebody else than the applicant answers nothing: the visit stays open, and a person is told.
    """
    read = {name: stance(said) for name, said in answers.items()}
    visit.answers = {
        name: {"asked": BY_NAME[name].text, "words": said, "stance": read[name].value, "at": now.isoformat()}
        for name, said in answers.items()
    }
    visit.channel, visit.conversation_id, visit.assurance = channel, conversation_id, assurance
    visit.recording = recording or f"conversation:{conversation_id}"
    tickets = [
        _ticket(session, visit, name, said, read[name], now)
        for name, said in answers.items()
        if read[name] is not Stance.YES
    ]
    if read.get("speaker") is Stance.YES:
        visit.status = PROBLEM if tickets else DONE
        visit.finished_at = now
    outcome = visit.status if visit.finished_at else "wrong_person"
    attempted(
        session, visit, now, key=f"{conversation_id}:{now.isoformat()}"[:80], channel=channel,
        outcome="reached" if visit.finished_at else "wrong_person", recording=visit.recording,
    )  # fmt: skip
    problems = [ticket.question for ticket in tickets]
    _note(
        session, visit, now, "bot", "visit.answered", outcome=outcome, problems=problems, assurance=assurance
    )
    session.flush()
    return tickets


def at_risk(session: Session, today: date) -> list[AtRisk]:
    """Visits that may miss their deadline or have: the last days, or tried in vain too often."""
    visits = session.scalars(
        select(ReturnVisit).where(ReturnVisit.status.in_((PENDING, MISSED))).order_by(ReturnVisit.due_by)
    ).all()
    return [
        AtRisk(
            visit.id,
            visit.policy.number,
            visit.policy.holder.name,
            visit.policy.holder.mobile,
            visit.due_by,
            (visit.due_by - today).days,
            _tries(visit),
            next_window([attempt.window for attempt in visit.attempts], visit.wish),
        )
        for visit in visits
        if not is_over(visit) and (visit.due_by - today <= SOON or _tries(visit) >= TRIES)
    ]


def open_tickets(session: Session) -> Sequence[ProblemTicket]:
    """Problems that wait for a person, the most urgent first."""
    return session.scalars(
        select(ProblemTicket)
        .where(ProblemTicket.state == "open")
        .order_by(ProblemTicket.due_by, ProblemTicket.opened_at, ProblemTicket.id)
    ).all()


def close_ticket(
    session: Session, ticket: ProblemTicket, agent_id: int, login: str, resolution: str, now: datetime
) -> None:
    """A person has explained it to the customer.

    Raises:
        ValueError: nothing is said of how it was solved.
    """
    if not resolution.strip():
        raise ValueError("say how it was solved")
    ticket.state, ticket.agent_id, ticket.closed_at, ticket.resolution = "closed", agent_id, now, resolution
    audit.note(
        session, now, f"agent:{login}", "visit.ticket_closed", f"visit:{ticket.visit_id}",
        question=ticket.question,
    )  # fmt: skip


def window_of(moment: datetime) -> str:
    """The part of the day."""
    hour = moment.astimezone(CENTRE_ZONE).hour
    return next((name for bound, name in _BOUNDS if hour < bound), "evening")


def next_window(tried: Sequence[str], wish: str = "") -> str:
    """When to try next: as the customer wished, else in the part of the day tried least."""
    if wish in WINDOWS:
        return wish
    return min(WINDOWS, key=lambda window: (tried.count(window), WINDOWS.index(window)))


def _tries(visit: ReturnVisit) -> int:
    """Tries to speak with the customer; a link that was sent is none."""
    return sum(attempt.channel != "link" for attempt in visit.attempts)


def _ticket(
    session: Session, visit: ReturnVisit, name: str, said: str, read: Stance, now: datetime
) -> ProblemTicket:
    known = session.scalars(
        select(ProblemTicket).where(ProblemTicket.visit_id == visit.id, ProblemTicket.question == name)
    ).one_or_none()
    ticket = known or ProblemTicket(visit_id=visit.id, policy_id=visit.policy_id, question=name)
    ticket.asked, ticket.words, ticket.stance = BY_NAME[name].text, said, read.value
    ticket.state, ticket.opened_at, ticket.due_by = "open", now, visit.due_by
    session.add(ticket)
    return ticket


def _note(
    session: Session, visit: ReturnVisit, now: datetime, actor: str, action: str, **detail: object
) -> None:
    audit.note(session, now, actor, action, f"visit:{visit.id}", **detail)
