"""More cover (AC): a higher sum insured, or a rider on top.

New cover begins when an agent has agreed and its premium up to the next due date has come, never before.
"""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.normalise import Choice, Misread
from actions.services.health import health_lines, health_questions, statement
from actions.services.wording import FREQUENCIES, money
from actions.servicing import alterations
from actions.servicing.amounts import Wish, amount_field
from actions.servicing.calculations import ZERO
from actions.servicing.choices import choice_field
from actions.servicing.conditions import PAYS_PREMIUM, is_living
from actions.servicing.payments import TIME_TO_PAY
from actions.servicing.payouts import living_policy_of
from actions.servicing.position import Case, Position
from actions.servicing.profiles import customer_of
from actions.servicing.standing import position_of
from actions.servicing.states import NotPossible
from actions.servicing.transaction import Condition, Refusal, Transaction
from records.clock import CENTRE_ZONE
from records.models import CustomerProfile, Policy, Product, Rider, ServiceTransaction

SUM = "sum"
WHAT = (
    Choice(SUM, "A higher sum insured", ("sum", "higher", "raise", "increase", "more cover")),
    Choice("hospital_cash", "Harbour Hospital Cash", ("hospital", "hospital cash", "daily cash")),
    Choice("accident", "Harbour Accident Shield", ("accident", "accidents", "shield")),
)
_WHAT = {choice.value: choice.title for choice in WHAT}
OLDEST = {"whole_life": 60, "term_life": 50, "critical_illness": 55, "hospital_cash": 60, "accident": 65}
"""Highest age to join, in full years (insurer's facts: ages for joining)."""

EXAMINED = {"young": Decimal(1_000_000), "older": Decimal(300_000), "critical_illness": Decimal(500_000)}
"""Sum above which a medical examination comes first (exam_death_young, exam_death_older, exam_critical)."""

_EXAM_AGE = 50
_NO_ACCIDENT = 6
"""Occupation class that Accident Shield does not take."""


def _carrier(case: Case) -> Refusal | None:
    position = case.known_position
    if position is None or position.kind in ("whole_life", "term_life", "critical_illness"):
        return None
    return Refusal(
        "cannot_carry",
        f"{position.title} can't carry more cover: its benefits follow from the money in it. A colleague can "
        "tell you about a new policy.",
        ("check_coverage", "talk_to_agent"),
    )


def _fits(value: str, case: Case) -> None:
    position = case.known_position
    if position is None:
        return
    if value in position.riders:
        raise Misread("there_already", f"{_WHAT[value]} is part of this policy already. What else may it be?")
    limit = OLDEST.get(position.kind if value == SUM else value)
    if limit is None:
        return  # the policy can't carry more cover at all, and that is said elsewhere
    if position.insured_age(case.today) > limit:
        raise Misread(
            "too_old", f"That can be begun up to the age of {limit}, so not for this policy any more."
        )
    if value == "accident" and _class(case) == _NO_ACCIDENT:
        raise Misread("class_6", "Accident Shield does not take your occupation class (6).")


def _open_to(case: Case) -> Refusal | None:
    position = case.known_position
    if position is None or position.kind not in OLDEST:
        return None
    for choice in WHAT:
        try:
            _fits(choice.value, case)
        except Misread:
            continue
        return None
    return Refusal(
        "nothing_to_add",
        f"Nothing can be added to {position.title}: the age limits for new cover are behind you, or it has "
        "all riders already.",
        ("check_coverage", "talk_to_agent"),
    )


def _higher(value: Decimal, case: Case) -> None:
    position = case.known_position
    if position is not None and value <= position.sum_insured:
        raise Misread(
            "not_higher",
            f"The sum insured is {money(position.sum_insured)}; to raise it, please name a higher one.",
        )


def _extra(
    position: Position, what: str, new_sum: Decimal | None, occupation_class: int, today: date
) -> Decimal:
    """What each instalment grows by."""
    if what == SUM:
        assert new_sum is not None  # noqa: S101 - asked for where the sum is raised
        raised = alterations.raised_premium(position.premium, position.sum_insured, new_sum)
        return raised - position.premium
    return alterations.rider_premium(what, position.insured_age(today), occupation_class, position.frequency)


def _extra_of(case: Case) -> Decimal:
    return _extra(
        case.position,
        case.answers["what"],
        case.answers.get("new_sum"),
        _class(case),
        case.today,
    )


def _class(case: Case) -> int:
    """The occupation class of the insured person, as far as it is known; 1 costs nothing extra."""
    return (case.person.occupation_class or 1) if case.position.insured_is_holder else 1


def _until_due(position: Position, extra: Decimal, today: date) -> Decimal:
    if position.next_due is None:
        return ZERO
    return alterations.rest_of_period(extra, position.next_due, position.frequency, today)


def _examination(case: Case) -> bool:
    position, what = case.position, case.answers["what"]
    if what != SUM:
        return False
    young = position.insured_age(case.today) < _EXAM_AGE
    limit = EXAMINED.get(position.kind, EXAMINED["young" if young else "older"])
    return bool(case.answers["new_sum"] > limit)


def _lines(case: Case) -> tuple[str, ...]:
    position, what, extra = case.position, case.answers["what"], _extra_of(case)
    first = (
        f"{position.title}: sum insured {money(case.answers['new_sum'])} instead of "
        f"{money(position.sum_insured)}"
        if what == SUM
        else f"{position.title}: {_WHAT[what]} on top"
    )
    lines = [
        first,
        f"Premium: about {money(extra)} more {FREQUENCIES[position.frequency]}; a colleague gives you the "
        "exact figure",
        f"Once, up to the next due date: about {money(_until_due(position, extra, case.today))}",
        *health_lines(case),
        "Waiting periods begin anew for what is added",
    ]
    if _examination(case):
        lines.append("A medical examination is needed for this sum; we arrange and pay it")
    return tuple(lines)


def _agreed_sum(session: Session, row: ServiceTransaction, now: datetime) -> Decimal:
    """The premium of the new cover up to the next due date.

    Raises:
        NotPossible: the policy has changed since.
    """
    policy, extra = _checked(session, row)
    position = position_of(session, policy)
    return _until_due(position, extra, now.astimezone(CENTRE_ZONE).date())


def _checked(session: Session, row: ServiceTransaction) -> tuple[Policy, Decimal]:
    """The policy as it was when it was asked for, and what each instalment grows by."""
    policy = living_policy_of(session, row)
    position = position_of(session, policy)
    basis = [str(position.sum_insured), str(position.premium), position.frequency, *sorted(position.riders)]
    if basis != row.details["basis"]:
        raise NotPossible("changed", "The policy has changed since: the figures must be shown again.")
    return policy, Decimal(row.details["extra"])


def add(session: Session, row: ServiceTransaction, _now: datetime) -> None:
    """The cover begins, and the premium grows from the next due date on.

    Raises:
        NotPossible: the policy has changed since, or the job no longer allows it.
    """
    policy, extra = _checked(session, row)
    what = row.details["what"]
    if what == SUM:
        policy.sum_insured = Decimal(row.details["new_sum"])
    else:
        profile = session.get(CustomerProfile, customer_of(session, row).id)
        own = policy.insured_id == policy.holder_id
        if what == "accident" and own and profile is not None and profile.occupation_class == _NO_ACCIDENT:
            raise NotPossible("class_6", "Accident Shield does not take occupation class 6.")
        code = session.scalars(select(Product.code).where(Product.kind == what, Product.rider)).one()
        session.add(Rider(policy_id=policy.id, product_code=code))
    policy.premium += extra


def _details(case: Case) -> dict[str, object]:
    position = case.position
    new_sum = case.answers.get("new_sum")
    return {
        "what": case.answers["what"],
        "new_sum": None if new_sum is None else str(new_sum),
        "extra": str(_extra_of(case)),
        "basis": [
            str(position.sum_insured),
            str(position.premium),
            position.frequency,
            *sorted(position.riders),
        ],
        "examination": _examination(case),
    } | statement(case.answers)


MORE_COVER = Transaction(
    intent="add_cover",
    fields=(
        choice_field(
            "what",
            "what to add",
            "What would you like to add?",
            WHAT,
            why="Each has its own premium.",
            refuse=_fits,
        ),
        amount_field(
            Wish(
                name="new_sum",
                title="new sum insured",
                prompt=lambda case: (
                    "To which sum shall it be raised?"
                    if case.known_position is None
                    else f"The sum insured is {money(case.position.sum_insured)}. How high shall it be?"
                ),
                base=lambda _case: None,
                refuse=_higher,
                help="The whole sum that shall be insured then, for example 600,000.",
                why="So that I can work out the premium.",
                when=lambda answers: answers.get("what") == SUM,
            )
        ),
        *health_questions("in the last 2 years"),
    ),
    conditions=(
        is_living("in_force", "cooling_off"),
        Condition("a whole-life, term or critical-illness policy", _carrier),
        PAYS_PREMIUM,
        Condition("the age limits allow something to be added", _open_to),
    ),
    lines=_lines,
    details=_details,
    next_steps=lambda _case: (
        f"Once it is agreed you get the exact sum and have {TIME_TO_PAY.days} days to pay it; the new cover "
        "begins when the money has come."
    ),
    to_pay=_agreed_sum,
    effect=add,
)
