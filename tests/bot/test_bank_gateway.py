"""The bank's reports: believed only when signed and fresh, booked once, told to the customer."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from bot import bank_gateway, demo_payments
from bot.services import Services
from records.clock import ManualClock
from records.models import (
    AuditEntry,
    DebitFailure,
    IncomingPayment,
    Message,
    OutgoingMessage,
    PaymentOrder,
    Policy,
    PolicyState,
    PremiumPayment,
    ServiceTransaction,
)
from records.settings import Settings
from records.store import Store
from tests.bot.centre import SECRETS, application, services_over

SUN = "880000100701"


def order(client: TestClient, policy: str = SUN) -> str:
    """The receipt number of an order to pay the premium, made by whoever knows the policy's number."""
    replies: list[dict[str, Any]] = []
    for text in ("I want to pay my premium", policy, "yes"):
        body = {"sender": "payer", "message": text}
        replies = client.post("/webhooks/rest/webhook", json=body).json()
    return str(replies[-1]["custom"]["receipt"])


def report(
    client: TestClient,
    clock: ManualClock,
    said: Mapping[str, Any],
    path: str = "arrived",
    *,
    late: int = 0,
    key: str = "",
) -> Any:
    body = json.dumps(said).encode()
    stamp = int(clock.now().timestamp()) - late
    mark = bank_gateway.sign(key or SECRETS["PAYMENT_KEY"], stamp, body)
    headers = {"X-Timestamp": str(stamp), "X-Signature": mark, "Content-Type": "application/json"}
    return client.post(f"/payments/{path}", content=body, headers=headers)


def payment(name: str, reference: str, amount: str) -> dict[str, Any]:
    return {"payment": name, "reference": reference, "amount": amount}


def policy_of(services: Services, number: str = SUN) -> Policy:
    with services.store.reading() as session:
        return session.scalars(select(Policy).where(Policy.number == number)).unique().one()


def count(services: Services, model: type) -> int:
    with services.store.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def texts(services: Services, purpose: str) -> list[str]:
    with services.store.reading() as session:
        rows = session.scalars(select(OutgoingMessage).where(OutgoingMessage.purpose == purpose))
        return [row.text for row in rows]


def test_a_premium_that_arrives_is_booked_and_told(
    client: TestClient, services: Services, clock: ManualClock
) -> None:
    receipt = order(client)
    before = policy_of(services).next_due
    answer = report(client, clock, payment("B1", receipt, "9000.00"))
    assert (answer.status_code, answer.json()) == (200, {"state": "booked"})
    policy = policy_of(services)
    assert policy.state is PolicyState.IN_FORCE and policy.next_due and before and policy.next_due > before
    (sms,) = texts(services, "request_news")
    assert f"CNY 9,000.00 for {receipt} have arrived and are booked" in sms and SUN not in sms
    with services.store.reading() as session:
        said = session.scalars(select(Message.body).order_by(Message.seq.desc())).first()
        noted = session.scalars(
            select(AuditEntry.action).where(AuditEntry.action.startswith("payment."))
        ).all()
        row = session.scalars(select(ServiceTransaction)).one()
    assert said and "have arrived and are booked" in said["text"]
    assert sorted(noted) == ["payment.booked", "payment.reported"] and row.state == "applied"


def test_the_same_payment_reported_again_is_booked_once(
    client: TestClient, services: Services, clock: ManualClock
) -> None:
    receipt = order(client)
    paid = count(services, PremiumPayment)
    said = {"payment": "B1", "reference": receipt, "amount": "9000.00"}
    answers = [report(client, clock, said).json() for _ in range(3)]
    assert answers == [{"state": "booked"}] * 3
    assert count(services, PremiumPayment) == paid + 1 and len(texts(services, "request_news")) == 1
    other = report(client, clock, said | {"amount": "1.00"})
    assert (other.status_code, other.json()["error"]) == (409, "other_payment")


def test_a_second_payment_for_the_same_order_is_kept_for_a_person(
    client: TestClient, services: Services, clock: ManualClock
) -> None:
    receipt = order(client)
    report(client, clock, payment("B1", receipt, "9000.00"))
    again = report(client, clock, payment("B2", receipt, "9000.00")).json()
    unknown = report(client, clock, payment("B3", "SR2020999999", "5.00")).json()
    assert again["state"] == unknown["state"] == "unmatched"
    with services.store.reading() as session:
        rows = session.scalars(select(IncomingPayment).order_by(IncomingPayment.id)).all()
    assert [(row.reference, row.state) for row in rows] == [
        ("B1", "booked"), ("B2", "unmatched"), ("B3", "unmatched"),
    ]  # fmt: skip


def test_money_that_the_policy_cannot_take_goes_back_and_that_is_told(
    client: TestClient, services: Services, clock: ManualClock
) -> None:
    receipt = order(client)
    answer = report(client, clock, payment("B1", receipt, "8999.99")).json()
    assert answer == {"state": "returned", "reason": "The amount was not the premium that is due."}
    assert policy_of(services).state is PolicyState.GRACE
    (sms,) = texts(services, "request_news")
    assert "go back to the payer" in sms


@pytest.mark.parametrize("harm", ["key", "late", "early", "body", "none", "junk"])
def test_what_is_not_signed_or_not_fresh_is_not_believed(
    harm: str, client: TestClient, services: Services, clock: ManualClock
) -> None:
    receipt = order(client)
    said = {"payment": "B1", "reference": receipt, "amount": "9000.00"}
    if harm in ("late", "early"):
        answer = report(client, clock, said, late=301 if harm == "late" else -301)
    elif harm == "key":
        answer = report(client, clock, said, key="another key")
    else:
        stamp = int(clock.now().timestamp())
        mark = bank_gateway.sign(SECRETS["PAYMENT_KEY"], stamp, b'{"amount": "1.00"}')
        headers = (
            {b"X-Timestamp": str(stamp).encode(), b"X-Signature": mark.encode()} if harm == "body" else {}
        )
        if harm == "junk":
            headers = {b"X-Timestamp": b"\xb2", b"X-Signature": b"\xfc"}
        answer = client.post(
            "/payments/arrived",
            content=json.dumps(said).encode(),
            headers=headers,
        )
    assert (answer.status_code, answer.json()["error"]) == (401, "signature")
    assert count(services, IncomingPayment) == 0 and policy_of(services).state is PolicyState.GRACE


def test_a_signature_five_minutes_old_is_still_good(
    client: TestClient, services: Services, clock: ManualClock
) -> None:
    answer = report(client, clock, payment("B1", "X", "1.00"), late=299)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "wrong", [{"amount": 9000.0}, {"amount": "-1.00"}, {"amount": "1.001"}, {"payment": ""}, {"more": 1}]
)
def test_a_report_that_is_none_is_refused(
    wrong: dict[str, Any], client: TestClient, services: Services, clock: ManualClock
) -> None:
    answer = report(client, clock, payment("B1", "X", "1.00") | wrong)
    assert (answer.status_code, answer.json()["error"]) == (422, "not_a_report")


def test_reports_are_small_and_not_too_many(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bank_gateway, "PER_SECOND", 0.0)
    monkeypatch.setattr(bank_gateway, "BURST", 3)
    with TestClient(application(services), base_url="http://localhost:8000") as client:
        codes = [client.post("/payments/arrived", content=b"x" * 20_000).status_code]
        codes += [client.post("/payments/arrived", content=b"{}").status_code for _ in range(3)]
    assert codes == [413, 401, 401, 429]


def test_a_failed_debit_is_noted_once(client: TestClient, services: Services, clock: ManualClock) -> None:
    due = date(2026, 3, 1)
    said = {
        "policy": "880000100801",
        "amount": "320.00",
        "due_on": due.isoformat(),
        "tried_on": due.isoformat(),
        "retry_on": (due + timedelta(days=3)).isoformat(),
    }
    answers = [report(client, clock, said, "debit-failed").json() for _ in range(2)]
    assert [answer["new"] for answer in answers] == [True, False]
    with services.store.reading() as session:
        failure = session.scalars(select(DebitFailure)).one()
    assert (failure.amount, failure.retry_on) == (Decimal("320.00"), due + timedelta(days=3))
    assert report(client, clock, said | {"policy": "8" * 12}, "debit-failed").status_code == 404


# By hand, in the demonstration


def test_in_the_demonstration_a_payment_arrives_by_hand(client: TestClient, services: Services) -> None:
    assert "No order waits" in client.get("/demo/payments").text
    receipt = order(client)
    page = client.get("/demo/payments").text
    assert receipt in page and 'value="9000.00"' in page
    answer = client.post(f"/demo/payments/{receipt}", data={"amount": "9000.00"})
    assert answer.status_code == 200 and f"{receipt}: booked" in answer.text
    assert policy_of(services).state is PolicyState.IN_FORCE
    with services.store.reading() as session:
        assert session.scalars(select(PaymentOrder.state)).all() == ["paid"]


@pytest.mark.parametrize("amount", ["", "much", "-5", "0", "NaN", "Infinity"])
def test_an_amount_that_is_none_is_refused(amount: str, client: TestClient, services: Services) -> None:
    receipt = order(client)
    assert client.post(f"/demo/payments/{receipt}", data={"amount": amount}).status_code == 422
    assert count(services, IncomingPayment) == 0


def test_the_page_is_for_the_machine_itself_and_for_its_own_forms(
    client: TestClient, services: Services
) -> None:
    receipt = order(client)
    assert client.get("/demo/payments", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404
    assert client.get("/demo/payments", headers={"Host": "evil.example"}).status_code == 404
    evil = {"Origin": "https://evil.example"}
    answer = client.post(f"/demo/payments/{receipt}", data={"amount": "9000.00"}, headers=evil)
    assert answer.status_code == 404 and count(services, IncomingPayment) == 0
    own = {"Origin": "http://localhost:8000"}
    assert (
        client.post(f"/demo/payments/{receipt}", data={"amount": "9000.00"}, headers=own).status_code == 200
    )


def test_outside_a_demonstration_there_is_no_such_page(store: Store, clock: ManualClock) -> None:
    real = services_over(store, clock, Settings(demo=False))
    assert demo_payments.router(real).routes == []
    with TestClient(application(real), base_url="http://localhost:8000") as client:
        assert client.get("/demo/payments").status_code == 404
