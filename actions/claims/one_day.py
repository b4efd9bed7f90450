"""The one-day decision on a critical illness: four conditions, each a pure function, and their reasons.

The bot says which clock runs; the claim itself is decided by people, on either clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from actions.claims.illnesses import show_illness
from records import calendar
from records.models import PolicyState

YEARS_IN_FORCE = 2
ONE_DAY = 1
USUAL_DAYS = 5
"""Working days from the last paper to the decision (insurer's facts: one_day_decision, claim_decision)."""

_FORCE = frozenset({PolicyState.IN_FORCE, PolicyState.GRACE, PolicyState.PAID_UP, PolicyState.COOLING_OFF})


class Condition(StrEnum):
    """The conditions, in the order in which they are looked at and named."""

    INDIVIDUAL = "not_individual"
    SCOPE = "not_in_scope"
    FORCE = "not_two_years"
    PAPERS = "papers_missing"


class Scheme(StrEnum):
    """Which clock runs once the papers are complete."""

    ONE_DAY = "one_day"
    USUAL = "usual"


@dataclass(frozen=True, slots=True)
class Case:
    """What the conditions look at."""

    group: bool | None
    """Whether the policy is a group policy; None when the policy is not known."""

    covers_critical_illness: bool
    illness: str
    """Name of the illness on the list; empty when it is not on it."""

    first_diagnosis: bool | None
    start: date | None
    state: PolicyState | None
    asked_on: date
    missing: tuple[str, ...] = ()


def is_individual(case: Case) -> bool:
    """The policy belongs to one person, not to an employer's group; one that we do not know is not."""
    return case.group is False


def is_first_in_scope(case: Case) -> bool:
    """The illness is on the list of a policy that covers it, and was diagnosed for the first time."""
    return case.covers_critical_illness and bool(case.illness) and case.first_diagnosis is True


def is_two_years_in_force(case: Case) -> bool:
    """The policy is in force, and began two years before the report or earlier."""
    if case.start is None or case.state not in _FORCE:
        return False
    return _years_later(case.start, YEARS_IN_FORCE) <= case.asked_on


def are_papers_complete(case: Case) -> bool:
    """No paper is missing any more."""
    return not case.missing


RULES = (
    (Condition.INDIVIDUAL, is_individual),
    (Condition.SCOPE, is_first_in_scope),
    (Condition.FORCE, is_two_years_in_force),
    (Condition.PAPERS, are_papers_complete),
)


def unmet(case: Case) -> tuple[Condition, ...]:
    """The conditions that are not met, in their order."""
    return tuple(condition for condition, holds in RULES if not holds(case))


def scheme(case: Case) -> tuple[Scheme, Condition | None]:
    """The clock for the case, and for the usual one the first condition that stands against the fast one.

    Missing papers do not: they only keep the clock from starting.
    """
    against = [condition for condition in unmet(case) if condition is not Condition.PAPERS]
    return (Scheme.USUAL, against[0]) if against else (Scheme.ONE_DAY, None)


def decision_due(which: Scheme, complete_at: datetime) -> datetime:
    """By when the decision is promised, counted from the last paper."""
    return calendar.working_deadline(complete_at, ONE_DAY if which is Scheme.ONE_DAY else USUAL_DAYS)


def because(condition: Condition | None, case: Case) -> str:
    """Why the fast decision is not open to the case, as a clause after "because"."""
    if condition is Condition.INDIVIDUAL:
        return "it is a group policy" if case.group else "I have no policy of yours for it"
    if condition is Condition.FORCE:
        if case.state not in _FORCE:
            return "the policy is not in force"
        return f"the policy is not yet {YEARS_IN_FORCE} years in force"
    if not case.covers_critical_illness:
        return "the policy does not cover critical illness"
    if not case.illness:
        return "the illness is not on the list of serious illnesses"
    if case.first_diagnosis is None:
        return "it is not yet known whether this is the first diagnosis"
    return f"it is not the first diagnosis of {show_illness(case.illness)}"


def open_papers(missing: Sequence[str], promised: Sequence[str]) -> tuple[str, ...]:
    """Papers nobody has announced yet."""
    return tuple(paper for paper in missing if paper not in promised)


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 3, 1)
