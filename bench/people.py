"""Customers made for one conversation each, straight in the records of a running centre.

Nobody of the demonstration is touched, so that conversations never depend on each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from records import ledger
from records.clock import SystemClock, today
from records.demo.told import day
from records.models import (
    Claim,
    Customer,
    Loan,
    Policy,
    PolicyState,
    PremiumPayment,
    ReturnVisit,
    ServiceTransaction,
)
from records.store import Store

_NUMBERS = count(1)


@dataclass(frozen=True)
class Person:
    """Somebody with one policy."""

    customer_id: int
    number: str
    name: str
    mobile: str
    policy_id: int
    policy: str


def make(store: Store, case: Mapping[str, Any]) -> Person:
    """The customer that a case needs: by default 40 years old, with a whole-life policy in its fifth year."""
    nth, now = next(_NUMBERS), today(SystemClock())
    with store.writing() as session:
        holder = _customer(session, nth, now, **case.get("customer", {}))
        policy = _policy(session, nth, now, holder, dict(case.get("policy", {})))
        if "loan" in case:
            loan = Loan(
                policy_id=policy.id,
                principal=Decimal(case["loan"]),
                rate=Decimal("0.05"),
                since=now - timedelta(days=100),
            )
            session.add(loan)
        if "claimed" in case:
            _claim(session, nth, policy, holder, case["claimed"])
        if "visit" in case:
            session.add(ReturnVisit(policy_id=policy.id, due_by=now + timedelta(days=11), status="pending"))
        if "number_changed" in case:
            _changed_number(session, nth, holder)
        return Person(holder.id, holder.number, holder.name, holder.mobile, policy.id, policy.number)


def _customer(session: Session, nth: int, now: date, age: int = 40, **more: Any) -> Customer:
    born = date(now.year - age, 1, 1)
    row = Customer(
        number=f"K{nth:04d}", name=f"Ding {_NAMES[nth % 10]}{_NAMES[nth // 10 % 10].lower()}", sex="m",
        birth=born, id_no=f"110101{born:%Y%m%d}{nth:04d}", id_expires=now + timedelta(days=900),
        mobile=f"+1202556{1000 + nth}", email="ding@example.com", province="Beijing", **more,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


_NAMES = ("An", "Bo", "Chao", "De", "En", "Fang", "Gang", "Hao", "Jian", "Kai")


def _policy(session: Session, nth: int, now: date, holder: Customer, given: dict[str, Any]) -> Policy:
    insured = holder if given.pop("insured", "self") == "self" else _customer(session, nth + 5000, now)
    values: dict[str, Any] = {
        "product_code": "HL-WL", "state": "in_force", "start": "d-1700", "received_on": "d-1698",
        "lapsed_on": None, "sum_insured": 300_000, "premium": 9000, "frequency": "yearly",
        "next_due": "d+125", "cash_value": 50_000, "dividend_balance": 0,
    } | given  # fmt: skip
    for name in ("start", "received_on", "lapsed_on", "next_due"):
        values[name] = day(values[name], now)
    for name in ("sum_insured", "premium", "cash_value", "dividend_balance"):
        values[name] = Decimal(values[name])
    values["state"] = PolicyState(values["state"])
    policy = Policy(number=f"88999900{nth:04d}", holder_id=holder.id, insured_id=insured.id, **values)
    session.add(policy)
    session.flush()
    if policy.premium:
        paid = PremiumPayment(
            policy_id=policy.id, amount=policy.premium, due_on=policy.start, paid_on=policy.start
        )
        session.add(paid)
    return policy


def _claim(session: Session, nth: int, policy: Policy, holder: Customer, missing: list[str]) -> None:
    session.add(
        Claim(
            number=f"CL2099{nth:04d}", policy_id=policy.id, policy_number=policy.number, kind="illness",
            status="documents_missing", reported_at=datetime.now(UTC), happened_on=policy.start,
            insured_name=holder.name, reporter="the insured", contact_phone=holder.mobile, missing=missing,
        )
    )  # fmt: skip


def _changed_number(session: Session, nth: int, holder: Customer) -> None:
    now = datetime.now(UTC)
    elsewhere, _ = ledger.open_conversation(session, "chat", now)
    session.add(
        ServiceTransaction(
            receipt=f"SR1999{nth:06d}",
            service="LD",
            customer_id=holder.id,
            state="applied",
            created_at=now,
            decided_at=now,
            conversation_id=elsewhere,
            form_version=1,
            details={"what": "phone", "before": "+12025560000", "value": holder.mobile},
        )
    )
