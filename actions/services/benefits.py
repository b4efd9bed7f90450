"""Drawing money that is ready (WB): survival, annuity and maturity money, and dividends.

What is drawn is marked as paid in the same transaction as the order to pay; nothing is drawn twice.
"""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.normalise import Choice, Misread
from actions.services.wording import listed, money, show_date
from actions.servicing.calculations import ZERO
from actions.servicing.choices import choice_field
from actions.servicing.conditions import LIVING, is_living
from actions.servicing.interlock import PAYOUT_TIME, QUESTIONS, MoneyOut
from actions.servicing.payments import repay
from actions.servicing.payouts import order_payout, policy_of
from actions.servicing.position import Case, Position
from actions.servicing.standing import position_of
from actions.servicing.states import NotPossible
from actions.servicing.transaction import Condition, Refusal, Transaction, amount_of
from records.clock import CENTRE_ZONE
from records.models import Benefit, ServiceTransaction

WHAT = (
    Choice("all", "Everything that is ready", ("all", "everything", "all of it", "both")),
    Choice(
        "benefits", "Only annuity, survival or maturity money", ("annuity", "survival", "maturity", "pension")
    ),
    Choice("dividends", "Only the dividends", ("dividend", "dividends", "bonus")),
)


def _ready(position: Position, case: Case) -> Decimal:
    """Benefits that are payable by today."""
    return sum((due.amount for due in position.benefits if due.payable_on <= case.today), ZERO)


def _off(position: Position, case: Case) -> Decimal:
    """A loan is taken off maturity money."""
    matures = any(due.kind == "maturity" and due.payable_on <= case.today for due in position.benefits)
    return min(position.owed(case.today), _ready(position, case)) if matures else ZERO


def _amount(case: Case) -> Decimal:
    position, what = case.position, case.answers["what"]
    benefits = _ready(position, case) - _off(position, case) if what != "dividends" else ZERO
    return benefits + (position.dividend_balance if what != "benefits" else ZERO)


def _something_ready(case: Case) -> Refusal | None:
    position = case.known_position
    if position is None or _ready(position, case) or position.dividend_balance:
        return None
    later = [due for due in position.benefits if due.payable_on > case.today]
    if later:
        return Refusal(
            "not_yet",
            f"The next money from {position.title} is {money(later[0].amount)} on "
            f"{show_date(later[0].payable_on)}; before that day nothing can be drawn. You can borrow on the "
            "policy instead.",
            ("check_benefits", "take_policy_loan"),
        )
    return Refusal(
        "nothing_ready",
        f"No money is waiting for you on {position.title}.",
        ("check_benefits", "check_cash_value", "take_policy_loan"),
    )


def _there(value: str, case: Case) -> None:
    position = case.known_position
    if position is None:
        return
    if value == "benefits" and not _ready(position, case):
        raise Misread("none", f"Only dividends are waiting: {money(position.dividend_balance)}.")
    if value == "dividends" and not position.dividend_balance:
        raise Misread(
            "none", f"No dividends are waiting, but {money(_ready(position, case))} of other money."
        )


def _prompt(case: Case) -> str:
    position = case.known_position
    if position is None:
        return "What would you like to draw?"
    found = []
    if ready := _ready(position, case):
        found.append(f"{money(ready)} that the policy pays")
    if position.dividend_balance:
        found.append(f"{money(position.dividend_balance)} of dividends")
    return f"On {position.title} there is {listed(found)}. What would you like to draw?"


def _lines(case: Case) -> tuple[str, ...]:
    position, what = case.position, case.answers["what"]
    lines = [f"Draw from {position.title}:"]
    if what != "dividends":
        lines += [
            f"{due.kind} money of {show_date(due.payable_on)}: {money(due.amount)}"
            for due in position.benefits
            if due.payable_on <= case.today
        ]
        if off := _off(position, case):
            lines.append(f"Less loan and interest: {money(off)}")
    if what != "benefits" and position.dividend_balance:
        lines.append(f"Dividends: {money(position.dividend_balance)}")
    return tuple(lines)


def draw(session: Session, row: ServiceTransaction, now: datetime) -> None:
    """Mark it as paid and order the payout.

    Raises:
        NotPossible: it was drawn already, or has changed since it was shown.
    """
    policy = policy_of(session, row)
    today = now.astimezone(CENTRE_ZONE).date()
    what, on = row.details["what"], row.details["day"]
    position = position_of(session, policy)
    ready = sum((due.amount for due in position.benefits if due.payable_on.isoformat() <= on), ZERO)
    expected = (ready if what != "dividends" else ZERO) - Decimal(row.details["off"])
    expected += position.dividend_balance if what != "benefits" else ZERO
    if expected != amount_of(row):
        raise NotPossible("changed", "What can be drawn has changed since: the figures must be shown again.")
    if what != "dividends":
        for benefit in session.scalars(
            select(Benefit).where(Benefit.policy_id == policy.id, Benefit.paid_on.is_(None))
        ):
            if benefit.payable_on.isoformat() <= on:
                benefit.paid_on = today
    if what != "benefits":
        policy.dividend_balance = ZERO
    if off := Decimal(row.details["off"]):
        repay(session, policy, off, today)
    order_payout(session, row, policy, now)


DRAW = Transaction(
    intent="withdraw_benefit",
    fields=(
        choice_field(
            "what",
            "what to draw",
            _prompt,
            WHAT,
            why="You may leave the rest where it is.",
            refuse=_there,
        ),
        *QUESTIONS,
    ),
    conditions=(
        is_living(*LIVING, "matured"),
        Condition("money of the policy is ready, or dividends have built up", _something_ready),
    ),
    lines=_lines,
    money=lambda case: MoneyOut(_amount(case), ZERO, case.answers["account"]),
    callback=True,
    details=lambda case: {
        "what": case.answers["what"],
        "day": case.today.isoformat(),
        "off": str(_off(case.position, case)) if case.answers["what"] != "dividends" else "0.00",
    },
    next_steps=lambda _case: PAYOUT_TIME + " The account is kept for the next time.",
    effect=draw,
)
