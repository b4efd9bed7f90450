"""A new service is one description: fields, a condition over them, a receipt. No machinery is added."""

from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.dialogue import Dialogue
from actions.forms.service import Answers, Context, Facts, Field, Outcome, Service
from actions.forms.state import FormState, from_json
from actions.normalise import Choice, Misread, Share, read_amount, read_choice, read_date, read_yes_no, settle
from actions.services.catalogue import CATALOGUE, TITLES, Entry, enter
from actions.services.registry import SERVICES, registry
from actions.services.transactions import BY_CODE
from actions.servicing.conditions import is_living
from actions.servicing.recording import service_of
from actions.servicing.transaction import Transaction
from records.clock import ManualClock
from records.models import Form, ServiceTransaction
from records.store import Store
from tests.actions.conftest import KEY
from tests.actions.customer import Customer, new_customer

ACCOUNT = Decimal(1000)
WAYS = (Choice("cash", "In cash"), Choice("bank", "To my bank"))


def pay_out(session: Session, context: Context, answers: Answers) -> Outcome:
    session.add(
        ServiceTransaction(
            receipt=f"WB{context.version:04d}",
            service="WB",
            customer_id=context.customer_id,
            state="done",
            details={"amount": str(answers["amount"]), "bank": answers.get("bank")},
            created_at=context.now,
            conversation_id=context.conversation_id,
            form_version=context.version,
        )
    )
    return Outcome("Paid.", receipt=f"WB{context.version:04d}")


def no_small_change(answers: Answers, _facts: Facts) -> tuple[str, Misread] | None:
    if answers["way"] == "bank" and answers["amount"] < 100:
        return "amount", Misread("too_little", "To a bank we pay 100 or more.")
    return None


PAYOUT = Service(
    intent="withdraw_benefit",
    title="draw benefits",
    code="WB",
    assurance=2,
    submit=pay_out,
    recheck=no_small_change,
    confirm=lambda answers, _facts: f"{answers['amount']} on {answers['day']}. Right?",
    fields=(
        Field("amount", "amount", "How much?",
              read=lambda text, _facts: settle(read_amount(text), ACCOUNT)),
        Field("way", "way of paying", "How?", read=lambda text, _facts: read_choice(text, WAYS),
              choices=lambda _facts: WAYS),
        Field("bank", "bank", "Which bank?", read=lambda text, _facts: text, free=True,
              when=lambda answers: answers.get("way") == "bank"),
        Field("day", "day", "When?", read=lambda text, facts: read_date(text, facts.today)),
        Field("letter", "letter", "A letter?", read=lambda text, _facts: read_yes_no(text), optional=True),
    ),
)  # fmt: skip


@pytest.fixture
def drawing(store: Store, clock: ManualClock) -> Customer:
    dialogue = Dialogue(
        store, clock, assurance_minutes=30, key=KEY, index=None, services={"withdraw_benefit": PAYOUT}
    )
    person = new_customer(store, clock, dialogue)
    person.say("I want my money", "withdraw_benefit")
    person.prove()
    return person


def test_it_is_carried_out_once_with_a_receipt(drawing: Customer, store: Store) -> None:
    for answer in ("half of it", "cash", "today", "no"):
        drawing.say(answer)
    drawing.say("yes")
    assert drawing.custom["receipt"] == "WB0001"
    assert drawing.custom["service"] == "WB"
    again = drawing.send_button(
        {"form": "withdraw_benefit", "version": 1, "field": "@confirm", "value": "yes"}
    )
    assert "earlier question" in again
    with store.reading() as session:
        assert session.scalars(select(ServiceTransaction)).one().details == {"amount": "500.00", "bank": None}


def test_a_field_under_a_condition_is_asked_only_then_and_left_out_when_it_no_longer_holds(
    drawing: Customer, store: Store
) -> None:
    drawing.say("200")
    drawing.say("to my bank")
    assert drawing.custom["expects"] == "bank"
    for answer in ("Harbour Bank", "today", "yes"):
        drawing.say(answer)
    drawing.say("change the way of paying to cash", "correct_answer", 0.9)
    drawing.say("yes")
    with store.reading() as session:
        assert session.scalars(select(ServiceTransaction)).one().details["bank"] is None


def test_answers_that_do_not_fit_together_are_asked_again_before_the_confirmation(drawing: Customer) -> None:
    for answer in ("50", "bank", "My Bank", "today"):
        drawing.say(answer)
    assert "100 or more" in drawing.say("skip")
    assert drawing.custom["expects"] == "amount"
    assert "100 or more" in drawing.say("60")
    assert "150" in drawing.say("150")
    assert drawing.custom["expects"] == "@confirm"


def test_three_times_not_fitting_goes_to_a_person(drawing: Customer) -> None:
    for answer in ("50", "bank", "My Bank", "today", "skip", "60", "70"):
        drawing.say(answer)
    assert drawing.custom["handoff"] == "field_failed"


def test_an_optional_field_offers_to_be_skipped(drawing: Customer) -> None:
    for answer in ("50", "cash", "today"):
        drawing.say(answer)
    assert drawing.buttons == ["Skip"]
    drawing.press("Skip")
    assert drawing.custom["expects"] == "@confirm"


def test_answers_survive_the_records_with_their_types(drawing: Customer, store: Store) -> None:
    for answer in ("50.25", "cash", "today"):
        drawing.say(answer)
    with store.reading() as session:
        state = from_json(session.scalars(select(Form.state)).one())
    assert state.answers["amount"] == Decimal("50.25")
    assert str(state.answers["day"]) == "2026-11-22"
    assert from_json(FormState().as_json()) == FormState()


def test_a_withdrawn_service_does_not_trap_its_customers(
    drawing: Customer, store: Store, clock: ManualClock
) -> None:
    left = {intent: service for intent, service in SERVICES.items() if intent != PAYOUT.intent}
    drawing.dialogue = Dialogue(store, clock, assurance_minutes=30, key=KEY, index=None, services=left)
    said = drawing.say("where is your branch in Chengdu", "find_branch")
    assert "Chengdu Service Office" in said
    assert drawing.last["loop"] is False


def test_a_share_of_nothing_known_is_refused() -> None:
    with pytest.raises(Misread, match="in figures"):
        settle(Share(Decimal("0.5")), None)
    assert settle(Share(Decimal("0.5")), Decimal("0.03")) == Decimal("0.01")


FREEZE = Transaction(
    intent="freeze_policy",
    entry=Entry("freeze_policy", "freeze a policy", 2, code="FZ"),
    conditions=(is_living(),),
    lines=lambda case: (f"Freeze {case.position.title}",),
    details=lambda case: {"number": case.position.number},
    next_steps=lambda _case: "Nobody can change it now.",
)


@pytest.fixture
def freezing(store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> Customer:
    """A customer of an insurer whose list has one transaction more."""
    assert FREEZE.entry is not None
    monkeypatch.setitem(CATALOGUE, FREEZE.intent, FREEZE.entry)
    monkeypatch.setitem(TITLES, FREEZE.intent, FREEZE.entry.title)
    monkeypatch.setitem(BY_CODE, FREEZE.code, FREEZE)
    services = registry((*SERVICES.values(), service_of(FREEZE)))
    return new_customer(
        store, clock, Dialogue(store, clock, assurance_minutes=30, key=KEY, index=None, services=services)
    )


def test_a_transaction_that_brings_its_own_line_needs_nothing_else(freezing: Customer, store: Store) -> None:
    freezing.say("freeze it", "freeze_policy")
    freezing.prove()
    assert "Freeze Harbour Whole Life (880000100101)" in freezing.last["messages"][-1]["text"]
    assert "receipt number is SR2026000001" in freezing.say("yes")
    assert freezing.custom["service"] == "FZ"
    with store.reading() as session:
        row = session.scalars(select(ServiceTransaction)).one()
    assert (row.service, row.state, row.details["number"]) == ("FZ", "applied", "880000100101")


def test_a_line_that_contradicts_the_list_stops_the_start() -> None:
    for wrong in (
        Entry("surrender_policy", "surrender a policy", 0, code="SU"),
        Entry("freeze_policy", "freeze a policy", code="SU"),
        Entry("freeze_policy", "freeze a policy"),
    ):
        with pytest.raises(ValueError, match="on the list already"):
            enter([wrong])
    assert "freeze_policy" not in CATALOGUE
