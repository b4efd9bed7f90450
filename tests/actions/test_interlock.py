"""What must hold before money leaves, for every transaction by which it can; and nothing twice."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, update

from actions.dialogue import Dialogue
from actions.forms.service import Context, Facts
from actions.services.branches import PLACES
from actions.services.catalogue import CATALOGUE
from actions.services.registry import SERVICES
from actions.services.transactions import BY_CODE, TRANSACTIONS
from actions.servicing import decision, payments
from actions.servicing.interlock import SCAM_NAMES
from actions.servicing.states import OPEN, TRANSITIONS, WORDS, Event, NotPossible, State, after
from actions.utterance import Utterance
from records.clock import ManualClock, today
from records.demo import told
from records.models import AuditEntry, Loan, Payout, Policy, ServiceTransaction
from records.settings import settings
from records.store import Store
from tests.actions.conftest import KEY
from tests.actions.customer import Customer
from tests.actions.money import ACCOUNT, SAFE, Counter, ask

OUT = sorted(one.intent for one in TRANSACTIONS if CATALOGUE[one.intent].money_out)
STRANGER = ("Gao Lan", "110101198803070047", "+1 202 555 0177", "my daughter")
ANSWERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "cancel_in_cooling_off": ("Liu Yang", (ACCOUNT,)),
    "change_beneficiary": ("Wang Fang", ("Li Bo, my son, everything", "skip")),
    "change_payment_account": ("Wang Fang", ("debit", "Wang Fang", "Bank of Harbour", ACCOUNT)),
    "change_policyholder": ("Wang Fang", STRANGER),
    "reduce_cover": ("Sun Lei", ("200,000", ACCOUNT)),
    "surrender_policy": ("Wang Fang", ("go on", ACCOUNT)),
    "take_policy_loan": ("Wang Fang", ("5,000", ACCOUNT)),
    "withdraw_benefit": ("Li Wei", ("everything", ACCOUNT)),
}
"""What is asked before the scam questions."""

SAFE_ANSWERS = ("no", "no")
OWNERSHIP = ("AE", "BC")
"""By these a right leaves, and no money yet."""


def traces(store: Store) -> list[Any]:
    with store.reading() as session:
        counts = [
            session.scalar(select(func.count()).select_from(table))
            for table in (ServiceTransaction, Payout, Loan)
        ]
        return [*counts, session.execute(select(Policy.number, Policy.state, Policy.cash_value)).all()]


def test_every_transaction_that_lets_money_out_is_tried_here() -> None:
    assert sorted(ANSWERS) == OUT


@pytest.mark.parametrize("intent", OUT)
def test_below_the_strong_level_it_explains_and_offers_two_ways(
    intent: str, counter: Counter, store: Store
) -> None:
    who, answers = ANSWERS[intent]
    person = counter.verified(who)
    before = traces(store)
    said = ask(person, intent)
    assert person.custom["expects"] == "@strengthen" and person.custom["step_up"] == 3
    assert "passkey" in said and "colleague" in said
    for answer in (*answers, *SAFE_ANSWERS, "yes", "I have used my passkey", "done"):
        person.say(answer)
        assert person.custom["expects"] == "@strengthen"
    person.send_button(
        {"form": intent, "version": person_version(person), "field": "@confirm", "value": "yes"}
    )
    assert traces(store) == before


def person_version(person: Customer) -> int:
    payloads = [
        b["payload"] for m in person.last["messages"] for b in m["buttons"] if "version" in b["payload"]
    ]
    return int(payloads[0]["version"])


@pytest.mark.parametrize("intent", OUT)
def test_a_colleague_can_check_instead(intent: str, counter: Counter) -> None:
    person = counter.verified(ANSWERS[intent][0])
    ask(person, intent)
    person.press("A colleague shall check")
    assert (person.custom["handoff"], person.custom["step_up"]) == ("human_service", 3)
    assert person.custom["service"] == CATALOGUE[intent].code and counter.transactions() == []


@pytest.mark.parametrize("intent", OUT)
@pytest.mark.parametrize(
    ("minutes", "asked"), [(settings().strong_minutes + 1, "@strengthen"), (31, "identifier")]
)
def test_a_proof_that_wore_off_is_asked_for_again_and_nothing_is_done_before(
    intent: str, minutes: float, asked: str, counter: Counter, store: Store, clock: ManualClock
) -> None:
    who, answers = ANSWERS[intent]
    person = counter.strong(who)
    ask(person, intent, *answers, *SAFE_ANSWERS)
    assert person.custom["expects"] == "@confirm"
    before = traces(store)
    clock.advance(minutes=minutes)
    person.say("yes")
    assert person.custom["expects"] in (asked, "birth") and traces(store) == before


@pytest.mark.parametrize("intent", OUT)
@pytest.mark.parametrize("question", SCAM_NAMES)
def test_a_yes_to_a_scam_question_stops_it_and_brings_a_person(
    intent: str, question: str, counter: Counter, store: Store
) -> None:
    who, answers = ANSWERS[intent]
    person = counter.strong(who)
    before = traces(store)
    said = ask(person, intent, *answers, *(("yes",) if question == "approached" else ("no", "yes")))
    assert "stopped this to protect you" in said
    assert (person.custom["handoff"], person.custom["refused"]) == ("scam", "possible_scam")
    assert traces(store) == before


@pytest.mark.parametrize("intent", OUT)
def test_one_audit_line_holds_all_evidence(intent: str, counter: Counter, store: Store) -> None:
    who, answers = ANSWERS[intent]
    ask(counter.strong(who), intent, *answers, *SAFE_ANSWERS, "yes")
    row = counter.only()
    with store.reading() as session:
        line = session.scalars(
            select(AuditEntry).where(AuditEntry.subject == f"transaction:{row.receipt}")
        ).one()
    assert line.action == f"money_out.{row.service}"
    assert line.detail["level"] == 3 and line.detail["proof"] == "passkey"
    assert line.detail["scam_answers"] == {"approached": False, "handed_over": False}
    assert "Let me read that back" in line.detail["consented_to"]
    account = "" if row.service in OWNERSHIP else "the account ending 7890"
    assert line.detail["number_changed"] is False and line.detail["account"] == account
    if row.service not in ("PC", *OWNERSHIP):
        assert {"amount", "loss"} <= set(line.detail)


@pytest.mark.parametrize("intent", OUT)
def test_it_happens_exactly_once_however_often_the_turn_comes(
    intent: str, counter: Counter, store: Store, dialogue: Dialogue
) -> None:
    who, answers = ANSWERS[intent]
    person = counter.strong(who)
    ask(person, intent, *answers, *SAFE_ANSWERS, "yes")
    first, after_it = person.last, traces(store)
    turn = f"{person.conversation_id}:{person.count}"
    for _ in range(3):
        assert dialogue.turn("service_form", person.conversation_id, turn, Utterance("yes")) == first
    assert traces(store) == after_it and len(counter.transactions()) == 1


@pytest.mark.parametrize("transaction", TRANSACTIONS, ids=lambda one: one.code)
def test_no_transaction_is_carried_out_below_its_level(
    transaction: Any, store: Store, clock: ManualClock
) -> None:
    service = SERVICES[transaction.intent]
    level = CATALOGUE[transaction.intent].assurance
    with store.writing() as session:
        for lower in range(level):
            context = Context("nobody", 1, clock.now(), Facts(clock.now().date(), lower))
            with pytest.raises(PermissionError):
                service.submit(session, context, {})
    assert traces(store)[0] == 0


def test_the_life_of_a_transaction_is_its_table() -> None:
    assert {state for state, _ in TRANSITIONS} == set(OPEN) and set(WORDS) == set(State)
    for state in State:
        for event in Event:
            if (state, event) in TRANSITIONS:
                assert after(state.value, event) is TRANSITIONS[state, event]
            else:
                with pytest.raises(NotPossible):
                    after(state.value, event)


def test_a_pending_request_is_shown_and_withdrawn(counter: Counter, store: Store) -> None:
    person = counter.verified("Wang Fang")
    ask(person, "change_premium_frequency", "monthly", "yes")
    receipt = counter.only().receipt
    said = person.say("how far is my change", "check_transaction_status")
    assert receipt in said and "waiting (for the policy anniversary on 5 June 2027)" in said
    assert f"Shall I withdraw {receipt}" in person.press(f"Withdraw {receipt}")
    assert "Withdrawn" in person.say("yes")
    assert counter.only().state == "withdrawn"
    assert "withdrawn by you" in person.say("how far is it", "check_transaction_status")
    assert "no request that could be withdrawn" in person.say("withdraw it", "check_transaction_status")


def test_a_withdrawn_rhythm_is_forgotten_and_can_be_asked_for_anew(counter: Counter) -> None:
    person = counter.verified("Wang Fang")
    ask(person, "change_premium_frequency", "monthly", "yes")
    said = ask(person, "change_premium_frequency")
    assert "asked for this already" in said and person.custom["refused"] == "asked_already"
    ask(person, "check_transaction_status")
    person.press(f"Withdraw {counter.only().receipt}")
    person.say("yes")
    ask(person, "change_premium_frequency", "quarterly", "yes")
    assert [row.state for row in counter.transactions()] == ["withdrawn", "pending"]


def test_a_request_of_somebody_else_can_neither_be_seen_nor_withdrawn(counter: Counter) -> None:
    ask(counter.verified("Wang Fang"), "change_premium_frequency", "monthly", "yes")
    receipt = counter.only().receipt
    other = counter.verified("Li Wei")
    assert "can't find that request" in other.say(f"how far is {receipt}", "check_transaction_status")
    other.send_button({"intent": "check_transaction_status", "receipt": receipt, "withdraw": "yes"})
    other.say("yes")
    assert counter.only().state == "pending"


def test_an_agent_refuses_with_a_reason_that_the_customer_is_told(
    counter: Counter, store: Store, clock: ManualClock
) -> None:
    person = counter.strong("Zhang Guihua")
    ask(person, "take_policy_loan", "5,000", *SAFE, "yes")
    with store.writing() as session:
        row = session.scalars(select(ServiceTransaction)).one()
        with pytest.raises(ValueError, match="reason"):
            decision.refuse(session, row, " ", clock.now(), actor="agent:amy", descriptions=BY_CODE)
        decision.refuse(
            session,
            row,
            "You told us that you do not want it.",
            clock.now(),
            actor="agent:amy",
            descriptions=BY_CODE,
        )
        with pytest.raises(NotPossible):
            decision.approve(session, row, clock.now(), actor="agent:amy", descriptions=BY_CODE)
    assert "refused: You told us that you do not want it." in ask(person, "check_transaction_status")


def test_two_halves_of_a_large_sum_are_a_large_sum(
    counter: Counter, store: Store, clock: ManualClock
) -> None:
    with store.writing() as session:
        session.execute(update(Policy).where(Policy.number == "880000100201").values(cash_value=400_000))
    person = counter.strong("Wang Fang")
    ask(person, "take_policy_loan", "60,000", *SAFE, "yes")
    ask(person, "take_policy_loan", "60,000", *SAFE, "yes")
    assert [row.state for row in counter.transactions()] == ["applied", "waiting_for_callback"]


def test_a_call_that_comes_after_the_policy_ended_pays_nothing(
    counter: Counter, store: Store, clock: ManualClock
) -> None:
    ask(counter.strong("Zhang Guihua"), "take_policy_loan", "5,000", *SAFE, "yes")
    with store.writing() as session:
        session.execute(update(Policy).where(Policy.number == "880000100301").values(state="surrendered"))
    with pytest.raises(NotPossible, match="ended"), store.writing() as session:
        row = session.scalars(select(ServiceTransaction)).one()
        decision.approve(session, row, clock.now(), actor="agent:amy", descriptions=BY_CODE)
    assert counter.only().state == "waiting_for_callback" and traces(store)[1] == 0


def test_what_cannot_be_carried_out_on_its_day_goes_to_an_agent(
    counter: Counter, store: Store, clock: ManualClock
) -> None:
    ask(counter.verified("Wang Fang"), "change_premium_frequency", "monthly", "yes")
    with store.writing() as session:
        session.execute(update(Policy).where(Policy.number == "880000100201").values(state="lapsed"))
    with store.writing() as session:
        assert decision.carry_out_due(session, date(2027, 6, 5), clock.now(), BY_CODE) != []
    assert counter.only().state == "waiting_for_agent" and "lapsed" in counter.only().reason


def test_it_is_the_same_on_both_databases(any_store: Store, clock: ManualClock) -> None:
    PLACES.names = ()
    with any_store.writing() as session:
        told.add(session, today(clock))
    dialogue = Dialogue(any_store, clock, assurance_minutes=30, key=KEY, index=None)
    counter = Counter(any_store, clock, dialogue)
    ask(counter.strong("Wang Fang"), "take_policy_loan", "5,000", *SAFE, "yes")
    person = counter.strong("Zhang Guihua")
    ask(person, "withdraw_benefit", "everything", *SAFE, "yes")
    ask(counter.verified("Sun Lei"), "pay_premium", "yes")
    with any_store.writing() as session:
        loan, draw, pay = session.scalars(select(ServiceTransaction).order_by(ServiceTransaction.id))
        assert (loan.state, draw.state, pay.state) == ("applied", "waiting_for_callback", "pending")
        decision.approve(session, draw, clock.now(), actor="agent:amy", descriptions=BY_CODE)
        payments.arrived(session, pay.receipt, Decimal(9000), clock.now(), BY_CODE)
        assert (draw.state, pay.state) == ("applied", "applied")
        amounts = session.scalars(select(Payout.amount).order_by(Payout.id)).all()
    assert amounts == [Decimal(5000), Decimal(14_800)]
    ask(person, "check_transaction_status")
    assert draw.receipt == person.custom["receipt"]
