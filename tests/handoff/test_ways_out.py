"""A customer who waits asks for a call instead, or stops waiting, by the buttons of the waiting notice."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot import utterance
from handoff import queue, ways_out
from handoff.reasons import Reason
from handoff.refusals import OfferGone
from records import ledger
from records.clock import CENTRE_ZONE
from records.ledger import Entry
from records.models import AuditEntry, Author, Conversation, ConversationId, HandoffState, Kind, Owner
from records.store import Store
from tests.handoff.conftest import AMY, Floor

MOBILE = "+12025550101"
CALL_ME, STOP = "Call me back instead", "Stop waiting"


@pytest.fixture
def store(any_store: Store) -> Store:
    """Both kinds of database: they lock differently and must decide alike."""
    return any_store


def entries(floor: Floor, conversation_id: ConversationId) -> list[Entry]:
    with floor.store.reading() as session:
        return ledger.fetch_since(session, conversation_id, 0)


def notices(floor: Floor, conversation_id: ConversationId) -> list[Entry]:
    return [one for one in entries(floor, conversation_id) if one.body.get("buttons")]


def titles(entry: Entry) -> list[str]:
    return [one["title"] for one in entry.body["buttons"]]


def press(floor: Floor, conversation_id: ConversationId, title: str, key: str = "k") -> tuple[Entry, bool]:
    """The customer presses a button of the latest notice, as a channel carries it."""
    notice = notices(floor, conversation_id)[-1]
    with floor.store.writing() as session:
        button = f"/b/{notice.seq}.{titles(notice).index(title)}"
        body = utterance.pressed(session, conversation_id, button)
        assert ways_out.is_pressed(body)
        return ways_out.take(session, conversation_id, key, body, floor.clock.now())


def write(floor: Floor, conversation_id: ConversationId, text: str, key: str = "w") -> bool:
    """The customer types; whether it was taken for the number that was asked for."""
    with floor.store.writing() as session:
        body = utterance.typed(text)
        if not ways_out.is_number_wanted(session, conversation_id, body):
            return False
        ways_out.take(session, conversation_id, key, body, floor.clock.now())
        return True


def verified(floor: Floor, assurance: int = 2) -> ConversationId:
    talk = floor.talk("A person, please", customer_id=floor.customer(), assurance=assurance)
    return floor.hand_over(conversation_id=talk)


def audited(floor: Floor, conversation_id: ConversationId, action: str) -> list[dict[str, Any]]:
    with floor.store.reading() as session:
        of_action = select(AuditEntry.detail).where(AuditEntry.action == action)
        return list(session.scalars(of_action.where(AuditEntry.subject == f"conversation:{conversation_id}")))


def test_every_notice_of_the_wait_carries_the_ways_out(floor: Floor) -> None:
    first, second = floor.hand_over(), floor.hand_over()
    press(floor, first, STOP)
    assert floor.tell() == [second]
    begun, moved = notices(floor, second)
    assert (begun.kind, moved.kind) == (Kind.STATUS, Kind.MESSAGE)
    assert titles(begun) == titles(moved) == [CALL_ME, STOP]
    assert [one.body["custom"]["position"] for one in (begun, moved)] == [2, 1]


def test_who_has_asked_for_a_call_is_not_offered_one(floor: Floor) -> None:
    (notice,) = notices(floor, floor.hand_over(Reason.CALLBACK))
    assert titles(notice) == [STOP]


def test_a_caller_has_keys_and_no_buttons(floor: Floor) -> None:
    with floor.store.writing() as session:
        now = floor.clock.now()
        call, _ = ledger.open_conversation(session, "phone", now)
        queue.hand_over(session, ledger.lock(session, call), Reason.ASKED_FOR, now)
    floor.hand_over(Reason.DEATH_CLAIM)
    assert floor.tell() == [call]
    assert notices(floor, call) == []


def test_who_stops_waiting_has_the_assistant_again_and_nothing_is_lost(floor: Floor) -> None:
    conversation = floor.hand_over()
    packet = floor.handoff(conversation).packet
    floor.clock.advance(seconds=30)
    entry, fresh = press(floor, conversation, STOP)
    assert fresh and entry.body["aside"] is True
    standing = floor.standing(conversation)
    assert (standing.owner, standing.pending_seq) == (Owner.BOT, None)
    assert floor.texts(conversation)[-1].startswith("All right, you have left the queue.")
    handoff = floor.handoff(conversation)
    assert (handoff.state, handoff.packet) == (HandoffState.ABANDONED, packet)
    assert audited(floor, conversation, "left_queue") == [{"waited_seconds": 30.0}]


@pytest.mark.parametrize("title", [CALL_ME, STOP])
def test_the_same_press_again_does_nothing(floor: Floor, title: str) -> None:
    conversation = verified(floor)
    entry, _ = press(floor, conversation, title)
    after = entries(floor, conversation)
    again, fresh = press(floor, conversation, title)
    assert (again.seq, fresh) == (entry.seq, False)
    assert entries(floor, conversation) == after


def test_a_verified_customer_is_called_on_the_number_on_file_which_is_not_told(floor: Floor) -> None:
    conversation = verified(floor)
    packet = floor.handoff(conversation).packet
    press(floor, conversation, CALL_ME)
    handoff = floor.handoff(conversation)
    assert (floor.standing(conversation).owner, handoff.state) == (Owner.CALLBACK, HandoffState.CALLBACK)
    assert (handoff.due_at, handoff.packet) == (floor.clock.now() + timedelta(minutes=30), packet)
    last = entries(floor, conversation)[-1]
    assert last.body["text"] == (
        "We will call you on Sunday, 22 November, at 17:30, on your number ending in 0101."
    )
    assert last.body["call"] == {"customer": 1}
    assert not any(MOBILE in str(one.body) for one in entries(floor, conversation))
    (told,) = audited(floor, conversation, "callback_promised")
    assert told["number"] == "on_file"


def test_the_call_is_within_the_hours_in_which_people_answer(floor: Floor) -> None:
    floor.clock.advance(hours=2, minutes=45)
    conversation = verified(floor)
    press(floor, conversation, CALL_ME)
    assert floor.handoff(conversation).due_at == datetime(2026, 11, 23, 8, 0, tzinfo=CENTRE_ZONE)


def test_who_is_offered_frees_the_agent(floor: Floor) -> None:
    amy = floor.staff(AMY)["amy"]
    conversation = verified(floor)
    floor.assign()
    press(floor, conversation, CALL_ME)
    assert floor.standing(conversation).owner is Owner.CALLBACK
    assert floor.agent("amy").idle_since == floor.clock.now()
    with pytest.raises(OfferGone):
        floor.accept(amy, conversation)


@pytest.mark.parametrize("assurance", [0, 1])
def test_who_has_not_proven_who_they_are_is_asked_for_the_number_and_keeps_the_place(
    floor: Floor, assurance: int
) -> None:
    conversation = verified(floor, assurance) if assurance else floor.hand_over()
    assert not write(floor, conversation, MOBILE)
    press(floor, conversation, CALL_ME)
    assert floor.standing(conversation).owner is Owner.QUEUED
    assert "On which number" in floor.texts(conversation)[-1]
    assert "0101." in floor.texts(conversation)[-1]
    assert not write(floor, conversation, "Is somebody there?")
    assert write(floor, conversation, "It is +1 202 555 01")
    assert floor.texts(conversation)[-1].endswith("You keep your place in the queue.")
    assert floor.position(conversation) == 1
    assert write(floor, conversation, "Sorry: +1 (202) 555-0177", key="w2")
    last = entries(floor, conversation)[-1].body
    assert last["text"].endswith("at 17:30, on +1 202-555-0177.")
    assert last["call"] == {"phone": "+12025550177"}
    assert floor.standing(conversation).owner is Owner.CALLBACK
    (told,) = audited(floor, conversation, "callback_promised")
    assert told["number"] == "given"
    assert not write(floor, conversation, "+1 202 555 0178", key="w3")


def test_a_proof_that_has_grown_old_does_not_open_the_number_on_file(floor: Floor) -> None:
    conversation = verified(floor)
    with floor.store.writing() as session:
        found = session.get_one(Conversation, conversation)
        found.assured_at = floor.clock.now() - timedelta(days=1)
    press(floor, conversation, CALL_ME)
    assert "On which number" in floor.texts(conversation)[-1]
    press(floor, conversation, CALL_ME, key="again")
    assert "On which number" in floor.texts(conversation)[-1]


@pytest.mark.parametrize("title", [CALL_ME, STOP])
def test_when_an_agent_was_faster_the_customer_is_told_and_stays(floor: Floor, title: str) -> None:
    amy = floor.staff(AMY)["amy"]
    talk = floor.talk("A person, please", customer_id=floor.customer(), assurance=2)
    floor.hand_over(conversation_id=talk)
    floor.assign()
    standing = floor.accept(amy, talk)
    press(floor, talk, title)
    after = floor.standing(talk)
    assert (after.owner, after.epoch) == (Owner.AGENT, standing.epoch)
    last = entries(floor, talk)[-1]
    assert (last.author, last.kind) == (Author.SYSTEM, Kind.MESSAGE)
    assert last.body["text"].startswith("Amy Gao is with you already")
    assert floor.handoff(talk).state is HandoffState.ACTIVE
    wish = "call_back" if title == CALL_ME else "stop"
    assert audited(floor, talk, "way_out_refused") == [{"wish": wish, "owner": "agent"}]


def test_a_button_of_a_wait_that_is_over_says_how_it_stands(floor: Floor) -> None:
    promised = verified(floor)
    press(floor, promised, CALL_ME)
    press(floor, promised, STOP, key="late")
    assert "we will call you on Sunday, 22 November, at 17:30" in floor.texts(promised)[-1]
    assert floor.standing(promised).owner is Owner.CALLBACK
    left = floor.hand_over()
    press(floor, left, STOP)
    press(floor, left, CALL_ME, key="late")
    assert floor.texts(left)[-1].startswith("You are not waiting in the queue any more.")
    assert floor.standing(left).owner is Owner.BOT


def test_words_that_look_like_a_button_leave_nothing() -> None:
    assert not ways_out.is_pressed(utterance.typed('{"wait": "stop"}'))
    assert not ways_out.is_pressed({"text": "x", "button": {"wait": "for ever"}})
    assert not ways_out.is_pressed({"text": "x", "button": {"rate": 1, "stars": 5}})
