"""Transfers and promised calls, as pages and programs ask for them: permission, audit, signal, display."""

from datetime import timedelta

import pytest

from handoff.desks import Desks, desks
from handoff.refusals import FarOff, Forbidden, NobodyThere, NotHeld, UnknownInstruction, UnknownSkill
from records import ledger
from records.ledger import StaleEpoch
from records.models import HandoffState, Kind, Owner
from records.signals import PEOPLE, Signals
from tests.handoff.conftest import AMY, BEN, DORA, PRESENCE_SECONDS, Floor


@pytest.fixture
def signals() -> Signals:
    return Signals()


@pytest.fixture
def centre(floor: Floor, signals: Signals) -> Desks:
    return desks(floor.store, floor.clock, signals, PRESENCE_SECONDS)


async def test_a_transfer_lies_among_the_offers_of_the_next_agent_who_may_read_it(
    floor: Floor, centre: Desks, signals: Signals
) -> None:
    staff = floor.staff(AMY)
    standing = floor.held(staff["amy"])
    staff |= floor.staff(BEN)
    amy, ben = floor.log_in("amy"), floor.log_in("ben")
    with pytest.raises(Forbidden):
        await centre.switchboard.read_talk(ben, standing.id)
    with signals.watching(PEOPLE) as bell:
        await centre.passing.transfer(amy, standing.id, "Knows claims", epoch=standing.epoch, to="ben")
        assert bell.is_set()
    mine = await centre.switchboard.read_talk(amy, standing.id)
    assert mine.transfer and (mine.transfer.state, mine.transfer.to) == ("waiting", "Ben Luo")
    assert floor.assign() == [(standing.id, staff["ben"])]
    (offer,) = (await centre.switchboard.read_inbox(ben)).offers
    assert (offer.conversation_id, offer.state) == (standing.id, HandoffState.OFFERED)
    assert (offer.passed_by, offer.note) == ("Amy Gao", "Knows claims")
    assert offer.offer_until is not None
    assert (await centre.switchboard.read_talk(ben, standing.id)).packet is not None
    with pytest.raises((NotHeld, Forbidden)):
        await centre.switchboard.reply(ben, standing.id, "early", "Hello", epoch=standing.epoch)
    moved = await centre.switchboard.accept(ben, standing.id)
    assert moved.owner is Owner.AGENT and (await centre.switchboard.read_inbox(ben)).mine
    assert (await centre.switchboard.read_inbox(amy)).mine == ()
    with pytest.raises(Forbidden):
        await centre.switchboard.read_talk(amy, standing.id)


async def test_an_agent_takes_a_transfer_back(floor: Floor, centre: Desks) -> None:
    staff = floor.staff(AMY)
    standing = floor.held(staff["amy"])
    floor.staff(BEN)
    amy = floor.log_in("amy")
    await centre.passing.transfer(amy, standing.id, "", epoch=standing.epoch, skill="claims")
    floor.assign()
    await centre.passing.keep(amy, standing.id, epoch=standing.epoch)
    assert (await centre.switchboard.read_talk(amy, standing.id)).transfer is None
    assert (await centre.switchboard.read_inbox(floor.log_in("ben"))).offers == ()


async def test_what_cannot_be_taken_is_refused_at_once(floor: Floor, centre: Desks) -> None:
    staff = floor.staff(AMY)
    standing = floor.held(staff["amy"])
    floor.staff(BEN)
    amy, epoch = floor.log_in("amy"), standing.epoch
    for whom in ({"to": "nobody"}, {"to": "amy"}):
        with pytest.raises(NobodyThere):
            await centre.passing.transfer(amy, standing.id, "", epoch=epoch, **whom)
    for wrong in ({}, {"to": "ben", "skill": "claims"}, {"skill": "inquiry"}, {"skill": "cooking"}):
        with pytest.raises(UnknownSkill):
            await centre.passing.transfer(amy, standing.id, "", epoch=epoch, **wrong)
    with pytest.raises(Forbidden):
        await centre.passing.transfer(floor.log_in("ben"), standing.id, "", epoch=epoch, to="amy")
    with pytest.raises(StaleEpoch):
        await centre.passing.transfer(amy, standing.id, "", epoch=epoch - 1, to="ben")
    assert floor.audited("transfer_asked") == []


async def test_a_requeued_conversation_keeps_its_arrival(floor: Floor, centre: Desks) -> None:
    staff = floor.staff(AMY)
    standing = floor.held(staff["amy"])
    arrived = floor.handoff(standing.id).queued_at
    floor.staff(BEN)
    floor.clock.advance(seconds=30)
    moved = await centre.passing.requeue(
        floor.log_in("amy"), standing.id, "For claims", epoch=standing.epoch, skill="claims"
    )
    handoff = floor.handoff(standing.id)
    assert (moved.owner, handoff.queued_at, handoff.skill) == (Owner.QUEUED, arrived, "claims")


async def test_colleagues_are_those_on_duty_without_oneself(floor: Floor, centre: Desks) -> None:
    floor.staff(AMY, BEN)
    floor.staff(DORA, available=False)
    (only,) = await centre.passing.colleagues(floor.log_in("amy"))
    assert (only.login, only.skills, only.has_room) == ("ben", ("claims", "complaint"), True)


async def test_a_promised_call_leaves_the_agent_free(floor: Floor, centre: Desks) -> None:
    staff = floor.staff(AMY)
    standing = floor.held(staff["amy"])
    amy, now = floor.log_in("amy"), floor.clock.now()
    for wrong in (now - timedelta(minutes=1), now + timedelta(days=31)):
        with pytest.raises(FarOff):
            await centre.passing.promise_call(amy, standing.id, wrong, epoch=standing.epoch)
    with pytest.raises(StaleEpoch):
        await centre.passing.promise_call(amy, standing.id, now, epoch=standing.epoch + 1)
    due = await centre.passing.promise_call(amy, standing.id, now + timedelta(hours=2), epoch=standing.epoch)
    assert due >= now + timedelta(hours=2)
    assert floor.standing(standing.id).owner is Owner.CALLBACK
    assert (await centre.switchboard.read_inbox(amy)).mine == ()
    assert floor.audited("callback_promised") == [("agent:amy", f"conversation:{standing.id}")]


async def test_the_assistant_begins_what_the_agent_tells_it(floor: Floor, centre: Desks) -> None:
    staff = floor.staff(AMY)
    standing = floor.held(staff["amy"])
    amy = floor.log_in("amy")
    for wrong in ("talk_to_agent", "cook_dinner"):
        with pytest.raises(UnknownInstruction):
            await centre.switchboard.return_to_bot(amy, standing.id, epoch=standing.epoch, instruction=wrong)
    moved = await centre.switchboard.return_to_bot(
        amy, standing.id, epoch=standing.epoch, instruction="change_contact"
    )
    with floor.store.reading() as session:
        told = ledger.fetch_since(session, standing.id, 0)[-2]
    assert (moved.owner, moved.pending_seq) == (Owner.BOT, told.seq)
    assert (told.kind, told.body["button"]) == (Kind.STATUS, {"intent": "change_contact"})
    assert "help you change your phone, address or e-mail" in str(told.body["text"])


async def test_without_an_instruction_the_assistant_waits_for_the_customer(
    floor: Floor, centre: Desks
) -> None:
    staff = floor.staff(AMY)
    standing = floor.held(staff["amy"])
    moved = await centre.switchboard.return_to_bot(floor.log_in("amy"), standing.id, epoch=standing.epoch)
    assert (moved.owner, moved.pending_seq) == (Owner.BOT, None)
