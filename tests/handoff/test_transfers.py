from datetime import UTC, datetime

import pytest

from handoff import absence, desk, offers, transfers
from handoff.reasons import Reason
from handoff.refusals import NobodyThere, NotHeld, OfferGone
from records import ledger
from records.clock import ManualClock
from records.ledger import StaleEpoch, Standing
from records.models import HandoffState, Kind, Owner, Transfer, TransferState
from records.store import Store
from tests.handoff.conftest import AMY, BEN, DORA, OFFER_SECONDS, PRESENCE_SECONDS, Floor


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 22, 9, 0, tzinfo=UTC))


@pytest.fixture
def store(any_store: Store) -> Store:
    """Both kinds of database: they lock differently and must decide alike."""
    return any_store


def ask(floor: Floor, agent_id: int, standing: Standing, **whom: object) -> int:
    with floor.store.writing() as session:
        return transfers.ask(
            session, agent_id, standing.id, "Knows the policy", floor.clock.now(),
            epoch=standing.epoch, presence_seconds=PRESENCE_SECONDS, **whom,  # type: ignore[arg-type]
        ).id  # fmt: skip


def transfer(floor: Floor, transfer_id: int) -> Transfer:
    with floor.store.reading() as session:
        return session.get_one(Transfer, transfer_id)


def settle(floor: Floor) -> list[str]:
    with floor.store.writing() as session:
        return list(transfers.settle(session, floor.clock.now(), presence_seconds=PRESENCE_SECONDS))


def say(floor: Floor, agent_id: int, standing: Standing) -> int:
    with floor.store.writing() as session:
        now = floor.clock.now()
        return desk.reply(
            session, agent_id, standing.id, f"k{standing.epoch}", "Hello", now, epoch=standing.epoch
        )


def test_the_first_agent_keeps_it_until_the_next_one_accepts(floor: Floor) -> None:
    agents = floor.staff(AMY, BEN)
    standing = floor.held(agents["amy"])
    asked = ask(floor, agents["amy"], standing, to_agent=agents["ben"])
    assert floor.assign() == [(standing.id, agents["ben"])]
    assert transfer(floor, asked).state is TransferState.OFFERED
    assert say(floor, agents["amy"], standing)
    moved = floor.accept(agents["ben"], standing.id)
    assert (moved.owner, moved.epoch) == (Owner.AGENT, standing.epoch + 1)
    handoff = floor.handoff(standing.id)
    assert (handoff.agent_id, handoff.state) == (agents["ben"], HandoffState.ACTIVE)
    assert "Ben Luo takes over from Amy Gao" in floor.texts(standing.id)[-1]
    assert floor.agent("amy").idle_since == floor.clock.now()
    with pytest.raises(NotHeld):
        say(floor, agents["amy"], moved)
    assert transfer(floor, asked).state is TransferState.ACCEPTED


def test_the_note_for_the_next_agent_is_private(floor: Floor) -> None:
    agents = floor.staff(AMY, BEN)
    standing = floor.held(agents["amy"])
    ask(floor, agents["amy"], standing, to_agent=agents["ben"])
    with floor.store.reading() as session:
        (entry,) = ledger.fetch_since(session, standing.id, standing.last_seq)
    assert (entry.kind, entry.body["text"]) == (Kind.NOTE, "Knows the policy")


def test_a_person_who_declines_ends_the_transfer_and_nothing_else(floor: Floor) -> None:
    agents = floor.staff(AMY, BEN)
    standing = floor.held(agents["amy"])
    asked = ask(floor, agents["amy"], standing, to_agent=agents["ben"])
    floor.assign()
    floor.decline(agents["ben"], standing.id)
    assert transfer(floor, asked).state is TransferState.FAILED
    assert floor.handoff(standing.id).agent_id == agents["amy"]
    assert floor.assign() == []
    with pytest.raises(OfferGone):
        floor.accept(agents["ben"], standing.id)


def test_a_transfer_to_a_skill_goes_to_the_next_who_has_it_and_to_nobody_else(floor: Floor) -> None:
    agents = floor.staff(AMY, BEN, DORA)
    standing = floor.held(agents["amy"])
    asked = ask(floor, agents["amy"], standing, skill="complaint")
    first = floor.assign()[0][1]
    floor.clock.advance(seconds=OFFER_SECONDS)
    for agent_id in agents.values():
        floor.beat(agent_id)
    assert settle(floor) == [standing.id]
    second = floor.assign()[0][1]
    assert {first, second} == {agents["ben"], agents["dora"]}
    floor.decline(second, standing.id)
    assert floor.assign() == []
    assert transfer(floor, asked).state is TransferState.WAITING
    assert floor.standing(standing.id).owner is Owner.AGENT


def test_an_offered_transfer_counts_as_capacity(floor: Floor) -> None:
    agents = floor.staff(AMY, DORA)
    standing = floor.held(agents["amy"])
    ask(floor, agents["amy"], standing, to_agent=agents["dora"])
    assert floor.assign() == [(standing.id, agents["dora"])]
    complaint = floor.hand_over(Reason.COMPLAINT)
    assert floor.assign() == []
    floor.clock.advance(seconds=20)
    assert floor.assign() == [(complaint, agents["amy"])]


def test_a_person_who_is_not_there_cannot_be_asked(floor: Floor) -> None:
    agents = floor.staff(AMY, BEN)
    standing = floor.held(agents["amy"])
    floor.switch(agents["ben"], False)
    for whom in (agents["ben"], agents["amy"]):
        with pytest.raises(NobodyThere):
            ask(floor, agents["amy"], standing, to_agent=whom)


def test_a_transfer_to_somebody_who_leaves_meanwhile_fails(floor: Floor) -> None:
    agents = floor.staff(AMY, BEN)
    standing = floor.held(agents["amy"])
    asked = ask(floor, agents["amy"], standing, to_agent=agents["ben"])
    floor.switch(agents["ben"], False)
    assert settle(floor) == [standing.id]
    assert transfer(floor, asked).state is TransferState.FAILED


@pytest.mark.parametrize("ending", ["resolved", "lost", "given back"])
def test_what_ends_under_an_open_transfer_ends_the_transfer_too(floor: Floor, ending: str) -> None:
    agents = floor.staff(AMY, BEN)
    standing = floor.held(agents["amy"])
    asked = ask(floor, agents["amy"], standing, to_agent=agents["ben"])
    floor.assign()
    if ending == "lost":
        floor.clock.advance(seconds=PRESENCE_SECONDS)
        floor.beat(agents["ben"])
    with floor.store.writing() as session:
        now = floor.clock.now()
        if ending == "resolved":
            desk.wrap_up(session, agents["amy"], standing.id, now, epoch=standing.epoch)
        elif ending == "given back":
            desk.return_to_bot(session, agents["amy"], standing.id, now, epoch=standing.epoch)
        else:
            absence.agent_lost(session, now, presence_seconds=PRESENCE_SECONDS)
    assert transfer(floor, asked).state is TransferState.WITHDRAWN
    assert floor.agent("ben").idle_since == floor.clock.now()
    with pytest.raises(OfferGone), floor.store.writing() as session:
        offers.accept(session, agents["ben"], standing.id, floor.clock.now())


def test_back_to_the_queue_keeps_the_first_arrival_and_asks_somebody_else(floor: Floor) -> None:
    agents = floor.staff(AMY, BEN)
    standing = floor.held(agents["amy"])
    arrived = floor.handoff(standing.id).queued_at
    floor.clock.advance(seconds=40)
    floor.beat(agents["amy"])
    floor.beat(agents["ben"])
    with floor.store.writing() as session:
        transfers.requeue(
            session, agents["amy"], standing.id, "Claims", floor.clock.now(),
            epoch=standing.epoch, skill="claims",
        )  # fmt: skip
    handoff = floor.handoff(standing.id)
    assert (handoff.state, handoff.queued_at, handoff.skill) == (HandoffState.QUEUED, arrived, "claims")
    assert floor.assign() == [(standing.id, agents["ben"])]


def test_only_the_holder_can_pass_it_on(floor: Floor) -> None:
    agents = floor.staff(AMY, BEN, DORA)
    standing = floor.held(agents["amy"])
    with pytest.raises(NotHeld):
        ask(floor, agents["ben"], standing, to_agent=agents["dora"])
    with pytest.raises(StaleEpoch), floor.store.writing() as session:
        transfers.requeue(
            session, agents["amy"], standing.id, "", floor.clock.now(), epoch=standing.epoch - 1
        )
