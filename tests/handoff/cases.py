"""Policies, requests, claims and papers for the tests of people's work, as the services record them."""

import uuid
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from actions.claims import casefile
from actions.servicing.calculations import ZERO
from actions.servicing.standing import position_of
from actions.servicing.states import State
from handoff.sources import local_date
from records.models import (
    Claim,
    Form,
    Paper,
    Policy,
    PolicyState,
    ProblemTicket,
    Product,
    ReturnVisit,
    ServiceTransaction,
)

ACCOUNT = "6222021234567890"


def policy(session: Session, customer_id: int, now: datetime, **more: Any) -> Policy:
    """A critical-illness policy, six years in force, with a cash value."""
    if session.get(Product, "HL-CI") is None:
        session.add(Product(code="HL-CI", name="Harbour Critical Care", kind="critical_illness"))
    count = session.scalar(select(func.count()).select_from(Policy)) or 0
    today = local_date(now)
    row = Policy(
        **{
            "number": f"8700{count + 1:08}",
            "holder_id": customer_id,
            "insured_id": customer_id,
            "product_code": "HL-CI",
            "state": PolicyState.IN_FORCE,
            "start": today - timedelta(days=2200),
            "sum_insured": Decimal(500_000),
            "premium": Decimal(12_000),
            "frequency": "yearly",
            "next_due": today + timedelta(days=40),
            "cash_value": Decimal(180_000),
            **more,
        }
    )
    session.add(row)
    session.flush()
    session.refresh(row)
    return row


def request(
    session: Session,
    conversation_id: str,
    customer_id: int,
    policy_row: Policy | None,
    now: datetime,
    code: str,
    details: dict[str, Any],
    *,
    state: State = State.WAITING_FOR_AGENT,
    values: dict[str, str] | None = None,
    intent: str = "take_policy_loan",
    **more: Any,
) -> str:
    """A recorded request with the form it came from; its receipt."""
    count = session.scalar(select(func.count()).select_from(ServiceTransaction)) or 0
    version = (session.scalar(
        select(func.max(Form.version)).where(Form.conversation_id == conversation_id)
    ) or 0) + 1  # fmt: skip
    row = ServiceTransaction(
        receipt=f"SR2026{count + 1:06}",
        service=code,
        customer_id=customer_id,
        policy_id=policy_row.id if policy_row else None,
        state=state.value,
        waiting_for=more.pop("waiting_for", ""),
        reason="",
        details=details,
        created_at=now,
        conversation_id=conversation_id,
        form_version=version,
        **more,
    )
    form = Form(
        conversation_id=conversation_id, version=version, service=intent, status="done",
        state={"values": values or {}}, updated_at=now,
    )  # fmt: skip
    session.add_all([row, form])
    session.flush()
    return row.receipt


def loan(
    session: Session,
    conversation_id: str,
    customer_id: int,
    now: datetime,
    amount: str = "20000",
    *because: str,
    policy_row: Policy | None = None,
) -> str:
    """A policy loan for which a person calls first."""
    row = policy_row or policy(session, customer_id, now)
    details = {
        "amount": amount, "loss": "0", "account": ACCOUNT, "call": "+12025550101",
        "because": list(because or ("age",)), "next": "The money arrives within 5 working days.",
    }  # fmt: skip
    values = {"policy": f"Harbour Critical Care {row.number}", "amount": amount, "account": "ending 7890"}
    return request(
        session, conversation_id, customer_id, row, now, "LN", details, values=values,
        state=State.WAITING_FOR_CALLBACK,
    )  # fmt: skip


def surrender(session: Session, conversation_id: str, customer_id: int, now: datetime) -> str:
    """A surrender of 180,000: two agents must agree."""
    row = policy(session, customer_id, now)
    position = position_of(session, row)
    more = position.ready(local_date(now)) + position.dividend_balance
    owed = sum((debt.principal for debt in position.debts), ZERO)
    details = {
        "basis": [str(position.cash_value), str(owed), str(more)], "amount": "180000.00", "loss": "20000.00",
        "account": ACCOUNT, "next": "The colleague talks to you first.", "flags": ["amount"],
    }  # fmt: skip
    return request(
        session, conversation_id, customer_id, row, now, "SU", details, intent="surrender_policy",
        values={"policy": f"Harbour Critical Care {row.number}", "way": "Give it up"},
    )  # fmt: skip


def new_document(session: Session, conversation_id: str, customer_id: int, now: datetime) -> str:
    """A new identity document whose photo is still to come."""
    return request(
        session, conversation_id, customer_id, None, now, "ID", {"expires": "2036-03-03", "next": ""},
        state=State.PENDING, intent="update_id_document", values={"expires": "3 March 2036"},
        waiting_for="a photo of both sides of the document",
    )  # fmt: skip


def claim(
    session: Session,
    conversation_id: str | None,
    policy_row: Policy | None,
    now: datetime,
    *missing: str,
    **more: Any,
) -> Claim:
    """A critical-illness claim; without `missing` its papers are complete and its clock runs."""
    count = session.scalar(select(func.count()).select_from(Claim)) or 0
    last = "pathology report"
    row = Claim(
        **{
            "number": f"CL2026{count + 1:04}",
            "policy_id": policy_row.id if policy_row else None,
            "policy_number": policy_row.number if policy_row else "",
            "kind": "critical_illness",
            "illness": "cancer",
            "first_diagnosis": True,
            "status": "reported",
            "reported_at": now,
            "happened_on": local_date(now) - timedelta(days=3),
            "description": "Found at a check-up.",
            "hospital": "Beijing Union Hospital",
            "insured_name": "Li Wei",
            "reporter": "self",
            "contact_phone": "+12025550101",
            "missing": [*missing] or [last],
            "conversation_id": conversation_id,
            "form_version": None,
            **more,
        }
    )
    session.add(row)
    session.flush()
    casefile.assess(session, row)
    if not missing:
        casefile.take_paper(session, row, last, [], now, actor="customer:C1001")
    return row


def paper(session: Session, conversation_id: str, now: datetime, **more: Any) -> Paper:
    """A file of the conversation."""
    row = Paper(
        **{
            "conversation_id": conversation_id,
            "media": "application/pdf",
            "size": 214_000,
            "digest": uuid.uuid4().hex,
            "file": f"{uuid.uuid4().hex}.pdf",
            "received_at": now,
            **more,
        }
    )
    session.add(row)
    session.flush()
    return row


def visit(session: Session, policy_row: Policy, due_by: date, **more: Any) -> ReturnVisit:
    """A return visit that is still to be done."""
    row = ReturnVisit(**{"policy_id": policy_row.id, "due_by": due_by, "status": "pending", **more})
    session.add(row)
    session.flush()
    return row


def ticket(session: Session, visit_row: ReturnVisit, said: str, now: datetime) -> ProblemTicket:
    """A doubt of a return visit."""
    row = ProblemTicket(
        visit_id=visit_row.id,
        policy_id=visit_row.policy_id,
        question="surrender_loss",
        asked="Do you know that giving up the policy early can cost you money?",
        words=said,
        stance="doubt",
        state="open",
        opened_at=now,
        due_by=visit_row.due_by,
    )
    session.add(row)
    session.flush()
    return row
