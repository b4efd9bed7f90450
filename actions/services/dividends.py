"""What becomes of dividends (HG).

Never pays anything out: drawing what has built up is money that leaves, see `benefits`.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from actions.normalise import Choice, Misread
from actions.services.wording import money
from actions.servicing.choices import choice_field
from actions.servicing.conditions import is_living
from actions.servicing.payouts import living_policy_of
from actions.servicing.position import Case
from actions.servicing.transaction import Condition, Refusal, Transaction
from records.models import ServiceTransaction

OPTIONS = (
    Choice("cash", "Take it in cash", ("cash", "pay out", "paid out", "draw")),
    Choice("accumulate", "Let it accumulate", ("accumulate", "leave it", "save", "interest", "keep")),
    Choice("premium", "Set it off against the premium", ("premium", "offset", "set off", "reduce premium")),
    Choice(
        "additions", "Buy paid-up additions", ("additions", "paid up additions", "more cover", "addition")
    ),
)
_TITLES = {choice.value: choice.title for choice in OPTIONS}


def _participates(case: Case) -> Refusal | None:
    if case.known_position is None or case.position.participating:
        return None
    return Refusal(
        "not_participating",
        f"{case.position.title} is no participating policy, so it gets no dividends and there is nothing to "
        "choose.",
        ("check_benefits", "check_policy_status"),
    )


def _fits(value: str, case: Case) -> None:
    position = case.known_position
    if position is None:
        return
    if position.dividend_option == value:
        raise Misread(
            "same", f"That is your choice already: {_TITLES[value].lower()}. What would you like instead?"
        )
    if value == "premium" and (position.premium == 0 or position.next_due is None):
        raise Misread(
            "no_premium", "No more premiums are due on this policy, so there is nothing to set off against."
        )


def _lines(case: Case) -> tuple[str, ...]:
    position = case.position
    before = _TITLES.get(position.dividend_option or "", "no choice yet").lower()
    lines = [
        f"{position.title}: {_TITLES[case.answers['option']].lower()} (until now: {before})",
        "It counts from the next dividend, on the policy anniversary",
    ]
    if position.dividend_balance:
        lines.append(f"The {money(position.dividend_balance)} that have built up stay where they are")
    return tuple(lines)


def choose(session: Session, row: ServiceTransaction, _now: datetime) -> None:
    """Set the option."""
    living_policy_of(session, row).dividend_option = row.details["option"]


DIVIDENDS = Transaction(
    intent="set_dividend_option",
    fields=(
        choice_field(
            "option",
            "use of dividends",
            "What shall become of your dividends?",
            OPTIONS,
            why="There are four ways, and you can change yours at any time.",
            refuse=_fits,
            aliases=("option", "dividend option"),
        ),
    ),
    conditions=(is_living(), Condition("the policy is a participating one", _participates)),
    lines=_lines,
    details=lambda case: {"option": case.answers["option"], "before": case.position.dividend_option},
    next_steps=lambda _case: (
        "You can change it again at any time. To draw what has built up, ask me to draw benefits."
    ),
    effect=choose,
)
