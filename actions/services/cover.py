"""Lowering the sum insured (RC): the matching part of the cash value is paid out.

Never without the loss shown first, and never so low that the policy could not carry its loan.
"""

from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from actions.normalise import Misread
from actions.services.wording import money
from actions.servicing import calculations
from actions.servicing.amounts import Wish, amount_field
from actions.servicing.calculations import ZERO, PartialSurrender
from actions.servicing.conditions import is_living, loss_is_known
from actions.servicing.interlock import PAYOUT_TIME, QUESTIONS, MoneyOut
from actions.servicing.payouts import living_policy_of, order_payout
from actions.servicing.position import Case, Position
from actions.servicing.standing import position_of
from actions.servicing.states import NotPossible
from actions.servicing.transaction import Condition, Refusal, Transaction, amount_of
from records.clock import CENTRE_ZONE
from records.models import ServiceTransaction

SMALLEST = Decimal(10_000)
"""Cover that keeps a policy alive, whatever the product (insurer's facts: smallest_sum)."""


def _loan_needs(position: Position, new_sum: Decimal, owed: Decimal) -> bool:
    """Whether the cash value that stays would no longer carry the loan."""
    stays = _after(position, new_sum).cash_value
    return owed > 0 and owed > calculations.floor(stays * calculations.LOAN_SHARE)


def _after(position: Position, new_sum: Decimal) -> PartialSurrender:
    return calculations.partial_surrender(
        position.sum_insured, new_sum, position.cash_value, position.paid or ZERO, position.premium
    )


def _fits(value: Decimal, case: Case) -> None:
    position = case.known_position
    if position is None:
        return
    if value >= position.sum_insured:
        raise Misread(
            "not_lower",
            f"The sum insured is {money(position.sum_insured)}; to lower it, please name a smaller one.",
        )
    if value < SMALLEST:
        raise Misread("too_small", f"At least {money(SMALLEST)} must stay insured. Which sum shall it be?")
    owed = position.owed(case.today)
    if _loan_needs(position, value, owed):
        raise Misread(
            "loan_too_large",
            f"You owe {money(owed)} on the policy, and the cash value that stays would not carry that loan. "
            "Please name a higher sum, or pay part of the loan back first.",
        )


def _prompt(case: Case) -> str:
    if case.known_position is None:
        return "To which sum insured shall I lower it?"
    return (
        f"The sum insured of {case.position.title} is {money(case.position.sum_insured)}. To which sum shall "
        f"I lower it? At least {money(SMALLEST)} must stay."
    )


def _can_go_down(case: Case) -> Refusal | None:
    position = case.known_position
    if position is None or position.sum_insured > SMALLEST:
        return None
    return Refusal(
        "smallest_already",
        f"{position.title} has the smallest cover there can be, so it can't be lowered. You could stop "
        "paying and keep a smaller cover, or borrow on the policy.",
        ("convert_to_paid_up", "take_policy_loan"),
    )


def _lines(case: Case) -> tuple[str, ...]:
    position, new_sum = case.position, case.answers["new_sum"]
    after = _after(position, new_sum)
    lines = [
        f"{position.title}: sum insured {money(new_sum)} instead of {money(position.sum_insured)}, from today"
    ]
    lines.append(
        f"For the part given up you paid {money(after.paid_for_part)}; you get {money(after.payout)}"
    )
    if position.premium and position.next_due:
        lines.append(
            f"Premium from the next due date: {money(after.premium)} instead of {money(position.premium)}"
        )
    return tuple(lines)


def _money(case: Case) -> MoneyOut | None:
    after = _after(case.position, case.answers["new_sum"])
    return MoneyOut(
        after.payout,
        after.loss,
        case.answers["account"],
        "Raising the sum again later counts as new cover, with health questions and a new waiting period",
    )


def reduce_sum(session: Session, row: ServiceTransaction, now: datetime) -> None:
    """Lower sum, premium and cash value, and order the payout.

    Raises:
        NotPossible: the policy is no longer what the customer was shown.
    """
    policy = living_policy_of(session, row)
    position = position_of(session, policy)
    new_sum = amount_of(row, "new_sum")
    if new_sum >= position.sum_insured:
        raise NotPossible("changed", "The sum insured has been changed since.")
    after = _after(position, new_sum)
    if after.payout != amount_of(row):
        raise NotPossible("changed", "The cash value has changed since: the figures must be shown again.")
    if _loan_needs(position, new_sum, position.owed(now.astimezone(CENTRE_ZONE).date())):
        raise NotPossible("loan_too_large", "The cash value that stays would not carry the loan.")
    policy.sum_insured, policy.premium, policy.cash_value = new_sum, after.premium, after.cash_value
    order_payout(session, row, policy, now)


REDUCE = Transaction(
    intent="reduce_cover",
    fields=(
        amount_field(
            Wish(
                name="new_sum",
                title="new sum insured",
                prompt=_prompt,
                base=lambda case: case.known_position.sum_insured if case.known_position else None,
                refuse=_fits,
                help='The sum that shall stay insured, for example 200,000; or "half".',
                why="So that I can work out what you get, and what it costs you.",
            )
        ),
        *QUESTIONS,
    ),
    conditions=(
        is_living("in_force", "paid_up", "grace"),
        Condition(f"at least {money(SMALLEST)} stay insured", _can_go_down),
        loss_is_known("lowering it", "A colleague works it out for you first.", ("talk_to_agent",)),
        Condition("the cash value that stays carries a loan (80 %)", lambda _case: None),
    ),
    lines=_lines,
    money=_money,
    callback=True,
    details=lambda case: {"new_sum": str(case.answers["new_sum"]), "old_sum": str(case.position.sum_insured)},
    next_steps=lambda _case: PAYOUT_TIME,
    effect=reduce_sum,
)
