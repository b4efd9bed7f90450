"""The eight indicators by which life insurers' service is rated, computed from the records.

Regulation on the service evaluation of insurance companies (trial, 2015): policy delivery 15 %; telephone
connection and return visits 15 %; claim time and claim award 35 %; servicing time 10 %; complaint rate and
complaints handled in time 25 %. The figures are ours; the points that the rating gives for them are not here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from actions.servicing.states import State
from actions.visits.record import DONE, PROBLEM
from handoff import wallboard
from handoff.desk import Disposition
from handoff.reasons import Reason
from handoff.wallboard import Period
from records import calendar
from records.clock import CENTRE_ZONE
from records.models import Claim, Handoff, HandoffState, Policy, PolicyState, Product, ReturnVisit
from records.models import ServiceTransaction as Transaction

DELIVERY = timedelta(days=15)
"""Within this time after its start a policy is to be in the customer's hands."""

COMPLAINT_WORKING_DAYS = 10
"""Within so many working days a complaint is to be answered."""

_IN_FORCE = (PolicyState.COOLING_OFF, PolicyState.IN_FORCE, PolicyState.GRACE, PolicyState.PAID_UP)
_AWARDED = ("approved", "paid")


@dataclass(frozen=True, slots=True)
class Indicator:
    """One of the eight."""

    name: str
    value: float | None
    """None where nothing was there to be counted."""
    unit: str
    """% (the value is a share of one), days, or per 10,000 policies."""
    counted: int
    """Over how many cases."""
    weight: str
    """Its part of the rating, alone or with the one it shares it with."""


def indicators(session: Session, period: Period, now: datetime) -> tuple[Indicator, ...]:
    """All eight, in the rating's order."""
    return (
        _delivery(session, period, now),
        _connection(session, period, now),
        _return_visits(session, period),
        _claim_time(session, period),
        _claim_award(session, period),
        _servicing_time(session, period),
        _complaint_rate(session, period),
        _complaints_in_time(session, period, now),
    )


def _delivery(session: Session, period: Period, now: datetime) -> Indicator:
    first, last, today = (_day(moment) for moment in (period.start, period.end, now))
    rows = session.execute(
        select(Policy.start, Policy.received_on)
        .join(Product, Product.code == Policy.product_code)
        .where(Policy.start >= first, Policy.start < last, Product.group.is_(False))
    ).all()
    told = [
        received is not None and received <= start + DELIVERY
        for start, received in rows
        if received is not None or start + DELIVERY < today
    ]
    return _share("Policies delivered within 15 days", told, "15 %")


def _connection(session: Session, period: Period, now: datetime) -> Indicator:
    served = wallboard.service(wallboard.arrivals(session, period, now))
    counted = served.answered + served.abandoned
    value = wallboard.share(served.answered, counted)
    return Indicator("Customers connected to a person", value, "%", counted, "15 % with return visits")


def _return_visits(session: Session, period: Period) -> Indicator:
    rows = session.execute(
        select(ReturnVisit.status, ReturnVisit.finished_at, ReturnVisit.due_by).where(
            ReturnVisit.due_by >= _day(period.start),
            ReturnVisit.due_by < _day(period.end),
            ReturnVisit.status != "cancelled",
        )
    )
    made = [
        status in (DONE, PROBLEM) and finished is not None and _day(finished) <= due
        for status, finished, due in rows
    ]
    return _share("Return visits made in the cooling-off period", made, "15 % with connection")


def _claim_time(session: Session, period: Period) -> Indicator:
    rows = session.execute(
        select(Claim.reported_at, Claim.decided_at).where(
            Claim.decided_at >= period.start, Claim.decided_at < period.end
        )
    )
    return _mean_days("Claim, from report to decision", rows, "35 % with award")


def _claim_award(session: Session, period: Period) -> Indicator:
    states = session.scalars(
        select(Claim.status).where(
            Claim.decided_at >= period.start,
            Claim.decided_at < period.end,
            Claim.status.in_((*_AWARDED, "refused")),
        )
    )
    return _share(
        "Claims decided for the customer", [state in _AWARDED for state in states], "35 % with time"
    )


def _servicing_time(session: Session, period: Period) -> Indicator:
    rows = session.execute(
        select(Transaction.created_at, Transaction.decided_at).where(
            Transaction.decided_at >= period.start,
            Transaction.decided_at < period.end,
            Transaction.state.in_((State.APPLIED.value, State.REFUSED.value)),
        )
    )
    return _mean_days("Servicing request, from receipt to decision", rows, "10 %")


def _complaint_rate(session: Session, period: Period) -> Indicator:
    complaints = len(_complaints(session, period))
    policies = session.scalar(select(func.count()).where(Policy.state.in_(_IN_FORCE))) or 0
    value = wallboard.share(complaints * 10_000, policies)
    return Indicator("Complaints", value, "per 10,000 policies", complaints, "25 % with the next")


def _complaints_in_time(session: Session, period: Period, now: datetime) -> Indicator:
    kept = []
    for complaint in _complaints(session, period):
        due = calendar.working_deadline(complaint.queued_at, COMPLAINT_WORKING_DAYS)
        answered = complaint.ended_at if complaint.state is HandoffState.DONE else None
        if answered is not None or now > due:
            kept.append(answered is not None and answered <= due)
    return _share("Complaints answered within 10 working days", kept, "25 % with the last")


def _complaints(session: Session, period: Period) -> list[Handoff]:
    return list(
        session.scalars(
            select(Handoff).where(
                Handoff.queued_at >= period.start,
                Handoff.queued_at < period.end,
                (Handoff.reason == Reason.COMPLAINT.value)
                | (Handoff.disposition == Disposition.COMPLAINT_TAKEN.value),
            )
        )
    )


def _share(name: str, kept: list[bool], weight: str) -> Indicator:
    return Indicator(name, wallboard.share(sum(kept), len(kept)), "%", len(kept), weight)


def _mean_days(name: str, spans: Iterable[Sequence[datetime | None]], weight: str) -> Indicator:
    days = [(end - start) / timedelta(days=1) for start, end in spans if start and end]
    return Indicator(name, wallboard.share(sum(days), len(days)), "days", len(days), weight)


def _day(moment: datetime) -> date:
    return moment.astimezone(CENTRE_ZONE).date()
