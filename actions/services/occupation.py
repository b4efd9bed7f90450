"""A new job (IO): its occupation class can change the premium of the policies on the customer's own life.

The class is what the customer says until an agent has looked at it. What is paid back goes to no new account.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.forms.service import Answers, Facts, Field
from actions.normalise import Choice, Misread, Tense, read_date, read_name
from actions.services.wording import money, show_date
from actions.servicing import alterations
from actions.servicing.alterations import LOADED
from actions.servicing.calculations import ZERO
from actions.servicing.choices import choice_field
from actions.servicing.interlock import masked
from actions.servicing.payments import TIME_TO_PAY
from actions.servicing.payouts import arrangement_of
from actions.servicing.position import Case, Position, positions
from actions.servicing.profiles import customer_of, profile_row
from actions.servicing.standing import position_of
from actions.servicing.states import NotPossible
from actions.servicing.transaction import Condition, Refusal, Transaction
from records.clock import CENTRE_ZONE
from records.models import Payout, Policy, ServiceTransaction

CLASSES = (
    Choice(
        "1", "Office, teaching, nursing (class 1)", ("office", "desk", "teacher", "school", "nurse", "bank")
    ),
    Choice(
        "2", "Shop, restaurant, sales outside (class 2)", ("shop", "restaurant", "sales", "cook", "waiter")
    ),
    Choice("3", "Driving, delivery, light workshop (class 3)", ("driver", "taxi", "delivery", "workshop")),
    Choice("4", "Electrician, machines, welding (class 4)", ("electrician", "welder", "machine", "factory")),
    Choice(
        "5",
        "Scaffolds, heights, fishing boats (class 5)",
        ("scaffold", "heights", "roof", "fishing", "crane"),
    ),
    Choice("6", "Explosives, mining, diving (class 6)", ("explosives", "mine", "miner", "mining", "diver")),
)
_TITLES = {choice.value: choice.title for choice in CLASSES}
LIVING = ("in_force", "grace", "cooling_off", "paid_up")
_OLDEST = 10
"""Years back that a job is taken down without a person."""


def _own(case: Case) -> tuple[Position, ...]:
    """Living policies on the customer's own life."""
    return tuple(
        position
        for position in positions(case.facts)
        if position.insured_is_holder and position.state in LIVING
    )


def _insured(case: Case) -> Refusal | None:
    if case.known_person is None or _own(case):
        return None
    return Refusal(
        "not_insured",
        "None of your policies in force is on your own life, so your job changes none of them. If it is "
        "about another insured person, a colleague takes it down with you.",
        ("check_policy_status", "talk_to_agent"),
    )


def _something_new(case: Case) -> Refusal | None:
    person, job, chosen = case.known_person, case.answers.get("job"), case.answers.get("class")
    if person is None or job is None or chosen is None:
        return None
    if job.casefold() != person.occupation.casefold() or int(chosen) != person.occupation_class:
        return None
    return Refusal(
        "same",
        "That is the job we have on file already, so nothing changes.",
        ("check_coverage",),
    )


def _not_ahead(value: date, _answers: Answers, facts: Facts) -> None:
    if value > facts.today:
        raise Misread("future", "Please tell us once you have begun. Since which day have you had this job?")
    if value.year < facts.today.year - _OLDEST:
        raise Misread("too_long_ago", f"That is more than {_OLDEST} years ago. Please check the year.")


def _changes(own: Sequence[Position], old: int | None, new: int) -> list[tuple[Position, Decimal]]:
    """The policies whose premium changes, with their new premium."""
    found = []
    for position in own:
        if position.kind in LOADED and position.premium and position.next_due:
            premium = alterations.occupation_premium(position.premium, old, new)
            if premium != position.premium:
                found.append((position, premium))
    return found


def _rest(changes: Sequence[tuple[Position, Decimal]], today: date) -> Decimal:
    """What falls on the days up to the next due dates: to be paid, or below zero: paid back."""
    total = ZERO
    for position, premium in changes:
        assert position.next_due is not None  # noqa: S101 - only policies with premiums to come change
        difference = premium - position.premium
        rest = alterations.rest_of_period(abs(difference), position.next_due, position.frequency, today)
        total += rest if difference > 0 else -rest
    return total


def _account(own: Sequence[Position]) -> str:
    """The customer's own account on file: money goes back to no other."""
    return next((account for one in own for account in (one.account, one.payout_account) if account), "")


def _loses_shield(own: Sequence[Position], new: int) -> bool:
    return new == max(alterations.LOADINGS) and any("accident" in position.riders for position in own)


def _lines(case: Case) -> tuple[str, ...]:
    own, new = _own(case), int(case.answers["class"])
    changes = _changes(own, case.person.occupation_class, new)
    lines = [
        f"New job: {case.answers['job']}, since {show_date(case.answers['since'])}",
        f"Occupation class as you describe it: {_TITLES[case.answers['class']]}",
    ]
    for position, premium in changes:
        lines.append(f"{position.title}: premium {money(premium)} instead of {money(position.premium)}")
    rest = _rest(changes, case.today)
    if rest > 0:
        lines.append(f"Once, up to the next due dates: about {money(rest)} more")
    if rest < 0:
        account = _account(own)
        where = f"to {masked(account)}" if account else "once you have given us your own account"
        lines.append(f"About {money(-rest)} of unused premium is paid back, {where}")
    if not changes:
        lines.append("Your premiums stay as they are")
    if _loses_shield(own, new):
        lines.append("Accident Shield does not take this class: it ends")
    return tuple(lines)


def _agreed_sum(session: Session, row: ServiceTransaction, now: datetime) -> Decimal:
    """What a more dangerous job costs up to the next due dates.

    Raises:
        NotPossible: the job on file has changed since.
    """
    own = _checked(session, row)
    changes = _changes(own, row.details["old_class"], row.details["class"])
    return max(ZERO, _rest(changes, now.astimezone(CENTRE_ZONE).date()))


def _policies(session: Session, row: ServiceTransaction) -> list[Policy]:
    return list(
        session.scalars(
            select(Policy)
            .where(
                Policy.holder_id == row.customer_id,
                Policy.insured_id == row.customer_id,
                Policy.state.in_(LIVING),
            )
            .order_by(Policy.number)
            .with_for_update(of=Policy)
            .execution_options(populate_existing=True)
        ).unique()
    )


def _checked(session: Session, row: ServiceTransaction) -> list[Position]:
    if profile_row(session, row).occupation_class != row.details["old_class"]:
        raise NotPossible("changed", "The job on file has changed since: the figures must be shown again.")
    return [position_of(session, policy) for policy in _policies(session, row)]


def set_job(session: Session, row: ServiceTransaction, now: datetime) -> None:
    """Set job, class and premiums; pay back what is unused, to the account on file and no other.

    Raises:
        NotPossible: the job on file has changed since, or no account is on file for what is paid back.
    """
    own, new = _checked(session, row), row.details["class"]
    changes = _changes(own, row.details["old_class"], new)
    rest = _rest(changes, now.astimezone(CENTRE_ZONE).date())
    if rest < 0:
        _pay_back(session, row, -rest, own, now)
    premiums = {position.id: premium for position, premium in changes}
    for policy in _policies(session, row):
        policy.premium = premiums.get(policy.id, policy.premium)
        for rider in list(policy.riders) if _loses_shield(own, new) else ():
            if rider.product.kind == "accident":
                session.delete(rider)
    profile = profile_row(session, row)
    profile.occupation, profile.occupation_class = row.details["job"], new


def _pay_back(
    session: Session, row: ServiceTransaction, amount: Decimal, own: Sequence[Position], now: datetime
) -> None:
    account = _account(own)
    if not account:
        raise NotPossible(
            "no_account", "No account of the customer is on file: ask them to give one (change how you pay)."
        )
    holder = next(position for position in own if account in (position.account, position.payout_account))
    arrangement_of(session, holder.id).payout_account = account
    session.add(
        Payout(
            transaction_id=row.id,
            policy_id=holder.id,
            amount=amount,
            account=account,
            holder=customer_of(session, row).name,
            ordered_at=now,
        )
    )


def _details(case: Case) -> dict[str, Any]:
    return {
        "job": case.answers["job"],
        "class": int(case.answers["class"]),
        "since": case.answers["since"].isoformat(),
        "old_job": case.person.occupation,
        "old_class": case.person.occupation_class,
    }


OCCUPATION = Transaction(
    intent="change_occupation",
    about_policy=False,
    fields=(
        Field(
            name="job",
            title="new job",
            prompt="What is your new job?",
            read=lambda text, _facts: read_name(text),
            help="What you do, and where: for example taxi driver, or teacher at a school.",
            why="Some jobs are more dangerous than others; the premium follows that.",
            free=True,
            aliases=("job", "occupation", "profession"),
        ),
        choice_field(
            "class",
            "kind of work",
            "Which of these is closest to what you do?",
            CLASSES,
            why="It decides the occupation class. A colleague checks it.",
            aliases=("class",),
        ),
        Field(
            name="since",
            title="first day",
            prompt="Since which day?",
            read=lambda text, facts: read_date(text, facts.today, Tense.PAST),
            check=_not_ahead,
            help="The first day in the new job, roughly is fine.",
            why="The new class counts from then.",
            aliases=("date", "since"),
        ),
    ),
    conditions=(
        Condition("a policy in force is on the customer's own life", _insured),
        Condition("job or class differ from what is on file", _something_new),
    ),
    lines=_lines,
    details=_details,
    next_steps=lambda _case: (
        "If your premium rises, you get the exact sum up to the next due date. You then have "
        f"{TIME_TO_PAY.days} days to pay it; if it falls, the unused part comes back to you."
    ),
    to_pay=_agreed_sum,
    effect=set_job,
)
