"""What customers are told about the clock of their claim: which one, why, and by when.

What only the policy knows is told to its verified owner alone.
"""

from datetime import datetime

from actions.claims import one_day
from actions.claims.one_day import Case, Condition
from actions.normalise import show_date
from records.clock import CENTRE_ZONE
from records.models import Claim

_ILLNESSES = frozenset({"illness", "critical_illness"})


def eligibility(claim: Claim, case: Case, against: Condition | None, *, proven: bool) -> str:
    """Whether the one-day decision is open to the claim, with the reason; empty where it is not an illness.

    Args:
        claim: the claim.
        case: what the conditions looked at.
        against: the condition that stands against it.
        proven: the listener is the verified owner of the policy.
    """
    if claim.kind not in _ILLNESSES:
        return ""
    usual = f"It is decided within {one_day.USUAL_DAYS} working days of the last paper"
    if not proven:
        if not case.illness or case.first_diagnosis is not True:
            from_words = one_day.because(None, _covered(case))
            return f"{usual}; the one-day decision is not open to it, because {from_words}."
        return (
            "A first diagnosis like this is decided within one working day of the last paper, if the policy "
            f"is an individual one that covers it and has been {one_day.YEARS_IN_FORCE} years in force. Ask "
            "me how far your claim is, and I can tell you after a short identity check."
        )
    if against is not None:
        return f"{usual}; the one-day decision is not open to it, because {one_day.because(against, case)}."
    return (
        "It meets the conditions of the one-day decision: an individual policy, a first diagnosis on the "
        f"list, and {one_day.YEARS_IN_FORCE} years or more in force. The decision comes within one working "
        "day of the last paper."
    )


def clock(claim: Claim, now: datetime) -> str:
    """How the clock stands, once it runs."""
    if claim.decision_due is None:
        return ""
    if now > claim.decision_due:
        return (
            f"The decision was promised by {moment(claim.decision_due)}. We are late, and I am sorry; "
            "a colleague has been alerted."
        )
    return f"All papers are here; the decision comes by {moment(claim.decision_due)}."


def moment(when: datetime) -> str:
    """A moment at the insurer's place: "Monday 23 November 2026, 20:00"."""
    local = when.astimezone(CENTRE_ZONE)
    return f"{local:%A} {show_date(local.date())}, {local:%H:%M}"


def _covered(case: Case) -> Case:
    """The case as the reporter's words alone have it."""
    return Case(False, True, case.illness, case.first_diagnosis, None, None, case.asked_on)
