"""Bringing a lapsed policy back (RE): overdue premiums, their interest, and a new health statement.

Never later than two years after the lapse; cover comes back when an agent has agreed and the money is there.
"""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from actions.services.health import health_lines, health_questions, statement
from actions.services.wording import money, show_date
from actions.servicing import alterations, calculations
from actions.servicing.alterations import REINSTATEMENT_YEARS, Reinstatement, reinstatement_ends
from actions.servicing.calculations import MONTHS
from actions.servicing.payments import TIME_TO_PAY
from actions.servicing.payouts import policy_of
from actions.servicing.position import Case, Position
from actions.servicing.standing import position_of
from actions.servicing.states import NotPossible
from actions.servicing.transaction import Condition, Refusal, Transaction
from records.clock import CENTRE_ZONE
from records.models import Policy, PolicyState, PremiumPayment, ServiceTransaction


def _needed(position: Position, today: date) -> Reinstatement:
    due = alterations.overdue(position.next_due, position.frequency, today) if position.next_due else ()
    return alterations.reinstatement(position.premium, due, today)


def _lapsed(case: Case) -> Refusal | None:
    position = case.known_position
    if position is None or position.state == "lapsed":
        return None
    if position.state in ("in_force", "grace", "cooling_off", "paid_up"):
        return Refusal(
            "not_lapsed",
            f"{position.title} has not lapsed: your cover goes on, and nothing has to be brought back.",
            ("check_premium_due", "check_policy_status"),
        )
    return Refusal(
        position.state,
        f"{position.title} has ended in another way than by a lapse, so it can't be brought back.",
        ("check_policy_status", "talk_to_agent"),
    )


def _in_time(case: Case) -> Refusal | None:
    position = case.known_position
    if position is None or position.lapsed_on is None:
        return None
    last = reinstatement_ends(position.lapsed_on)
    if case.today <= last:
        return None
    return Refusal(
        "lapsed_too_long",
        f"I'm sorry, {position.title} can't be brought back any more. It lapsed on "
        f"{show_date(position.lapsed_on)}; reinstatement was possible for {REINSTATEMENT_YEARS} years, until "
        f"{show_date(last)}. The contract has ended; its cash value, less any loan and interest, is yours "
        "and a colleague can have it paid to you, or tell you about new cover.",
        ("talk_to_agent", "check_cash_value"),
    )


def _countable(case: Case) -> Refusal | None:
    position = case.known_position
    if position is None or position.state != "lapsed" or (position.premium and position.next_due):
        return None
    return Refusal(
        "sum_unknown",
        f"I can't see which premiums of {position.title} are overdue. A colleague works it out with you now.",
        handoff="human_service",
    )


def _carries_loan(case: Case) -> Refusal | None:
    position = case.known_position
    if position is None or position.owed(case.today) <= position.cash_value:
        return None
    return Refusal(
        "loan_too_large",
        f"On {position.title} you owe {money(position.owed(case.today))} of loan and interest, more than its "
        f"cash value of {money(position.cash_value)}: it would lapse again at once. Please pay part of the "
        "loan back first.",
        ("repay_loan", "check_loan_balance"),
    )


def _lines(case: Case) -> tuple[str, ...]:
    needed = _needed(case.position, case.today)
    return (
        f"Bring back {case.position.title}",
        f"Overdue premiums: {money(needed.premiums)}",
        f"Interest on them: {money(needed.interest)}",
        f"To pay as of today: {money(needed.total)}; a colleague tells you the exact sum before you pay",
        *health_lines(case),
        "Waiting periods, and the two years of the suicide clause, begin again",
    )


def _agreed_sum(session: Session, row: ServiceTransaction, now: datetime) -> Decimal:
    """What is to be paid when agents agree: worked out on that day.

    Raises:
        NotPossible: it is not lapsed any more, lapsed too long ago, or a loan is too large by now.
    """
    policy = policy_of(session, row)
    today = now.astimezone(CENTRE_ZONE).date()
    position = _still_lapsed(session, policy)
    if position.lapsed_on is not None and today > reinstatement_ends(position.lapsed_on):
        raise NotPossible("lapsed_too_long", "The two years in which it could be brought back are over.")
    if position.owed(today) > position.cash_value:
        raise NotPossible("loan_too_large", "Loan and interest are more than the cash value by now.")
    return _needed(position, today).total


def _still_lapsed(session: Session, policy: Policy) -> Position:
    if policy.state is not PolicyState.LAPSED:
        raise NotPossible("not_lapsed", "The policy is not lapsed any more.")
    return position_of(session, policy)


def bring_back(session: Session, row: ServiceTransaction, now: datetime) -> None:
    """The money has come: the overdue premiums are booked, and cover begins again today.

    Raises:
        NotPossible: the policy is not lapsed any more.
    """
    policy = policy_of(session, row)
    today = now.astimezone(CENTRE_ZONE).date()
    position = _still_lapsed(session, policy)
    assert position.next_due is not None  # noqa: S101 - what is to pay was worked out from it
    agreed_on = date.fromisoformat(row.details["agreed_on"])
    for due in alterations.overdue(position.next_due, policy.frequency, agreed_on):
        session.add(PremiumPayment(policy_id=policy.id, amount=policy.premium, due_on=due, paid_on=today))
        policy.next_due = calculations.add_months(due, MONTHS[policy.frequency])
    policy.state = PolicyState.GRACE if policy.next_due and policy.next_due < today else PolicyState.IN_FORCE
    policy.lapsed_on, policy.reinstated_on = None, today


REINSTATEMENT = Transaction(
    intent="reinstate_policy",
    fields=health_questions("since the policy lapsed"),
    conditions=(
        Condition("the policy has lapsed", _lapsed),
        Condition(f"within {REINSTATEMENT_YEARS} years of the lapse", _in_time),
        Condition("the overdue premiums are on record", _countable),
        Condition("the cash value carries the loan and its interest", _carries_loan),
    ),
    lines=_lines,
    details=lambda case: {"shown": str(_needed(case.position, case.today).total)} | statement(case.answers),
    next_steps=lambda _case: (
        "The colleague may ask for a medical examination, which we pay. Once it is agreed you get the exact "
        f"sum and have {TIME_TO_PAY.days} days to pay it; cover begins again when the money has come."
    ),
    to_pay=_agreed_sum,
    effect=bring_back,
)
