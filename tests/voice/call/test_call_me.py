"""A chat that asks to be called: the call belongs to the same conversation, and proves nothing by itself."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.services.callback import CALLBACK
from bot import utterance
from records import ledger
from records.models import (
    Author,
    CallState,
    Conversation,
    ConversationId,
    Handoff,
    HandoffState,
    Kind,
    Owner,
    PhoneCall,
)
from records.store import Store
from tests.bot import dialogue_engine
from tests.voice.call.house import AMY, CENTRE, LI_WEI, House, run
from voice.testing.call import Call
from voice.testing.parties import Answer, Party

GIVEN = "+12025550170"


@pytest.fixture(autouse=True)
def understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(dialogue_engine.WORDS, "call me", CALLBACK.intent)
    monkeypatch.setattr(dialogue_engine, "SERVICES", {**dialogue_engine.SERVICES, CALLBACK.intent: CALLBACK})


def chat(house: House) -> ConversationId:
    with house.store.writing() as session:
        return ledger.open_conversation(session, "chat", house.clock.now())[0]


async def write(house: House, *texts: str) -> str:
    """The customer writes in the chat; what they are answered last."""
    for text in texts:
        body = utterance.typed(text)
        receipt = await house.line.parts.services.turns.receive(
            lambda _session: house.conversation_id, None, partial(_of, body)
        )
        assert receipt.answering is not None
        await receipt.answering
    bot = [one for one in house.ledger() if one.author is Author.BOT and one.kind is Kind.MESSAGE]
    return str(bot[-1].body["text"])


def _of(body: dict[str, Any], _session: Session, _id: ConversationId) -> dict[str, Any]:
    return body


async def call_back(house: House) -> Call:
    """Amy takes the conversation, and her telephone rings."""
    house.on_duty(AMY)
    house.twilio.parties[AMY.phone or ""] = Party(keys="1")
    await house.accepts("amy")
    (to_agent,) = house.twilio.calls.values()
    await to_agent.ended()
    return to_agent


def to_customer(house: House, to_agent: Call) -> Call:
    return next(one for one in house.twilio.calls.values() if one.parent is to_agent)


def identity(house: House) -> tuple[int, int | None]:
    with house.store.reading() as session:
        found = session.scalars(select(Conversation)).one()
        return found.assurance, found.customer_id


def handoff(house: House) -> Handoff:
    with house.store.reading() as session:
        return session.scalars(select(Handoff)).one()


def test_who_asks_for_a_call_is_called_in_the_same_conversation_and_goes_on_in_the_chat(
    people: Store,
) -> None:
    async def story(house: House) -> None:
        conversation = chat(house)
        await write(house, "please call me", "as soon as possible", "+1 202 555 0170")
        assert "A colleague will call you" in await write(house, "yes")
        assert handoff(house).reason == "callback"
        house.twilio.parties[GIVEN] = Party(talks_seconds=10)
        to_agent = await call_back(house)
        assert "Press one to take the call" in to_agent.happened("say")[0]["text"]
        customer = to_customer(house, to_agent)
        assert (customer.called, bool(customer.happened("bridged"))) == (GIVEN, True)
        with people.reading() as session:
            call = session.scalars(select(PhoneCall)).one()
            assert (call.conversation_id, call.direction, call.state) == (
                conversation, "callback", CallState.ENDED,
            )  # fmt: skip
        assert handoff(house).state is HandoffState.WRAP_UP
        assert house.conversation().channel == "chat"
        assert identity(house) == (0, None), "whoever answered that telephone has proven nothing"
        answer = await write(house, "is my policy in force")
        assert "What is your policy number" in answer
        assert house.conversation().owner is Owner.BOT
        assert house.twilio.errors == []

    run(people, story, twilio_from=CENTRE)


def test_a_number_of_somebody_on_file_does_not_make_its_holder_the_customer(people: Store) -> None:
    async def story(house: House) -> None:
        chat(house)
        await write(house, "please call me", "now", LI_WEI, "yes")
        house.twilio.parties[LI_WEI] = Party(talks_seconds=10)
        to_agent = await call_back(house)
        assert to_customer(house, to_agent).called == LI_WEI
        whispered = to_agent.happened("say")[0]["text"]
        assert "Li Wei" not in whispered
        assert identity(house) == (0, None)
        assert "What is your policy number" in await write(house, "is my policy in force")

    run(people, story, twilio_from=CENTRE)


def test_who_is_verified_is_offered_the_number_on_file_and_stays_at_their_level(people: Store) -> None:
    async def story(house: House) -> None:
        chat(house)
        await write(house, "is my policy in force", "880000100101", "1985-03-12", "0011")
        before = identity(house)
        assert before[0] == 2
        assert "+1 202" in await write(house, "please call me", "now")
        await write(house, "yes")
        house.twilio.parties[LI_WEI] = Party(talks_seconds=10)
        to_agent = await call_back(house)
        assert to_customer(house, to_agent).called == LI_WEI
        assert identity(house) == before
        answer = await write(house, "I want a loan")
        assert identity(house) == before
        assert "gets" not in answer, "no call makes anybody strong"

    run(people, story, twilio_from=CENTRE)


@pytest.mark.parametrize("answer", [Answer.BUSY, Answer.NO_ANSWER, Answer.FAILED])
def test_who_is_not_reached_stays_with_the_agent_who_is_told_so(people: Store, answer: Answer) -> None:
    async def story(house: House) -> None:
        chat(house)
        await write(house, "please call me", "now", GIVEN, "yes")
        house.twilio.parties[GIVEN] = Party(answer=answer)
        await call_back(house)
        notes = [one.body["text"] for one in house.ledger() if one.kind is Kind.NOTE]
        assert notes == [f"The customer was not reached by telephone: {answer.value}."]
        assert handoff(house).state is HandoffState.ACTIVE
        assert await house.connector.sweep() == 0, "nobody is called again without being asked to"

    run(people, story, twilio_from=CENTRE)


def test_a_centre_without_a_number_tells_the_agent_to_call_by_hand_once(people: Store) -> None:
    async def story(house: House) -> None:
        chat(house)
        await write(house, "please call me", "now", GIVEN, "yes")
        house.on_duty(AMY)
        await house.accepts("amy")
        await house.connector.sweep()
        assert house.twilio.calls == {}
        notes = [one.body["text"] for one in house.ledger() if one.kind is Kind.NOTE]
        assert notes == ["The call-back could not be made. Please call by hand."]

    run(people, story)
