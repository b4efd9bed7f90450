"""Casework at a glance: broken promises, return visits in danger, problem tickets, papers that came in.

Reads only; the customers' words are given exactly as they said them.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.claims.casefile import DECIDED
from actions.claims.one_day import Scheme
from actions.visits import record
from handoff import claims, requests, sheets, sources
from handoff.claims import ClaimRow
from records import papers as files
from records.models import Claim, Customer, Paper, Policy, ReturnVisit, ServiceTransaction

PAPERS_SHOWN = 60
VISITS_SHOWN = 200
BREACHES_SHOWN = 50
PULSE_AGE = timedelta(seconds=1)
"""So old may a count be that a console shows."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A return visit that may miss its last day."""

    policy: str
    customer: str
    customer_number: str
    mobile: str
    due_by: date
    days_left: int
    attempts: int
    next_window: str
    conversation_id: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """A "no" or a doubt of a return visit."""

    policy: str
    customer: str
    customer_number: str
    mobile: str
    asked: str
    words: str
    stance: str
    due_by: date
    is_late: bool
    opened_at: datetime
    conversation_id: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """A paper that a customer handed in."""

    id: str
    title: str
    about: str
    """Number of the claim or receipt; empty while no service has taken it."""

    is_claim: bool
    customer: str
    customer_number: str
    kind: str
    received_at: datetime
    conversation_id: str


@dataclass(frozen=True, slots=True)
class Cases:
    """The four lists."""

    claims: tuple[ClaimRow, ...]
    visits: tuple[Visit, ...]
    tickets: tuple[Ticket, ...]
    papers: tuple[Arrival, ...]

    @property
    def customers(self) -> frozenset[str]:
        """Numbers of the customers who are shown."""
        shown = (
            *(claim.customer_number for claim in self.claims),
            *(visit.customer_number for visit in self.visits),
            *(ticket.customer_number for ticket in self.tickets),
            *(paper.customer_number for paper in self.papers),
        )
        return frozenset(number for number in shown if number)


@dataclass(frozen=True, slots=True)
class Breach:
    """A claim whose promised decision did not come in time."""

    number: str
    is_one_day: bool
    due: datetime


@dataclass(frozen=True, slots=True)
class Pulse:
    """What every console shows of the casework."""

    to_decide: int
    breaches: tuple[Breach, ...]


class Pulses:
    """The pulse, counted once for all: many consoles must not count the same a hundred times a second."""

    def __init__(self) -> None:
        """Nothing is counted yet."""
        self._latest: tuple[datetime, Pulse] | None = None

    def at(self, session: Session, now: datetime) -> Pulse:
        """The pulse, at most `PULSE_AGE` old."""
        if self._latest is None or now - self._latest[0] >= PULSE_AGE:
            self._latest = (now, pulse(session, now))
        return self._latest[1]


def pulse(session: Session, now: datetime) -> Pulse:
    """How much waits for a decision, and which promises are broken."""
    late = session.execute(
        select(Claim.number, Claim.scheme, Claim.decision_due)
        .where(Claim.decision_due < now, Claim.status.not_in(DECIDED))
        .order_by(Claim.decision_due, Claim.id)
        .limit(BREACHES_SHOWN)
    )
    return Pulse(
        requests.count_waiting(session) + claims.count_to_decide(session),
        tuple(Breach(number, scheme == Scheme.ONE_DAY, due) for number, scheme, due in late if due),
    )


def read(session: Session, now: datetime) -> Cases:
    """All four lists."""
    today = sources.local_date(now)
    return Cases(
        claims=claims.open_claims(session, now),
        visits=_visits(session, today),
        tickets=_tickets(session, today),
        papers=_arrivals(session),
    )


def _visits(session: Session, today: date) -> tuple[Visit, ...]:
    found = record.at_risk(session, today)[:VISITS_SHOWN]
    ids = [one.visit_id for one in found]
    rows = {row.id: row for row in session.scalars(select(ReturnVisit).where(ReturnVisit.id.in_(ids)))}
    return tuple(
        Visit(
            one.policy_number,
            one.customer,
            rows[one.visit_id].policy.holder.number,
            one.mobile,
            one.due_by,
            one.days_left,
            one.attempts,
            one.next_window,
            rows[one.visit_id].conversation_id or "",
        )
        for one in found
    )


def _tickets(session: Session, today: date) -> tuple[Ticket, ...]:
    lines = []
    for ticket in record.open_tickets(session)[:VISITS_SHOWN]:
        visit = session.get_one(ReturnVisit, ticket.visit_id)
        holder = visit.policy.holder
        lines.append(
            Ticket(
                visit.policy.number, holder.name, holder.number, holder.mobile, ticket.asked, ticket.words,
                ticket.stance, ticket.due_by, ticket.due_by < today, ticket.opened_at,
                visit.conversation_id or "",
            )
        )  # fmt: skip
    return tuple(lines)


def _arrivals(session: Session) -> tuple[Arrival, ...]:
    found = session.execute(
        select(Paper, Claim, ServiceTransaction, Customer)
        .outerjoin(Claim, Claim.id == Paper.claim_id)
        .outerjoin(ServiceTransaction, ServiceTransaction.receipt == Paper.receipt)
        .outerjoin(Policy, Policy.id == Claim.policy_id)
        .outerjoin(
            Customer, (Customer.id == ServiceTransaction.customer_id) | (Customer.id == Policy.holder_id)
        )
        .order_by(Paper.received_at.desc(), Paper.id)
        .limit(PAPERS_SHOWN)
    ).unique()
    return tuple(
        Arrival(
            id=paper.id,
            title=paper.title or sheets.UNSORTED,
            about=claim.number if claim else request.receipt if request else "",
            is_claim=claim is not None,
            customer=customer.name if customer else "Not known",
            customer_number=customer.number if customer else "",
            kind=files.describe(files.Kept(paper.file, paper.media, paper.size, paper.digest)),
            received_at=paper.received_at,
            conversation_id=paper.conversation_id,
        )
        for paper, claim, request, customer in found
    )
