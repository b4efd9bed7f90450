"""Servicing requests as a list for agents: what waits for a decision, why, since when, and by when.

Reads only. Whoever shows it to somebody leaves the line of audit; see `handoff.casedesk`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from actions.services.catalogue import CATALOGUE
from actions.services.wording import money
from actions.servicing.interlock import CALL_ABOVE, CALL_FROM_AGE
from actions.servicing.position import WATCHED
from actions.servicing.states import State
from actions.servicing.transaction import DECISION_DAYS
from handoff import sources
from records import calendar
from records.clock import CENTRE_ZONE
from records.models import Customer, Paper, PaymentOrder, Policy, ServiceTransaction

SHOWN = 200
CALL_DAYS = 1
"""Working days in which a person calls back."""

_BY_CODE = {entry.code: entry for entry in CATALOGUE.values() if entry.code}
_BECAUSE = {
    "amount": f"More than {money(CALL_ABOVE)}",
    "age": f"{CALL_FROM_AGE} or older",
    "number_changed": f"New telephone number within {int(WATCHED.total_seconds() // 3600)} hours",
}
_WAITING = (State.WAITING_FOR_AGENT, State.WAITING_FOR_CALLBACK, State.WAITING_FOR_SECOND)
_SECOND = "A second colleague must agree: "


class Stage(StrEnum):
    """What a request needs next."""

    DECIDE = "decide"
    CALL = "call"
    SECOND = "second"
    CUSTOMER = "customer"
    """Something more of the customer, a paper for example; it can be decided all the same."""

    @property
    def words(self) -> str:
        """The stage as an agent reads it."""
        return {
            Stage.DECIDE: "Decision",
            Stage.CALL: "Call back first",
            Stage.SECOND: "Second approval",
            Stage.CUSTOMER: "With the customer",
        }[self]


@dataclass(frozen=True, slots=True)
class Request:
    """A request in the list."""

    receipt: str
    code: str
    title: str
    stage: Stage
    reasons: tuple[str, ...]
    since: datetime
    promised: date | None
    """Working day by which it is to be done; none while it waits for the customer."""

    is_late: bool
    amount: Decimal | None
    customer_id: int | None
    customer_number: str
    customer: str
    age: int | None
    policy: str
    conversation_id: str
    papers: int

    @property
    def is_elderly(self) -> bool:
        """Whether a person of 60 or older waits."""
        return self.age is not None and self.age >= CALL_FROM_AGE


def waiting(session: Session, now: datetime) -> tuple[Request, ...]:
    """All requests that an agent can decide, the oldest first."""
    statement = open_statement().order_by(ServiceTransaction.created_at, ServiceTransaction.id).limit(SHOWN)
    return lines_of(session, session.scalars(statement).all(), now)


def count_waiting(session: Session) -> int:
    """How many requests wait for a person: those that wait for the customer are left out."""
    return session.scalar(select(func.count()).where(ServiceTransaction.state.in_(_WAITING))) or 0


def of_customer(session: Session, customer_id: int, now: datetime) -> tuple[Request, ...]:
    """The customer's requests that an agent can decide, the oldest first."""
    statement = (
        open_statement()
        .where(ServiceTransaction.customer_id == customer_id)
        .order_by(ServiceTransaction.created_at, ServiceTransaction.id)
        .limit(SHOWN)
    )
    return lines_of(session, session.scalars(statement).all(), now)


def find(session: Session, receipt: str) -> ServiceTransaction | None:
    """The transaction of a receipt, decided or not."""
    return session.scalars(
        select(ServiceTransaction).where(ServiceTransaction.receipt == receipt)
    ).one_or_none()


def second_words(reason: str) -> str:
    """Why a second agent must agree, as a notice."""
    return f"Second approval needed: {reason.removeprefix(_SECOND)}"


def title_of(code: str) -> str:
    """A service by its code, as agents read it."""
    entry = _BY_CODE.get(code)
    return sources.label_of(entry.title) if entry else code


def open_statement() -> Any:
    """Statement: what an agent can decide; money that is to come is no agent's matter, nor is a set day."""
    orders = select(PaymentOrder.id).where(PaymentOrder.transaction_id == ServiceTransaction.id)
    return select(ServiceTransaction).where(
        ServiceTransaction.state.in_(_WAITING)
        | (
            (ServiceTransaction.state == State.PENDING)
            & ServiceTransaction.effective_on.is_(None)
            & ~orders.exists()
        )
    )


def lines_of(session: Session, rows: Sequence[ServiceTransaction], now: datetime) -> tuple[Request, ...]:
    """Transactions as lines of the list."""
    customers = _by_id(session, Customer, {row.customer_id for row in rows})
    policies = _by_id(session, Policy, {row.policy_id for row in rows})
    receipts = [row.receipt for row in rows]
    filed = session.scalars(select(Paper.receipt).where(Paper.receipt.in_(receipts))).all()
    today = sources.local_date(now)
    return tuple(
        _request(
            row,
            customers.get(row.customer_id or 0),
            policies.get(row.policy_id or 0),
            filed.count(row.receipt),
            today,
        )
        for row in rows
    )


def _request(
    row: ServiceTransaction, customer: Customer | None, policy: Policy | None, papers: int, today: date
) -> Request:
    stage = _stage(row)
    promised = _promised(row, stage)
    return Request(
        receipt=row.receipt,
        code=row.service,
        title=title_of(row.service),
        stage=stage,
        reasons=_reasons(row, stage, papers),
        since=row.created_at,
        promised=promised,
        is_late=promised is not None and today > promised,
        amount=amount_in(row, "amount"),
        customer_id=row.customer_id,
        customer_number=customer.number if customer else "",
        customer=customer.name if customer else "Not known",
        age=customer.age(today) if customer else None,
        policy=policy.number if policy else "",
        conversation_id=row.conversation_id,
        papers=papers,
    )


def _stage(row: ServiceTransaction) -> Stage:
    return {
        State.WAITING_FOR_AGENT.value: Stage.DECIDE,
        State.WAITING_FOR_CALLBACK.value: Stage.CALL,
        State.WAITING_FOR_SECOND.value: Stage.SECOND,
    }.get(row.state, Stage.CUSTOMER)


def _reasons(row: ServiceTransaction, stage: Stage, papers: int) -> tuple[str, ...]:
    named = [*_names(row, "because"), *_names(row, "flags")]
    found = [_BECAUSE.get(name, name) for name in dict.fromkeys(named)]
    if stage is Stage.SECOND:
        found.insert(0, second_words(row.reason))
    elif stage is Stage.CUSTOMER and row.waiting_for:
        found.insert(0, f"Waits for {row.waiting_for}")
    elif row.reason:
        found.insert(0, row.reason)
    if stage is Stage.CUSTOMER and papers:
        found.append("A paper has arrived")
    return tuple(one for one in found if one) or ("Decided by a person",)


def _names(row: ServiceTransaction, name: str) -> list[str]:
    found = row.details.get(name)
    return [str(one) for one in found] if isinstance(found, list) else []


def _promised(row: ServiceTransaction, stage: Stage) -> date | None:
    if stage is Stage.CUSTOMER:
        return None
    told = row.details.get("decide_by")
    if told is not None and stage is not Stage.CALL:
        return date.fromisoformat(str(told))
    start = calendar.clock_starts(row.created_at).astimezone(CENTRE_ZONE).date()
    return calendar.add_working_days(start, CALL_DAYS if stage is Stage.CALL else DECISION_DAYS)


def amount_in(row: ServiceTransaction, name: str) -> Decimal | None:
    """An amount among the details; none where there is none."""
    found = row.details.get(name)
    try:
        return None if found is None else Decimal(str(found))
    except InvalidOperation:
        return None


def _by_id(session: Session, model: Any, ids: set[int | None]) -> dict[int, Any]:
    wanted = [one for one in ids if one is not None]
    if not wanted:
        return {}
    return {row.id: row for row in session.scalars(select(model).where(model.id.in_(wanted))).unique()}
