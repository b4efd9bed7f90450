"""Calls whose centre died: the network is asked after them, and who was cut off is called back."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from records.models import AuditEntry, CallState, Handoff, HandoffState, Owner
from records.store import Store
from tests.voice.call.door import Door
from tests.voice.call.house import AMY, STRANGER, House, run
from voice.call.orphans import Orphans
from voice.call.register import LOST_AFTER
from voice.telephony.client import CarrierFailed
from voice.testing.call import Call
from voice.testing.parties import Party
from voice.testing.twilio import OfflineTwilio

SAID = "is my policy in force"


@dataclass
class Book:
    """The network's book of calls."""

    twilio: OfflineTwilio
    fails: str = ""

    async def status(self, call_sid: str) -> str:
        if self.fails:
            raise CarrierFailed(self.fails, "no", retryable=True)
        return self.twilio.calls[call_sid].status


async def cut_off(house: House, call: Call) -> None:
    """The centre dies in the call; nobody answers what the network asks, and it ends the call.

    Where the caller waits for a person it goes on in silence, until they give up.
    """
    door = Door(house.twilio.line, shut=True)
    house.twilio.line = door
    waits = house.record().state is CallState.QUEUED
    house.die()
    if waits:
        await call.hang_up()
    assert await call.ended() == "completed"
    door.shut = False
    house.twilio.errors.clear()  # all of them: that nobody was there


async def looked(house: House, orphans: Orphans) -> int:
    """Two looks of the centre that is there again."""
    return await orphans.look() + await orphans.look()


def handoffs(house: House) -> list[Handoff]:
    with house.store.reading() as session:
        return list(session.scalars(select(Handoff)).all())


def is_called_back(house: House) -> bool:
    """As the audit has it."""
    with house.store.reading() as session:
        line = session.scalars(select(AuditEntry.detail).where(AuditEntry.action == "call_lost")).one()
        return bool(line["called_back"])


def test_who_was_cut_off_in_a_dialogue_is_called_back_in_it(people: Store) -> None:
    async def story(house: House) -> None:
        house.on_duty(AMY)
        call = house.call()
        await house.quiet(call)
        await house.say(call, SAID)
        await house.quiet(call)
        await cut_off(house, call)
        assert house.record().state is CallState.BOT, "nobody was told"
        orphans = Orphans(house.line, Book(house.twilio))
        assert await looked(house, orphans) == 1
        assert house.record().state is CallState.ENDED
        assert is_called_back(house)
        (handoff,) = handoffs(house)
        assert (handoff.state, handoff.reason) == (HandoffState.CALLBACK, "bot_failed")
        assert house.conversation().owner is Owner.CALLBACK
        assert await looked(house, orphans) == 0

        await house.comes_due()
        house.twilio.parties[AMY.phone or ""] = Party(keys="1")
        house.twilio.parties[STRANGER] = Party(talks_seconds=5)
        await house.accepts("amy")
        to_agent = next(one for one in house.twilio.calls.values() if one.direction == "outbound-api")
        assert await to_agent.ended() == "completed"
        customer = next(one for one in house.twilio.calls.values() if one.parent is to_agent)
        assert (customer.called, bool(customer.happened("bridged"))) == (STRANGER, True)
        assert SAID in [one.body.get("text") for one in house.ledger()]

    run(people, story)


def test_who_had_said_nothing_yet_is_not_called(people: Store) -> None:
    async def story(house: House) -> None:
        call = house.call()
        await house.quiet(call)
        await cut_off(house, call)
        assert await looked(house, Orphans(house.line, Book(house.twilio))) == 1
        assert (house.record().state, handoffs(house)) == (CallState.ENDED, [])
        assert not is_called_back(house)

    run(people, story)


def test_who_was_cut_off_while_waiting_keeps_their_place_and_is_called(people: Store) -> None:
    async def story(house: House) -> None:
        call = house.call()
        await house.quiet(call)
        await house.say(call, "I want to talk to a person")
        await call.wait_for("queued")
        (before,) = handoffs(house)
        await cut_off(house, call)
        assert await looked(house, Orphans(house.line, Book(house.twilio))) == 1
        (after,) = handoffs(house)
        assert (after.id, after.state) == (before.id, HandoffState.CALLBACK)
        assert after.ranked_at == before.ranked_at

    run(people, story)


def test_a_call_that_the_network_holds_is_left_alone(people: Store) -> None:
    async def story(house: House) -> None:
        call = house.call()
        await house.quiet(call)
        house.die()
        await call.wait_for("queued", within=60)
        assert await looked(house, Orphans(house.line, Book(house.twilio))) == 0
        assert house.record().state is CallState.QUEUED
        await call.hang_up()

    run(people, story)


def test_one_look_ends_nothing_for_the_news_may_be_on_its_way(people: Store) -> None:
    async def story(house: House) -> None:
        call = house.call()
        await house.quiet(call)
        await cut_off(house, call)
        assert await Orphans(house.line, Book(house.twilio)).look() == 0
        assert house.record().state is CallState.BOT

    run(people, story)


@pytest.mark.parametrize(("answer", "ended"), [("http_404", 1), ("http_401", 0), ("no_answer", 0)])
def test_only_what_the_network_does_not_know_is_over(people: Store, answer: str, ended: int) -> None:
    async def story(house: House) -> None:
        call = house.call()
        await house.quiet(call)
        await cut_off(house, call)
        assert await looked(house, Orphans(house.line, Book(house.twilio, fails=answer))) == ended

    run(people, story)


def test_without_a_network_a_call_that_is_older_than_any_is_forgotten(people: Store) -> None:
    async def story(house: House) -> None:
        call = house.call()
        await house.quiet(call)
        await cut_off(house, call)
        orphans = Orphans(house.line, None)
        assert await looked(house, orphans) == 0
        await asyncio.sleep((LOST_AFTER + timedelta(minutes=1)).total_seconds())
        assert await orphans.look() == 1
        assert house.record().state is CallState.ENDED

    run(people, story)
