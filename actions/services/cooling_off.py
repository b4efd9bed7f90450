"""Cancelling a new policy inside its cooling-off period (CO): everything paid comes back.

After the last day nothing is cancelled here; the customer is told why, and what else there is.
"""

from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from actions.services.wording import money, show_date
from actions.servicing.calculations import COOLING_OFF_DAYS, ZERO, cooling_off_ends
from actions.servicing.conditions import is_living
from actions.servicing.interlock import PAYOUT_TIME, QUESTIONS, MoneyOut
from actions.servicing.payouts import order_payout, policy_of
from actions.servicing.position import Case
from actions.servicing.transaction import Condition, Refusal, Transaction
from records.models import PolicyState, ServiceTransaction


def _in_time(case: Case) -> Refusal | None:
    position = case.known_position
    if position is None or (position.received_on is None and position.state == "cooling_off"):
        return None  # without a signed receipt the period has not begun to run
    if position.received_on is None:
        return Refusal(
            "no_cooling_off",
            f"The cooling-off period of {position.title} is over: it lasts {COOLING_OFF_DAYS} days from the "
            "signed receipt of a new policy. You can still give the policy up for its cash value, which is "
            "often less than you paid, or keep it and borrow on it.",
            ("surrender_policy", "check_cash_value", "take_policy_loan"),
        )
    last = cooling_off_ends(position.received_on)
    if case.today <= last:
        return None
    day = (case.today - position.received_on).days
    return Refusal(
        "cooling_off_over",
        f"I'm sorry, the cooling-off period of {position.title} is over. You signed the receipt on "
        f"{show_date(position.received_on)}; the {COOLING_OFF_DAYS} days ended on {show_date(last)}, and "
        f"today is day {day}. You can still give the policy up for its cash value, which is often less than "
        "you paid; or keep it with a lower cover, or pay in smaller parts.",
        ("surrender_policy", "reduce_cover", "change_premium_frequency", "check_cash_value"),
    )


def _refund(case: Case) -> Decimal:
    return case.position.paid or ZERO


def cancel(session: Session, row: ServiceTransaction, now: datetime) -> None:
    """The policy is as if it had never been, and what was paid goes back."""
    policy = policy_of(session, row)
    policy.state = PolicyState.CANCELLED
    policy.next_due = None
    policy.cash_value = ZERO
    order_payout(session, row, policy, now)


CANCEL = Transaction(
    intent="cancel_in_cooling_off",
    fields=QUESTIONS,
    conditions=(
        Condition(f"within {COOLING_OFF_DAYS} days of the signed receipt of the policy", _in_time),
        is_living("cooling_off", "in_force", "grace"),
    ),
    lines=lambda case: (
        f"Cancel {case.position.title} from today",
        f"You get back everything you paid: {money(_refund(case))}; there is no fee",
    ),
    money=lambda case: MoneyOut(
        _refund(case), ZERO, case.answers["account"], "The cover ends at once, as if it had never been"
    ),
    details=lambda case: {"refund": str(_refund(case))},
    next_steps=lambda _case: "The policy is cancelled and the cover has ended. " + PAYOUT_TIME,
    effect=cancel,
)
