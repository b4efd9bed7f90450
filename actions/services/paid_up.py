"""Reduced paid-up (PU): no more premiums, a smaller cover for the rest of the policy.

Cannot be turned back, so nothing is done before an agent has looked at it and the figures still hold.
"""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from actions.forms.service import Field
from actions.normalise import Choice, read_yes_no
from actions.services.cover import SMALLEST
from actions.services.wording import money
from actions.servicing import alterations, endings
from actions.servicing.calculations import ZERO
from actions.servicing.conditions import HAS_CASH_VALUE, PAYS_PREMIUM, is_living
from actions.servicing.payouts import living_policy_of
from actions.servicing.position import Case, Position
from actions.servicing.standing import position_of
from actions.servicing.states import NotPossible
from actions.servicing.transaction import Condition, Refusal, Transaction
from records.clock import CENTRE_ZONE
from records.models import PolicyState, ServiceTransaction

_KINDS = ("whole_life", "critical_illness", "annuity", "term_life")
_YES_NO = (Choice("yes", "Yes, stop paying for good"), Choice("no", "No, keep paying"))


def _paid_up_sum(position: Position, today: date) -> Decimal:
    rate = alterations.paid_up_rate(position.insured_age(today))
    return alterations.reduced_paid_up(position.cash_value, position.owed(today), rate, position.sum_insured)


def _kind(case: Case) -> Refusal | None:
    position = case.known_position
    if position is None or position.kind in _KINDS:
        return None
    return Refusal(
        "no_paid_up",
        f"{position.title} keeps its money in an account, so there is no paid-up form of it: you may simply "
        "pause your payments as long as the account carries the cover.",
        ("check_cash_value", "talk_to_agent"),
    )


def _enough(case: Case) -> Refusal | None:
    position = case.known_position
    if position is None:
        return None
    found = _paid_up_sum(position, case.today)
    if found >= SMALLEST:
        return None
    return Refusal(
        "too_little",
        f"The cash value of {position.title}, less what is owed on it, would buy a paid-up cover of "
        f"{money(found)} only; at least {money(SMALLEST)} are needed. You could pay in smaller "
        "parts, or lower the cover and its premium.",
        ("change_premium_frequency", "reduce_cover", "repay_loan")
        if position.debts
        else ("change_premium_frequency", "reduce_cover"),
    )


def _wanted(case: Case) -> Refusal | None:
    if case.answers.get("sure") is not False:
        return None
    return Refusal(
        "kept",
        "All right, everything stays as it is. If the premium is a burden, smaller parts or a lower "
        "cover may help.",
        ("change_premium_frequency", "reduce_cover", "take_policy_loan"),
    )


def _question(case: Case) -> str:
    position = case.known_position
    if position is None:
        return "Shall the policy go on without premiums, with a smaller cover?"
    return (
        f"{position.title} would go on without premiums, with a cover of about "
        f"{money(_paid_up_sum(position, case.today))} instead of {money(position.sum_insured)}. It cannot be "
        "turned back, and riders end. Do you want that?"
    )


def _lines(case: Case) -> tuple[str, ...]:
    position, today = case.position, case.today
    owed = position.owed(today)
    lines = [
        f"{position.title}: no more premiums, instead of {money(position.premium)} each time",
        f"Sum insured: about {money(_paid_up_sum(position, today))} instead of "
        f"{money(position.sum_insured)}, worked out to the day when a colleague agrees",
    ]
    if owed:
        lines.append(f"{money(owed)} of loan and interest are taken off the cash value first")
    if position.riders:
        lines.append("All riders end")
    return (*lines, "This cannot be turned back")


def pay_up(session: Session, row: ServiceTransaction, now: datetime) -> None:
    """The cash value, less what is owed, buys the smaller cover of this day.

    Raises:
        NotPossible: cash value or loans are no longer what the customer was shown, or buy too little.
    """
    policy = living_policy_of(session, row)
    today = now.astimezone(CENTRE_ZONE).date()
    position = position_of(session, policy)
    if policy.state is PolicyState.PAID_UP or _basis(position) != row.details["basis"]:
        raise NotPossible("changed", "The policy has changed since: the figures must be shown again.")
    found = _paid_up_sum(position, today)
    if found < SMALLEST:
        raise NotPossible("too_little", f"The cash value buys {money(found)} of paid-up cover only.")
    policy.cash_value = max(ZERO, position.cash_value - position.owed(today))
    endings.close_loans(session, policy, today)
    endings.end_riders(session, policy)
    policy.state, policy.sum_insured = PolicyState.PAID_UP, found
    policy.premium, policy.next_due, policy.auto_premium_loan = ZERO, None, False


def _basis(position: Position) -> list[str]:
    """What the figures are worked out from, but for the interest of the days to come."""
    return [str(position.cash_value), str(sum((debt.principal for debt in position.debts), ZERO))]


PAID_UP = Transaction(
    intent="convert_to_paid_up",
    fields=(
        Field(
            name="sure",
            title="stop paying for good",
            prompt=lambda answers, facts: _question(Case(answers, facts)),
            read=lambda text, _facts: read_yes_no(text),
            help="The cash value buys a smaller cover once and for all; then nothing more is to be paid.",
            why="It cannot be turned back.",
            choices=lambda _facts: _YES_NO,
        ),
    ),
    conditions=(
        is_living("in_force", "grace"),
        PAYS_PREMIUM,
        Condition("not a universal-life account", _kind),
        HAS_CASH_VALUE,
        Condition(f"the cash value, less loans, buys at least {money(SMALLEST)}", _enough),
        Condition("the customer does not prefer to keep paying", _wanted),
    ),
    lines=_lines,
    details=lambda case: {
        "basis": _basis(case.position),
        "shown_sum": str(_paid_up_sum(case.position, case.today)),
        "old_sum": str(case.position.sum_insured),
    },
    next_steps=lambda _case: (
        "The colleague tells you the exact sum before anything is final; until then premiums are due as "
        "before."
    ),
    effect=pay_up,
)
