"""Agents' decisions on requests: what happens, who may, and that the customer is told once, in place."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from actions.services.transactions import BY_CODE
from actions.servicing import decision
from actions.servicing.states import NotPossible, State
from handoff import decisions, desk
from handoff.authorization import Principal
from handoff.decisions import Effect
from handoff.reasons import Reason
from handoff.refusals import ReasonMissing, UnknownCase
from records import ledger
from records.models import (
    AuditEntry,
    Author,
    Conversation,
    ConversationId,
    Customer,
    Loan,
    OutgoingMessage,
    Payout,
    Policy,
    PolicyState,
    ServiceTransaction,
)
from tests.handoff import cases
from tests.handoff.conftest import AMY, BEN, Floor


def who(floor: Floor, login: str) -> Principal:
    agent = floor.agent(login)
    return Principal(agent.id, agent.login, agent.name, agent.role)  # type: ignore[arg-type]


def carry_out(floor: Floor, act: Any, login: str, receipt: str, *more: Any, **named: Any) -> Effect:
    with floor.store.writing() as session:
        effect: Effect = act(session, who(floor, login), receipt, *more, floor.clock.now(), **named)
        return effect


def row(floor: Floor, receipt: str) -> ServiceTransaction:
    with floor.store.reading() as session:
        return session.scalars(select(ServiceTransaction).where(ServiceTransaction.receipt == receipt)).one()


def messages(floor: Floor) -> list[OutgoingMessage]:
    with floor.store.reading() as session:
        return list(session.scalars(select(OutgoingMessage)))


def rows(floor: Floor, table: Any) -> list[Any]:
    with floor.store.reading() as session:
        return list(session.scalars(select(table)).unique())


def asked(floor: Floor, make: Any, *more: Any, owner_level: int = 3) -> tuple[ConversationId, str]:
    """A conversation of a proven customer, and the request made in it."""
    customer = floor.customer()
    conversation = floor.talk("Please", customer_id=customer, assurance=owner_level)
    with floor.store.writing() as session:
        return conversation, make(session, conversation, customer, floor.clock.now(), *more)


def test_a_call_comes_before_the_approval_and_is_on_record(floor: Floor) -> None:
    floor.staff(AMY)
    _, receipt = asked(floor, cases.loan)
    with pytest.raises(NotPossible) as problem:
        carry_out(floor, decisions.approve, "amy", receipt)
    assert problem.value.code == "call_first" and rows(floor, Loan) == []
    effect = carry_out(floor, decisions.approve, "amy", receipt, called=True)
    assert effect.words == "Approved, and carried out."
    assert row(floor, receipt).state == State.APPLIED
    assert [loan.principal for loan in rows(floor, Loan)] == [20_000]
    with floor.store.reading() as session:
        line = session.scalars(select(AuditEntry).where(AuditEntry.action == "callback.confirmed")).one()
    assert (line.actor, line.subject, line.detail) == (
        "agent:amy", f"transaction:{receipt}", {"number": "+12025550101"}
    )  # fmt: skip


def test_two_agents_must_agree_and_the_customer_hears_only_of_the_end(floor: Floor) -> None:
    floor.staff(AMY, BEN)
    conversation, receipt = asked(floor, cases.surrender)
    first = carry_out(floor, decisions.approve, "amy", receipt)
    assert first.words.startswith("Second approval needed: it is about more than CNY 50,000.00")
    assert first.told_in is None and floor.texts(conversation) == ["Please"] and messages(floor) == []
    with pytest.raises(NotPossible) as problem:
        carry_out(floor, decisions.approve, "amy", receipt)
    assert problem.value.code == "same_agent" and rows(floor, Payout) == []
    second = carry_out(floor, decisions.approve, "ben", receipt)
    assert second.told_in == conversation
    assert [str(payout.amount) for payout in rows(floor, Payout)] == ["180000.00"]
    assert [policy.state for policy in rows(floor, Policy)] == [PolicyState.SURRENDERED]
    assert floor.texts(conversation)[1:] == [
        f"Your request {receipt} (surrender a policy) has been approved and is done. The money arrives "
        "within 5 working days."
    ]


def test_a_refusal_needs_its_reason_and_the_customer_reads_it(floor: Floor) -> None:
    floor.staff(AMY)
    conversation, receipt = asked(floor, cases.loan)
    for nothing in ("", "  ", "x" * 501):
        with pytest.raises(ReasonMissing):
            carry_out(floor, decisions.refuse, "amy", receipt, nothing)
    assert row(floor, receipt).state == State.WAITING_FOR_CALLBACK
    carry_out(floor, decisions.refuse, "amy", receipt, "We could not reach you")
    assert (row(floor, receipt).state, row(floor, receipt).reason) == (
        State.REFUSED,
        "We could not reach you",
    )
    assert "was refused: We could not reach you. Nothing has changed." in floor.texts(conversation)[-1]
    with pytest.raises(NotPossible):
        carry_out(floor, decisions.refuse, "amy", receipt, "Again")
    assert len(floor.texts(conversation)) == 2


def test_what_is_asked_for_is_told_each_time_and_comes_back_to_the_list(floor: Floor) -> None:
    floor.staff(AMY)
    conversation, receipt = asked(floor, cases.surrender)
    for wanted in ("a photo of your bank card", "a sharper photo"):
        carry_out(floor, decisions.ask_for_more, "amy", receipt, wanted)
        assert (row(floor, receipt).state, row(floor, receipt).waiting_for) == (State.PENDING, wanted)
        assert f"something more from you: {wanted}." in floor.texts(conversation)[-1]
        carry_out(floor, decisions.take_up, "amy", receipt)
        assert row(floor, receipt).state == State.WAITING_FOR_AGENT
        floor.clock.advance(seconds=1)
    assert len(floor.texts(conversation)) == 3


def test_a_paper_that_has_come_can_be_agreed_to_at_once(floor: Floor) -> None:
    floor.staff(AMY)
    _, receipt = asked(floor, cases.new_document)
    carry_out(floor, decisions.approve, "amy", receipt)
    assert rows(floor, Customer)[0].id_expires == date(2036, 3, 3)


def test_a_request_that_the_customer_took_back_cannot_be_decided(floor: Floor) -> None:
    floor.staff(AMY)
    conversation, receipt = asked(floor, cases.loan)
    with floor.store.writing() as session:
        found = session.scalars(select(ServiceTransaction)).one()
        decision.withdraw(session, found, floor.clock.now(), actor="customer:C1001", descriptions=BY_CODE)
    with pytest.raises(NotPossible):
        carry_out(floor, decisions.approve, "amy", receipt, called=True)
    with pytest.raises(UnknownCase):
        carry_out(floor, decisions.approve, "amy", "SR2026999999")
    assert floor.texts(conversation) == ["Please"] and messages(floor) == []


def test_the_agent_of_the_conversation_says_it_anybody_else_leaves_a_notice(floor: Floor) -> None:
    amy = floor.staff(AMY)["amy"]
    customer = floor.customer()
    conversation = floor.talk("A loan please", customer_id=customer, assurance=3)
    floor.hand_over(Reason.CALLBACK, conversation)
    floor.assign()
    floor.accept(amy, conversation)
    floor.staff(BEN)
    with floor.store.writing() as session:
        first = cases.loan(session, conversation, customer, floor.clock.now())
        second = cases.loan(session, conversation, customer, floor.clock.now())
    before = floor.standing(conversation)
    carry_out(floor, decisions.refuse, "amy", first, "Too soon")
    carry_out(floor, decisions.refuse, "ben", second, "Too soon")
    with floor.store.reading() as session:
        said, notice = ledger.fetch_since(session, conversation, before.last_seq)
    assert (said.author, said.agent_id, said.body["name"]) == (Author.AGENT, amy, "Amy Gao")
    assert (notice.author, notice.agent_id) == (Author.SYSTEM, None)
    assert said.body["custom"] == {"tier": 3, "receipt": first, "state": "refused"}
    # Nobody has lost the floor by it: the agent's next words are as welcome as before.
    with floor.store.writing() as session:
        desk.reply(session, amy, conversation, "k", "Shall I?", floor.clock.now(), epoch=before.epoch)
    assert messages(floor) == []


def test_the_assistants_open_turn_is_not_ended_by_a_notice(floor: Floor) -> None:
    floor.staff(AMY)
    conversation, receipt = asked(floor, cases.loan)
    pending = floor.standing(conversation).pending_seq
    assert pending is not None
    effect = carry_out(floor, decisions.refuse, "amy", receipt, "Too soon")
    assert effect.told_in == conversation
    assert floor.standing(conversation).pending_seq == pending


@pytest.mark.parametrize("gone", ["silent", "somebody_else", "phone", "not_proven"])
def test_who_is_not_there_any_more_gets_an_sms_and_no_line_in_the_conversation(
    floor: Floor, gone: str
) -> None:
    floor.staff(AMY)
    conversation, receipt = asked(floor, cases.loan)
    other = floor.customer("C1002")
    if gone == "silent":
        floor.clock.advance(minutes=31)
    every: dict[str, dict[str, Any]] = {
        "somebody_else": {"customer_id": other},
        "phone": {"channel": "phone"},
        "not_proven": {"assurance": 1},
    }
    changes = every.get(gone, {})
    with floor.store.writing() as session:
        for name, value in changes.items():
            setattr(session.get_one(Conversation, conversation), name, value)
    effect = carry_out(floor, decisions.refuse, "amy", receipt, "Too soon")
    assert effect.told_in is None and floor.texts(conversation) == ["Please"]
    (sent,) = messages(floor)
    assert sent.recipient == "+12025550101" and sent.key == f"decision:{receipt}:refused"
    assert sent.text.startswith(f"Harbour Life: Your request {receipt} (take a policy loan) was refused")


def test_no_sms_goes_out_at_night(floor: Floor) -> None:
    floor.staff(AMY)
    floor.clock.advance(hours=14)  # 7:00 in the morning at the insurer's place
    customer = floor.customer()
    conversation = floor.talk(customer_id=customer, assurance=3)
    with floor.store.writing() as session:
        receipt = cases.loan(session, conversation, customer, floor.clock.now())
    carry_out(floor, decisions.refuse, "amy", receipt, "Too soon")
    (sent,) = messages(floor)
    assert sent.due_at == floor.clock.now() + timedelta(hours=1)
