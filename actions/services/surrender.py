"""Giving a policy up for its cash value (SU): the loss in money and the other ways first, then a colleague.

Nothing is paid before an agent, and above the limits a second one, has agreed on figures that still hold.
"""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from actions.forms.service import Facts, Field
from actions.normalise import Choice, read_choice
from actions.services.wording import money
from actions.servicing import calculations, endings
from actions.servicing.calculations import ZERO, cooling_off_ends
from actions.servicing.conditions import is_living, loss_is_known
from actions.servicing.four_eyes import four_eyes, paid_out
from actions.servicing.interlock import CALL_FROM_AGE, PAYOUT_TIME, QUESTIONS, MoneyOut
from actions.servicing.payouts import living_policy_of, order_payout
from actions.servicing.position import Case, Position
from actions.servicing.standing import position_of
from actions.servicing.states import NotPossible
from actions.servicing.transaction import Condition, Refusal, Transaction
from records.clock import CENTRE_ZONE
from records.models import PolicyState, ServiceTransaction

GO_ON, PERSON = "surrender", "person"
WAYS = (
    Choice(
        GO_ON, "Go on with the surrender", ("go on", "surrender", "give it up", "anyway", "continue", "yes")
    ),
    Choice("take_policy_loan", "Borrow on it instead", ("loan", "borrow")),
    Choice("reduce_cover", "Lower the cover instead", ("lower", "reduce", "part of it")),
    Choice("convert_to_paid_up", "Stop paying, keep a smaller cover", ("paid up", "stop paying", "smaller")),
)
_ASK_A_PERSON = Choice(PERSON, "Talk to a person first", ("person", "somebody", "colleague", "agent"))


def _payout(position: Position, today: date) -> Decimal:
    """The cash value less loans and interest, and what is ready to be drawn besides."""
    value = calculations.surrender_value(position.cash_value, position.owed(today))
    return value + position.ready(today) + position.dividend_balance


def _loss(position: Position) -> Decimal:
    return calculations.surrender_loss(position.paid or ZERO, position.cash_value)


def _ways(facts: Facts) -> tuple[Choice, ...]:
    person = facts.more.get("person")
    return (*WAYS, _ASK_A_PERSON) if person and person.age >= CALL_FROM_AGE else WAYS


def _question(case: Case) -> str:
    position = case.known_position
    if position is None:
        return "Shall I go on with the surrender?"
    return (
        f"Giving up {position.title} would pay you {money(_payout(position, case.today))}. You paid "
        f"{money(position.paid or ZERO)} in premiums and would lose {money(_loss(position))} of it; the "
        f"cover of {money(position.sum_insured)} ends at once and cannot be brought back. You can also "
        "borrow on it, lower the cover, or stop paying and keep a smaller one. What would you like?"
    )


def _other_way(case: Case) -> Refusal | None:
    way = case.answers.get("way")
    if way in (None, GO_ON):
        return None
    if way == PERSON:
        return Refusal(
            "person_first", "Of course. A colleague talks it over with you now.", handoff="asked_for"
        )
    return Refusal("other_way", "Gladly. Nothing has been given up; you can begin here.", (str(way),))


def _cooling_off(case: Case) -> Refusal | None:
    position = case.known_position
    if position is None:
        return None
    received = position.received_on
    inside = position.state == "cooling_off" if received is None else case.today <= cooling_off_ends(received)
    if not inside:
        return None
    return Refusal(
        "cooling_off",
        f"{position.title} is still in its cooling-off period. Please cancel it instead: then you get back "
        "everything you paid, without any loss.",
        ("cancel_in_cooling_off",),
    )


def _something_to_pay(case: Case) -> Refusal | None:
    position = case.known_position
    if position is None or _payout(position, case.today) > 0:
        return None
    return Refusal(
        "no_cash_value",
        f"{position.title} would pay nothing: it has no cash value left after loans. You may simply stop "
        "paying if you do not need the cover any more.",
        ("check_cash_value", "check_coverage"),
    )


def _lines(case: Case) -> tuple[str, ...]:
    position, today = case.position, case.today
    lines = [f"Give up {position.title}, with a cash value of {money(position.cash_value)}"]
    if owed := position.owed(today):
        lines.append(f"Less {money(owed)} of loan and interest, up to the day it is paid")
    if more := position.ready(today) + position.dividend_balance:
        lines.append(f"With {money(more)} that was ready to be drawn")
    lines.append(f"You paid {money(position.paid or ZERO)} in premiums")
    return tuple(lines)


def _basis(position: Position, today: date) -> list[str]:
    """What the figures are worked out from, but for the interest of the days to come."""
    principal = sum((debt.principal for debt in position.debts), ZERO)
    more = position.ready(today) + position.dividend_balance
    return [str(position.cash_value), str(principal), str(more)]


def give_up(session: Session, row: ServiceTransaction, now: datetime) -> None:
    """The policy ends, and its value of this day is ordered to be paid.

    Raises:
        NotPossible: it is over already, or its value is no longer what the customer was shown.
    """
    policy = living_policy_of(session, row)
    today = now.astimezone(CENTRE_ZONE).date()
    position = position_of(session, policy)
    if _basis(position, today) != row.details["basis"]:
        raise NotPossible("changed", "The value has changed since: the figures must be shown again.")
    row.details = {**row.details, "amount": str(_payout(position, today))}
    endings.close_loans(session, policy, today)
    endings.end_riders(session, policy)
    endings.draw_ready(session, policy, today)
    policy.state, policy.next_due = PolicyState.SURRENDERED, None
    policy.cash_value = ZERO
    if policy.account_value is not None:
        policy.account_value = ZERO
    order_payout(session, row, policy, now)


SURRENDER = Transaction(
    intent="surrender_policy",
    fields=(
        Field(
            name="way",
            title="way to go",
            prompt=lambda answers, facts: _question(Case(answers, facts)),
            read=lambda text, facts: read_choice(text, _ways(facts)),
            help="You can press one of these. Giving up is for good; the other ways keep part of it.",
            why="Many people find a better way when they see the loss.",
            choices=_ways,
            show=lambda value, facts: next(
                (choice.title for choice in _ways(facts) if choice.value == value), str(value)
            ),
        ),
        *QUESTIONS,
    ),
    conditions=(
        is_living(),
        Condition("the cooling-off period is over", _cooling_off),
        Condition("it has a value after loans", _something_to_pay),
        loss_is_known(
            "giving it up",
            "A colleague works that out with you now, before anything else.",
            handoff="human_service",
        ),
        Condition("the customer prefers it to a loan, a lower or a paid-up cover", _other_way),
    ),
    lines=_lines,
    money=lambda case: MoneyOut(
        _payout(case.position, case.today),
        _loss(case.position),
        case.answers["account"],
        "The cover and all riders end at once; a surrender cannot be undone",
    ),
    four_eyes=four_eyes(paid_out),
    details=lambda case: {"basis": _basis(case.position, case.today)},
    next_steps=lambda _case: (
        "The colleague talks to you before it is final, and you can take it back until then. " + PAYOUT_TIME
    ),
    effect=give_up,
)
