"""Leaving the queue, calls at an agreed time, the order of the line, and write-ups that nobody wrote."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from handoff import callbacks, desk, precedence, queue, write_ups
from handoff.reasons import Reason
from handoff.refusals import NotWaiting, OfferGone, ReasonMissing
from records import ledger
from records.clock import CENTRE_ZONE
from records.models import AuditEntry, ConversationId, Handoff, HandoffState, Owner
from records.store import Store
from tests.handoff.conftest import AMY, BEN, DORA, Floor


@pytest.fixture
def store(any_store: Store) -> Store:
    """Both kinds of database: they lock differently and must decide alike."""
    return any_store


def leave(floor: Floor, conversation_id: ConversationId) -> Owner:
    with floor.store.writing() as session:
        return queue.leave(session, conversation_id, floor.clock.now()).owner


def promise(floor: Floor, conversation_id: ConversationId, at: datetime) -> datetime:
    with floor.store.writing() as session:
        return callbacks.promise(session, conversation_id, at, floor.clock.now())


def bring(floor: Floor) -> list[ConversationId]:
    with floor.store.writing() as session:
        return callbacks.bring_due(session, floor.clock.now())


def audited(floor: Floor, conversation_id: ConversationId, action: str) -> list[dict[str, object]]:
    with floor.store.reading() as session:
        return list(
            session.scalars(
                select(AuditEntry.detail).where(
                    AuditEntry.subject == f"conversation:{conversation_id}", AuditEntry.action == action
                )
            )
        )


def test_who_leaves_the_queue_is_with_the_assistant_and_counted_as_gone(floor: Floor) -> None:
    first, second = floor.hand_over(), floor.hand_over()
    floor.clock.advance(seconds=9)
    assert leave(floor, first) is Owner.BOT
    handoff = floor.handoff(first)
    assert (handoff.state, handoff.ended_at) == (HandoffState.ABANDONED, floor.clock.now())
    assert floor.position(second) == 1
    assert audited(floor, first, "left_queue") == [{"waited_seconds": 9.0}]
    with pytest.raises(NotWaiting):
        leave(floor, first)


def test_who_leaves_while_it_is_offered_frees_the_agent(floor: Floor) -> None:
    amy = floor.staff(AMY)["amy"]
    conversation = floor.hand_over()
    floor.assign()
    leave(floor, conversation)
    assert floor.agent("amy").idle_since == floor.clock.now()
    with pytest.raises(OfferGone):
        floor.accept(amy, conversation)


def test_a_call_is_promised_in_opening_hours_and_keeps_its_place(floor: Floor) -> None:
    arrived = floor.clock.now()
    conversation = floor.hand_over()
    night = datetime(2026, 11, 22, 23, 0, tzinfo=CENTRE_ZONE)
    due = promise(floor, conversation, night)
    assert due == datetime(2026, 11, 23, 8, 0, tzinfo=CENTRE_ZONE)
    assert floor.standing(conversation).owner is Owner.CALLBACK
    assert "Monday, 23 November, at 08:00" in floor.texts(conversation)[-1]
    assert bring(floor) == []
    floor.clock.advance(seconds=(due - floor.clock.now()).total_seconds())
    later = floor.hand_over()
    assert bring(floor) == [conversation]
    assert floor.handoff(conversation).queued_at == arrived
    assert (floor.position(conversation), floor.position(later)) == (1, 2)


def test_who_writes_while_waiting_for_a_call_has_the_assistant_and_still_gets_the_call(floor: Floor) -> None:
    conversation = floor.hand_over()
    due = promise(floor, conversation, floor.clock.now() + timedelta(hours=1))
    with floor.store.writing() as session:
        ledger.append_from_customer(session, conversation, "k9", {"text": "Hello?"}, floor.clock.now())
    assert floor.standing(conversation).owner is Owner.BOT
    floor.clock.advance(seconds=(due - floor.clock.now()).total_seconds())
    assert bring(floor) == [conversation]
    assert floor.standing(conversation).owner is Owner.QUEUED


def test_a_call_is_not_made_when_the_customer_was_handed_over_again_before(floor: Floor) -> None:
    conversation = floor.hand_over()
    promise(floor, conversation, floor.clock.now() + timedelta(minutes=5))
    with floor.store.writing() as session:
        ledger.append_from_customer(session, conversation, "k9", {"text": "Now please"}, floor.clock.now())
    floor.hand_over(Reason.ASKED_FOR, conversation)
    floor.clock.advance(seconds=600)
    assert bring(floor) == []
    with floor.store.reading() as session:
        states = session.scalars(
            select(Handoff.state).where(Handoff.conversation_id == conversation).order_by(Handoff.id)
        ).all()
    assert states == [HandoffState.DONE, HandoffState.QUEUED]


def test_nobody_is_overtaken_for_longer_than_the_difference_of_head_starts(floor: Floor) -> None:
    ordinary = floor.hand_over()
    floor.clock.advance(seconds=19 * 60)
    floor.hand_over(Reason.DEATH_CLAIM)
    assert floor.position(ordinary) == 2
    floor.clock.advance(seconds=61)
    floor.hand_over(Reason.DEATH_CLAIM)
    assert floor.position(ordinary) == 2


def test_a_supervisor_moves_somebody_with_a_reason_and_it_is_on_the_audit(floor: Floor) -> None:
    dora = floor.staff(DORA, available=False)["dora"]
    waiting = [floor.hand_over() for _ in range(3)]
    for place in (1, 2, 3, 9):
        with floor.store.writing() as session:
            precedence.reorder(session, dora, waiting[2], place, "Rings every day", floor.clock.now())
        floor.clock.advance(seconds=1)
    assert [floor.position(one) for one in waiting] == [1, 2, 3]
    with floor.store.writing() as session:
        precedence.reorder(session, dora, waiting[2], 1, "Rings every day", floor.clock.now())
    assert [floor.position(one) for one in waiting] == [2, 3, 1]
    assert audited(floor, waiting[2], "reordered")[-1] == {"reason": "Rings every day", "place": 1}
    with pytest.raises(ReasonMissing), floor.store.writing() as session:
        precedence.reorder(session, dora, waiting[0], 1, " ", floor.clock.now())


def test_a_pinned_conversation_waits_for_its_agent_while_they_are_there(floor: Floor) -> None:
    agents = floor.staff(AMY, BEN, DORA)
    conversation = floor.hand_over(Reason.COMPLAINT)
    other = floor.hand_over(Reason.COMPLAINT)
    with floor.store.writing() as session:
        precedence.pin(session, agents["dora"], conversation, agents["amy"], "Knows him", floor.clock.now())
    offered = dict(floor.assign())
    assert offered[conversation] == agents["amy"]
    assert offered[other] != agents["amy"]


def test_a_pin_to_somebody_who_has_gone_home_holds_nobody(floor: Floor) -> None:
    agents = floor.staff(AMY, BEN)
    floor.switch(agents["amy"], False)
    conversation = floor.hand_over()
    with floor.store.writing() as session:
        precedence.pin(session, agents["ben"], conversation, agents["amy"], "Knows him", floor.clock.now())
    assert floor.assign() == [(conversation, agents["ben"])]


def test_a_write_up_that_nobody_writes_is_closed_by_time(floor: Floor) -> None:
    amy = floor.staff(AMY)["amy"]
    standing = floor.held(amy)
    with floor.store.writing() as session:
        desk.wrap_up(session, amy, standing.id, floor.clock.now(), epoch=standing.epoch)
    for seconds, closed in ((179, []), (1, [standing.id]), (1, [])):
        floor.clock.advance(seconds=seconds)
        with floor.store.writing() as session:
            assert write_ups.close_long(session, floor.clock.now(), wrap_up_seconds=180) == closed
    handoff = floor.handoff(standing.id)
    assert (handoff.state, handoff.disposition) == (HandoffState.DONE, "not_written_up")
    assert floor.standing(standing.id).owner is Owner.BOT


def test_out_of_hours_a_customer_hears_when_people_answer(floor: Floor) -> None:
    assert "08:00" not in floor.texts(floor.hand_over())[-1]
    floor.clock.advance(hours=5)
    assert floor.clock.now().astimezone(UTC).hour == 14
    assert "from 08:00 to 20:00, next on Monday" in floor.texts(floor.hand_over())[-1]
