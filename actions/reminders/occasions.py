"""Occasions of reminders, read from the records: what concerns whom, and on which day.

Reads only. The name of an occasion is the same at every look, so that it is planned once.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from actions.normalise import show_date
from actions.services.catalogue import CATALOGUE
from actions.services.interest import loan_interest
from actions.services.wording import money
from records.clock import CENTRE_ZONE
from records.models import (
    GIVEN_UP,
    Benefit,
    Customer,
    DebitFailure,
    Loan,
    Policy,
    PolicyState,
    ServiceTransaction,
)

GRACE = timedelta(days=60)
WARNING, LAST = Decimal("0.90"), Decimal("1.00")
"""Shares of the cash value at which a loan is warned of (insurer's facts: loan_warning, loan_lapse)."""

DEBIT_KEPT = timedelta(days=14)
REINSTATEMENT_YEARS = 2
RISK_WINDOW = timedelta(days=7)
RISKY_COUNT = 2
"""So many requests for money inside the window are warned of, or one soon after a change of contact."""

AFTER_CHANGE = timedelta(hours=72)
_LAST_NOTICE = ":last"
_MONEY_OUT = tuple(entry.code for entry in CATALOGUE.values() if entry.money_out and entry.code)
_CONTACT = ("LD", "PC")


@dataclass(frozen=True, slots=True)
class Window:
    """Which occasions are looked for."""

    today: date
    until: date
    """Last day of occasions that are still to come."""

    customer_id: int | None = None
    """One customer's only."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something a customer should hear of."""

    customer_id: int
    policy_id: int | None
    about: str
    """Its name within its kind."""

    on: date
    words: Mapping[str, str]


def premiums_due(session: Session, window: Window) -> Iterator[Occasion]:
    """Premiums that become due."""
    for policy in _policies(
        session,
        window,
        Policy.state.in_((PolicyState.IN_FORCE, PolicyState.COOLING_OFF)),
        Policy.premium > 0,
        Policy.next_due.between(window.today, window.until),
    ):
        assert policy.next_due is not None  # noqa: S101 - the statement asks for it
        yield _of(policy, policy.next_due, f"{policy.number}:{policy.next_due}", amount=money(policy.premium))


def grace_ending(session: Session, window: Window) -> Iterator[Occasion]:
    """Unpaid premiums whose grace period runs out; told by the last day of the cover."""
    for policy in _policies(
        session,
        window,
        Policy.state.in_((PolicyState.GRACE, PolicyState.IN_FORCE)),
        Policy.premium > 0,
        Policy.next_due < window.today,
        Policy.next_due.between(window.today - GRACE, window.until - GRACE),
    ):
        assert policy.next_due is not None  # noqa: S101 - the statement asks for it
        about = f"{policy.number}:{policy.next_due}"
        yield _of(policy, policy.next_due + GRACE, about, amount=money(policy.premium))


def failed_debits(session: Session, window: Window) -> Iterator[Occasion]:
    """Debits that the bank did not pay."""
    rows = session.execute(
        _mine(
            select(DebitFailure, Policy)
            .join(Policy, Policy.id == DebitFailure.policy_id)
            .where(
                DebitFailure.settled_on.is_(None),
                # A premium that was paid otherwise since is no longer due.
                Policy.next_due <= DebitFailure.due_on,
                Policy.state.not_in((*GIVEN_UP, PolicyState.LAPSED)),
                DebitFailure.tried_on.between(window.today - DEBIT_KEPT, window.today),
            )
            .order_by(DebitFailure.id),
            window,
        )
    ).unique()
    for failure, policy in rows:
        retry = " Please pay it another way."
        if failure.retry_on is not None and failure.retry_on >= window.today:
            retry = f" We try again on {show_date(failure.retry_on)}."
        about = f"{policy.number}:{failure.due_on}:{failure.tried_on}"
        yield _of(policy, failure.tried_on, about, amount=money(failure.amount), retry=retry)


def loans_near_value(session: Session, window: Window) -> Iterator[Occasion]:
    """Policies whose loans and interest near the cash value, or have reached it."""
    rows = session.execute(
        _mine(
            select(Loan, Policy)
            .join(Policy, Policy.id == Loan.policy_id)
            .where(
                Loan.repaid_on.is_(None),
                Policy.cash_value > 0,
                Policy.state.not_in((*GIVEN_UP, PolicyState.LAPSED, PolicyState.MATURED)),
            )
            .order_by(Loan.id),
            window,
        )
    ).unique()
    loans: dict[int, list[Loan]] = defaultdict(list)
    policies: dict[int, Policy] = {}
    for loan, policy in rows:
        loans[policy.id].append(loan)
        policies[policy.id] = policy
    for policy_id, mine in loans.items():
        policy = policies[policy_id]
        owed = sum(
            (one.principal + loan_interest(one.principal, one.rate, one.since, window.today) for one in mine),
            Decimal(0),
        )
        share = owed / policy.cash_value
        if share < WARNING:
            continue
        last = share >= LAST
        words = " This is the last notice: pay at least the interest within 30 days, or the policy lapses."
        yield _of(
            policy,
            window.today,
            f"{policy.number}:{mine[-1].id}{_LAST_NOTICE if last else ':warning'}",
            share=str(int(share * 100)),
            last=words if last else " At 100 percent the policy can lapse.",
        )


def loans_at_value(session: Session, window: Window) -> Iterator[Occasion]:
    """Those of `loans_near_value` that have reached the cash value."""
    return (one for one in loans_near_value(session, window) if one.about.endswith(_LAST_NOTICE))


def documents_expiring(session: Session, window: Window) -> Iterator[Occasion]:
    """Identity documents that expire."""
    statement = select(Customer.id, Customer.id_expires).where(
        Customer.id_expires.between(window.today, window.until)
    )
    if window.customer_id is not None:
        statement = statement.where(Customer.id == window.customer_id)
    for customer_id, expires in session.execute(statement.order_by(Customer.id)):
        assert expires is not None  # noqa: S101 - the statement asks for it
        yield Occasion(customer_id, None, f"{customer_id}:{expires}", expires, {"on": show_date(expires)})


def unclaimed_benefits(session: Session, window: Window) -> Iterator[Occasion]:
    """Benefits that are payable and were not drawn."""
    rows = session.execute(
        _mine(
            select(Benefit, Policy)
            .join(Policy, Policy.id == Benefit.policy_id)
            .where(
                Benefit.paid_on.is_(None),
                Benefit.payable_on <= window.today,
                Policy.state.not_in(GIVEN_UP),
            )
            .order_by(Benefit.id),
            window,
        )
    ).unique()
    for benefit, policy in rows:
        about = f"{policy.number}:{benefit.id}"
        yield _of(policy, benefit.payable_on, about, amount=money(benefit.amount), benefit=benefit.kind)


def policies_asleep(session: Session, window: Window) -> Iterator[Occasion]:
    """Lapsed policies that can still be brought back; told by the last day of that."""
    for policy in _policies(
        session,
        window,
        Policy.state == PolicyState.LAPSED,
        Policy.lapsed_on > window.today - timedelta(days=366 * REINSTATEMENT_YEARS),
    ):
        assert policy.lapsed_on is not None  # noqa: S101 - the statement asks for it
        end = _years_later(policy.lapsed_on, REINSTATEMENT_YEARS)
        if window.today <= end <= window.until:
            yield _of(policy, end, f"{policy.number}:{policy.lapsed_on}")


def risky_requests(session: Session, window: Window) -> Iterator[Occasion]:
    """Requests for money as they come with frauds: several in a week, or soon after a change of contact."""
    start = datetime.combine(window.today - RISK_WINDOW, time(0), CENTRE_ZONE)
    statement = select(
        ServiceTransaction.id,
        ServiceTransaction.customer_id,
        ServiceTransaction.policy_id,
        ServiceTransaction.service,
        ServiceTransaction.created_at,
    ).where(
        ServiceTransaction.created_at >= start - AFTER_CHANGE,
        ServiceTransaction.service.in_((*_MONEY_OUT, *_CONTACT)),
        ServiceTransaction.state.not_in(("cancelled", "refused", "withdrawn")),
    )
    if window.customer_id is not None:
        statement = statement.where(ServiceTransaction.customer_id == window.customer_id)
    by_customer: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(statement.order_by(ServiceTransaction.created_at, ServiceTransaction.id)):
        by_customer[row.customer_id].append(row)
    for customer_id, rows in by_customer.items():
        asked = [row for row in rows if row.service in _MONEY_OUT and row.created_at >= start]
        for index, row in enumerate(asked):
            changed = any(
                timedelta(0) <= row.created_at - other.created_at <= AFTER_CHANGE
                for other in rows
                if other.service in _CONTACT and other.id != row.id
            )
            if index + 1 >= RISKY_COUNT or changed:
                on = row.created_at.astimezone(CENTRE_ZONE).date()
                yield Occasion(customer_id, row.policy_id, f"{row.id}", on, {"on": show_date(on)})


def _policies(session: Session, window: Window, *conditions: ColumnElement[bool]) -> Iterator[Policy]:
    statement = _mine(select(Policy).where(*conditions).order_by(Policy.id), window)
    yield from session.scalars(statement).unique()


def _mine[*Row](statement: Select[*Row], window: Window) -> Select[*Row]:
    if window.customer_id is None:
        return statement
    return statement.where(Policy.holder_id == window.customer_id)


def _of(policy: Policy, on: date, about: str, **words: str) -> Occasion:
    said = {"on": show_date(on), "policy": policy.product.name, "ending": policy.number[-4:]}
    return Occasion(policy.holder_id, policy.id, about, on, said | words)


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 3, 1)
