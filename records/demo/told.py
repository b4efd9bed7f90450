"""The customers whose stories the demonstration tells, read from insurer.yml.

Relative dates are resolved against the day of seeding; after that they are ordinary dates.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.orm import Session

from records.clock import CENTRE_ZONE
from records.models import (
    Beneficiary,
    Benefit,
    Branch,
    Claim,
    Customer,
    Loan,
    Policy,
    PolicyArrangement,
    PolicyState,
    PremiumPayment,
    Product,
    ReturnVisit,
    Rider,
)

SOURCE = Path(__file__).with_name("insurer.yml")
_RELATIVE = re.compile(r"d([+-]\d+)")
_MONTHS = {"yearly": 12, "half_yearly": 6, "quarterly": 3, "monthly": 1}


def read() -> Mapping[str, Any]:
    """The file as data, dates still relative."""
    return yaml.safe_load(SOURCE.read_text())  # type: ignore[no-any-return]


def day(value: str | date | None, today: date) -> date | None:
    """A date of the file: `d-30` counts from `today`, anything else is a date already."""
    if value is None or isinstance(value, date):
        return value
    relative = _RELATIVE.fullmatch(value)
    if relative is None:
        raise ValueError(f"not a date of the demonstration: {value!r}")
    return today + timedelta(days=int(relative.group(1)))


def add(session: Session, today: date) -> None:
    """Add products, branches, customers, policies and claims of the file."""
    source = read()
    for code, product in source["products"].items():
        session.add(Product(code=code, **product))
    session.add_all(Branch(**branch) for branch in source["branches"])
    customers = {
        spec["number"]: Customer(id_expires=today + timedelta(days=1500), **spec)
        for spec in source["customers"]
    }
    session.add_all(customers.values())
    session.flush()
    policies = {spec["number"]: _policy(spec, customers, today) for spec in source["policies"]}
    session.add_all(policies.values())
    session.flush()
    for spec in source["policies"]:
        if debit := spec.get("debit"):
            session.add(PolicyArrangement(policy_id=policies[spec["number"]].id, paid_by="debit", **debit))
        if visit := spec.get("return_visit"):
            due_by = day(visit["due_by"], today)
            session.add(
                ReturnVisit(policy_id=policies[spec["number"]].id, due_by=due_by, status=visit["status"])
            )
    session.add_all(_claim(spec, policies, today) for spec in source["claims"])


def _policy(spec: Mapping[str, Any], customers: Mapping[str, Customer], today: date) -> Policy:
    def when(name: str) -> date | None:
        return day(spec.get(name), today)

    account = spec.get("account", {})
    dividend = spec.get("dividend", {})
    start, next_due = when("start"), when("next_due")
    holder = customers[spec["holder"]]
    policy = Policy(
        number=spec["number"],
        holder=holder,
        insured=customers[spec.get("insured", spec["holder"])],
        product_code=spec["product"],
        state=PolicyState(spec["state"]),
        start=start,
        received_on=when("received"),
        lapsed_on=when("lapsed_on"),
        sum_insured=Decimal(spec["sum_insured"]),
        premium=Decimal(spec["premium"]),
        frequency=spec["frequency"],
        next_due=next_due,
        cash_value=Decimal(spec["cash_value"]),
        account_value=Decimal(account["value"]) if account else None,
        account_rate=Decimal(str(account["rate"])) if account else None,
        dividend_option=dividend.get("option"),
        dividend_balance=Decimal(dividend.get("balance", 0)),
        riders=[Rider(product_code=code) for code in spec.get("riders", ())],
        beneficiaries=[
            Beneficiary(name=one["name"], share=Decimal(one["share"]))
            for one in spec.get("beneficiaries", ())
        ],
        benefits=[
            Benefit(kind=one["kind"], amount=Decimal(one["amount"]), payable_on=day(one["payable"], today))
            for one in spec.get("benefits", ())
        ],
        loans=[
            Loan(
                principal=Decimal(one["principal"]),
                rate=Decimal(str(one["rate"])),
                since=day(one["since"], today),
            )
            for one in spec.get("loans", ())
        ],
    )
    if start and next_due and policy.premium:
        policy.payments = [last_payment(policy.premium, spec["frequency"], start, next_due)]
    return policy


def last_payment(premium: Decimal, frequency: str, start: date, next_due: date) -> PremiumPayment:
    """The payment before `next_due`, made on its due day; the first one at the start of the policy."""
    due = next_due - timedelta(days=round(_MONTHS[frequency] * 365 / 12))
    due = max(due, start)
    return PremiumPayment(amount=premium, due_on=due, paid_on=due)


def _claim(spec: Mapping[str, Any], policies: Mapping[str, Policy], today: date) -> Claim:
    policy = policies[spec["policy"]]
    reported = day(spec["reported"], today)
    assert reported is not None  # noqa: S101 - the file is ours, and the type says so
    amount = spec.get("amount")
    return Claim(
        number=spec["number"],
        policy_id=policy.id,
        policy_number=policy.number,
        kind=spec["kind"],
        status=spec["status"],
        reported_at=datetime.combine(reported, time(10), CENTRE_ZONE),
        happened_on=reported - timedelta(days=1),
        insured_name=policy.insured.name,
        reporter="the insured",
        contact_phone=policy.holder.mobile,
        amount=None if amount is None else Decimal(amount),
        missing=spec.get("missing", []),
        illness=spec.get("illness", ""),
        first_diagnosis=spec.get("first_diagnosis"),
    )
