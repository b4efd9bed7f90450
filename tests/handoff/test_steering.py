"""Supervisors' acts: the order of the queue, and a word beside an agent who keeps the conversation."""

import pytest

from handoff.desks import Desks, desks
from handoff.refusals import Forbidden, NobodyThere, NotHeld, NotWaiting, ReasonMissing, UnfitText
from records import ledger
from records.ledger import StaleEpoch
from records.models import Author, ConversationId, Kind, Owner
from records.signals import PEOPLE, Signals
from tests.handoff.conftest import AMY, BEN, DORA, PRESENCE_SECONDS, Floor


@pytest.fixture
def centre(floor: Floor) -> Desks:
    return desks(floor.store, floor.clock, Signals(), PRESENCE_SECONDS)


async def test_a_supervisor_speaks_and_the_agent_keeps_the_conversation(floor: Floor, centre: Desks) -> None:
    staff = floor.staff(AMY)
    standing = floor.held(staff["amy"])
    staff |= floor.staff(DORA)
    token = floor.log_in("dora")
    said = [
        await centre.steering.barge(token, standing.id, "k", " I am Dora. ", epoch=standing.epoch)
        for _ in range(2)
    ]
    assert said[0] == said[1]
    with floor.store.reading() as session:
        last = ledger.fetch_since(session, standing.id, 0)[-1]
    assert (last.seq, last.author, last.agent_id) == (said[0], Author.AGENT, staff["dora"])
    assert (last.body["text"], last.body["name"]) == ("I am Dora.", "Dora Shi")
    after = floor.standing(standing.id)
    assert (after.owner, after.epoch) == (standing.owner, standing.epoch)
    assert floor.handoff(standing.id).agent_id == staff["amy"]
    assert floor.audited("barged") == [("agent:dora", f"conversation:{standing.id}")]


async def test_nobody_barges_in_where_it_is_not_theirs(floor: Floor, centre: Desks) -> None:
    staff = floor.staff(AMY)
    standing = floor.held(staff["amy"])
    floor.staff(DORA, available=False)
    dora = floor.log_in("dora")

    async def barge(token: str, text: str, epoch: int, talk: str = standing.id) -> None:
        await centre.steering.barge(token, ConversationId(talk), "k", text, epoch=epoch)

    with pytest.raises(Forbidden):
        await barge(floor.log_in("amy"), "Hello", standing.epoch)
    with pytest.raises(StaleEpoch):
        await barge(dora, "Hello", standing.epoch - 1)
    with pytest.raises(UnfitText):
        await barge(dora, "  ", standing.epoch)
    waiting = floor.hand_over()
    with pytest.raises(NotHeld):
        await barge(dora, "Hello", floor.standing(waiting).epoch, waiting)
    assert floor.audited("barged") == []


async def test_a_whisper_reaches_the_agent_and_not_the_customer(floor: Floor, centre: Desks) -> None:
    staff = floor.staff(AMY)
    standing = floor.held(staff["amy"])
    floor.staff(DORA, available=False)
    dora, amy = floor.log_in("dora"), floor.log_in("amy")
    said = [await centre.steering.whisper(dora, standing.id, "k", "Offer the paper form") for _ in range(2)]
    assert said[0] == said[1]
    talk = await centre.switchboard.read_talk(amy, standing.id)
    last = talk.entries[-1]
    assert (last.kind, last.body["name"], last.body["whisper"]) == (Kind.NOTE, "Dora Shi", True)
    assert talk.holder_id == staff["amy"]
    assert floor.audited("whispered") == [("agent:dora", f"conversation:{standing.id}")]
    with pytest.raises(Forbidden):
        await centre.steering.whisper(amy, standing.id, "k2", "To myself")
    with pytest.raises(NotHeld):
        await centre.steering.whisper(dora, floor.hand_over(), "k3", "To nobody")


async def test_a_pinned_conversation_waits_for_its_agent(floor: Floor, centre: Desks) -> None:
    staff = floor.staff(AMY, BEN, DORA)
    floor.switch(staff["dora"], False)
    talk = floor.hand_over()
    dora = floor.log_in("dora")
    with pytest.raises(ReasonMissing):
        await centre.steering.pin(dora, talk, "ben", "  ")
    with pytest.raises(NobodyThere):
        await centre.steering.pin(dora, talk, "nobody", "Knows the family")
    with pytest.raises(Forbidden):
        await centre.steering.pin(floor.log_in("amy"), talk, "amy", "I like it")
    await centre.steering.pin(dora, talk, "ben", "Knows the family")
    assert floor.assign() == [(talk, staff["ben"])]
    assert floor.audited("pinned") == [("agent:dora", f"conversation:{talk}")]


async def test_a_supervisor_moves_a_customer_up_and_takes_one_out(floor: Floor, centre: Desks) -> None:
    floor.staff(DORA, available=False)
    first, second = floor.hand_over(), floor.hand_over()
    dora = floor.log_in("dora")
    await centre.steering.reorder(dora, second, 1, "Waits at the hospital")
    assert (floor.position(second), floor.position(first)) == (1, 2)
    assert (await centre.steering.take_out(dora, second)).owner is Owner.BOT
    assert floor.position(first) == 1
    with pytest.raises(NotWaiting):
        await centre.steering.take_out(dora, second)
    assert floor.audited("left_queue") == [("agent:dora", f"conversation:{second}")]


async def test_the_floor_shows_who_serves_whom_and_who_waits_for_an_answer(
    floor: Floor, centre: Desks
) -> None:
    staff = floor.staff(AMY)
    standing = floor.held(staff["amy"])
    floor.staff(DORA, available=False)
    floor.clock.advance(seconds=20)
    asked_at = floor.clock.now()
    with floor.store.writing() as session:
        ledger.append_from_customer(session, standing.id, "q", {"text": "Hello?"}, asked_at)
    (held,) = await centre.steering.held(floor.log_in("dora"))
    assert (held.conversation_id, held.login, held.customer_waits_since) == (standing.id, "amy", asked_at)
    with pytest.raises(Forbidden):
        await centre.steering.held(floor.log_in("amy"))


async def test_every_act_is_rung_out(floor: Floor) -> None:
    signals = Signals()
    centre = desks(floor.store, floor.clock, signals, PRESENCE_SECONDS)
    floor.staff(DORA, available=False)
    talk = floor.hand_over()
    with signals.watching(talk) as here, signals.watching(PEOPLE) as people:
        await centre.steering.reorder(floor.log_in("dora"), talk, 1, "First")
        assert here.is_set() and people.is_set()
