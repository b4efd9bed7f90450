"""Every service over the public REST channel: to the right record, and refused with its reason."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from actions.services.registry import SERVICES
from actions.services.transactions import BY_CODE
from bench import people
from bench.people import Person
from bench.stack import Stack
from records import models
from records.models import AuditEntry, Claim, Conversation, ServiceTransaction
from records.settings import Settings
from records.store import Store
from tests.conversations.conftest import Customer
from tests.conversations.scripts import Case, cases

CASES = cases()
USUAL = {"account": "6222 0212 3456 7890", "approached": "no", "handed_over": "no", "@confirm": "yes"}
MOST_TURNS = 20


def intent_of(case: Case) -> str:
    return str(case["intent"] if "intent" in case else BY_CODE[case["code"]].intent)


def name_of(case: Case) -> str:
    return f"{case.get('code') or case['intent']}: {case.get('ends') or case['refused']}"


@pytest.fixture(scope="session")
def records(stack: Stack) -> Iterator[Store]:
    store = Store(Settings(data=stack.data).records_url)
    yield store
    store.close()


def test_every_service_has_a_conversation_to_its_end() -> None:
    assert {intent_of(case) for case in CASES if "ends" in case} == set(SERVICES)


def test_every_transaction_has_a_conversation_that_is_refused() -> None:
    assert {case["code"] for case in CASES if "refused" in case} == set(BY_CODE)


@pytest.mark.parametrize("case", [case for case in CASES if "ends" in case], ids=name_of)
def test_it_ends_in_the_right_record(case: Case, customer: Customer, stack: Stack, records: Store) -> None:
    person = people.make(records, case)
    talk(customer, case, person, stack)
    assert "expects" not in customer.custom, customer.text
    heard(customer, case)
    with records.reading() as session:
        row = session.scalars(made(customer)).one_or_none()
        if "code" in case:
            assert row is not None
            assert (row.service, row.state) == (case["code"], case["state"])
            assert customer.custom["receipt"] == row.receipt
            assert row.receipt in customer.text
            lines = session.scalars(
                select(AuditEntry.detail).where(AuditEntry.subject == f"transaction:{row.receipt}")
            ).all()
            assert lines, "no audit line"
            if "level" in case and case["level"] == 3 and BY_CODE[case["code"]].code != "CD":
                assert lines[0]["level"] == 3
        if "claim" in case:
            claim = session.scalars(select(Claim).where(Claim.number == customer.custom["claim"])).one()
            assert claim.policy_id == person.policy_id
        check(session, case, person, row)


@pytest.mark.parametrize("case", [case for case in CASES if "refused" in case], ids=name_of)
def test_it_is_refused_with_its_reason(case: Case, customer: Customer, stack: Stack, records: Store) -> None:
    person = people.make(records, case)
    talk(customer, case, person, stack)
    assert customer.custom.get("refused") == case.get("because"), customer.text
    assert customer.custom.get("expects") == case.get("expects")
    heard(customer, case)
    shown = [button["title"] for reply in customer.replies for button in reply.get("buttons", [])]
    for title in case.get("offers", ()):
        assert any(title in one for one in shown), shown
    with records.reading() as session:
        assert session.scalars(made(customer)).one_or_none() is None, "recorded although refused"
        if "because" in case:
            refused = AuditEntry.action == f"service.{case['code']}.refused"
            found = session.scalars(select(AuditEntry.detail).where(refused)).all()
            assert any(one["because"] == case["because"] for one in found)
        check(session, case, person, None)


def talk(customer: Customer, case: Case, person: Person, stack: Stack) -> None:
    """Say what the case says, each answer once, until nothing is asked that it answers."""
    values = {"name": person.name, "mobile": person.mobile, "policy": person.policy}
    answers = USUAL | {"identifier": person.policy} | case.get("answers", {})
    level = case.get("level", 2)
    app = {"identity_token": stack.token(person.number, level)} if level >= 2 else {}
    customer.say(case["begin"], **app)
    for _ in range(MOST_TURNS):
        asked = customer.custom.get("expects")
        if asked not in answers:
            return
        customer.say(str(answers.pop(asked)).format(**values), **app)


def heard(customer: Customer, case: Case) -> None:
    for words in case.get("says", ()):
        assert words in customer.text
    if "handoff" in case:
        assert customer.custom["handoff"] == case["handoff"]
        assert customer.custom["tier"] == 3
    custom = customer.custom
    assert custom["service"] in (case.get("code"), intent_of(case))


def made(customer: Customer) -> Any:
    return (
        select(ServiceTransaction)
        .join(Conversation, Conversation.id == ServiceTransaction.conversation_id)
        .where(Conversation.sender == customer.sender)
    )


def check(session: Any, case: Case, person: Person, row: ServiceTransaction | None) -> None:
    """The rows that must be there with these values, and those that must not be there."""
    for model, values in case.get("rows", {}).items():
        (found,) = session.scalars(rows_of(model, person, row)).all()
        for name, value in values.items():
            stored = getattr(found, name)
            shown = f"{stored:.2f}" if isinstance(stored, Decimal) else str(stored)
            assert shown == value.format(name=person.name, customer_id=person.customer_id), (model, name)
    for model in case.get("none", ()):
        assert session.scalars(rows_of(model, person, row)).all() == [], model


def rows_of(model: str, person: Person, row: ServiceTransaction | None) -> Any:
    table: Any = getattr(models, model)
    if model in ("Policy", "Customer"):
        return select(table).where(
            table.id == (person.policy_id if model == "Policy" else person.customer_id)
        )
    if hasattr(table, "policy_id"):
        return select(table).where(table.policy_id == person.policy_id)
    if hasattr(table, "customer_id"):
        return select(table).where(table.customer_id == person.customer_id)
    return select(table).where(table.transaction_id == (row.id if row else None))
