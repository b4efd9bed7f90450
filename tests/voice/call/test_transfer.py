"""From the bot to a person and back: the queue, the whisper, and every way it can fail."""

import pytest
from sqlalchemy import select

from records.models import Author, CallState, Handoff, HandoffState, Kind, Owner
from records.store import Store
from tests.voice.call.house import AMY, BEN, CENTRE, STRANGER, House, run
from voice.testing.call import Call
from voice.testing.parties import Answer, Party


async def wants_a_person(house: House) -> Call:
    """A caller asks for a person, and waits in the queue."""
    call = house.call()
    await house.quiet(call)
    await house.say(call, "I want to talk to a person")
    await call.wait_for("queued")
    return call


def handoff(house: House) -> Handoff:
    with house.store.reading() as session:
        return session.scalars(select(Handoff)).one()


def test_a_caller_who_asks_for_a_person_hears_the_last_sentence_and_waits_with_place(people: Store) -> None:
    async def story(house: House) -> None:
        call = await wants_a_person(house)
        assert house.record().state is CallState.QUEUED
        assert house.conversation().owner is Owner.QUEUED
        assert handoff(house).exclusive
        status = next(one for one in house.ledger() if one.kind is Kind.STATUS)
        assert house.record().heard_seq >= status.seq, "the sentence was heard before the stream was closed"
        said = await call.wait_for("say")
        assert "You are next in the queue." in said.detail["text"]
        assert "press 1" in said.detail["text"]
        await call.hang_up()
        await call.ended()
        assert handoff(house).state is HandoffState.ABANDONED
        assert house.record().state is CallState.ENDED
        assert house.twilio.errors == []

    run(people, story)


def test_the_agent_hears_the_packet_presses_one_and_talks_and_the_caller_comes_back_to_the_bot(
    people: Store,
) -> None:
    async def story(house: House) -> None:
        house.on_duty(AMY)
        house.twilio.parties[AMY.phone or ""] = Party(keys="1", talks_seconds=20)
        call = await wants_a_person(house)
        await house.accepts("amy")
        await call.wait_for("bridged")
        assert house.record().state is CallState.AGENT
        assert house.record().taken_at is not None
        leg = next(one for one in house.twilio.calls.values() if one.parent is call)
        whispered = leg.happened("say")[0]["text"]
        assert whispered.startswith("Hello Amy.")
        assert "Press one to take the call" in whispered
        await call.wait_for("stream-started")
        await call.wait_for("stream-started")
        await house.quiet(call)
        assert house.said[-1] == "Is there anything else I can do for you?"
        assert house.record().state is CallState.BOT
        assert handoff(house).state is HandoffState.WRAP_UP
        assert any("Amy has finished" in one for one in house.said)
        await call.hang_up()
        assert house.twilio.errors == []

    run(people, story)


@pytest.mark.parametrize(
    "party",
    [
        Party(answer=Answer.BUSY),
        Party(answer=Answer.NO_ANSWER),
        Party(answer=Answer.FAILED),
        Party(keys="2"),
        Party(),
        Party(hangs_up_after_seconds=2),
    ],
    ids=["busy", "no answer", "failed", "declines", "presses nothing", "hangs up"],
)
def test_an_agent_who_is_not_reached_leaves_the_caller_in_the_queue_at_the_old_place(
    people: Store, party: Party
) -> None:
    async def story(house: House) -> None:
        house.on_duty(AMY)
        house.twilio.parties[AMY.phone or ""] = party
        call = await wants_a_person(house)
        arrived = handoff(house).queued_at
        await house.accepts("amy")
        await call.wait_for("dialled")
        await call.wait_for("queued")
        found = handoff(house)
        assert (found.state, found.queued_at, found.agent_id) == (HandoffState.QUEUED, arrived, None)
        assert len(found.declined_by) == 1
        assert house.record().state is CallState.QUEUED
        await call.hang_up()

    run(people, story)


def test_the_next_agent_is_called_when_the_first_is_not_reached(people: Store) -> None:
    async def story(house: House) -> None:
        house.on_duty(AMY, BEN)
        house.twilio.parties[AMY.phone or ""] = Party(answer=Answer.NO_ANSWER)
        house.twilio.parties[BEN.phone or ""] = Party(keys="1", talks_seconds=5)
        call = await wants_a_person(house)
        await house.accepts("amy")
        await call.wait_for("queued")
        await house.accepts("ben")
        await call.wait_for("bridged")
        assert house.record().state is CallState.AGENT
        await call.hang_up()

    run(people, story)


def test_a_caller_who_would_rather_be_called_back_is_promised_a_time_and_called(people: Store) -> None:
    async def story(house: House) -> None:
        house.on_duty(AMY)
        call = await wants_a_person(house)
        await call.wait_for("gather")
        call.press("1")
        assert await call.ended() == "completed"
        assert handoff(house).state is HandoffState.CALLBACK
        assert "We will call you back today" in call.happened("say")[-1]["text"]
        assert house.conversation().owner is Owner.CALLBACK

        await house.comes_due()
        house.twilio.parties[AMY.phone or ""] = Party(keys="1")
        house.twilio.parties[STRANGER] = Party(talks_seconds=10)
        await house.accepts("amy")
        to_agent = next(one for one in house.twilio.calls.values() if one.direction == "outbound-api")
        assert (to_agent.caller, to_agent.called) == (CENTRE, AMY.phone)
        assert await to_agent.ended() == "completed"
        assert to_agent.happened("bridged")
        assert handoff(house).state is HandoffState.WRAP_UP
        assert house.twilio.errors == []

    run(people, story)


def test_a_caller_who_hangs_up_while_the_agent_is_rung_is_no_longer_waited_for(people: Store) -> None:
    async def story(house: House) -> None:
        house.on_duty(AMY)
        house.twilio.parties[AMY.phone or ""] = Party(ring_seconds=10, keys="1")
        call = await wants_a_person(house)
        await house.accepts("amy")
        await call.wait_for("dialling")
        await call.hang_up()
        await call.ended()
        assert house.record().state is CallState.ENDED
        assert handoff(house).state is HandoffState.WRAP_UP
        assert [one for one in house.ledger() if one.author is Author.AGENT] == []

    run(people, story)
