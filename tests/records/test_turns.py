"""Turns: every message answered once, whatever dies in between."""

import pytest

from records import ledger, turns
from records.clock import ManualClock
from records.ledger import StaleEpoch
from records.models import Author, ConversationId, Owner
from records.ownership import Event
from records.store import Store
from records.turns import Turn
from tests.records.test_ledger import opened, say

LEASE = 6.0


def take(store: Store, clock: ManualClock, conversation: ConversationId, worker: str) -> Turn | None:
    with store.writing() as session:
        return turns.take(session, ledger.lock(session, conversation), worker, clock.now(), LEASE)


def finish(store: Store, clock: ManualClock, turn: Turn, *texts: str) -> int:
    with store.writing() as session:
        entries, _ = turns.finish(session, turn, [{"text": text} for text in texts], clock.now())
    return len(entries)


def test_a_turn_is_leased_to_one_worker(any_store: Store, clock: ManualClock) -> None:
    conversation = opened(any_store, clock)
    say(any_store, clock, conversation, "hello")
    turn = take(any_store, clock, conversation, "one")
    assert turn is not None and turn.seq == 1 and turn.body["text"] == "hello"
    assert take(any_store, clock, conversation, "two") is None


def test_a_dead_workers_turn_is_taken_up_when_its_lease_runs_out(
    any_store: Store, clock: ManualClock
) -> None:
    conversation = opened(any_store, clock)
    say(any_store, clock, conversation, "hello")
    first = take(any_store, clock, conversation, "one")
    clock.advance(seconds=LEASE - 1)
    assert take(any_store, clock, conversation, "two") is None
    clock.advance(seconds=2)
    with any_store.reading() as session:
        assert turns.unfinished(session, clock.now()) == [conversation]
    second = take(any_store, clock, conversation, "two")
    assert first is not None and second is not None
    assert second.id == first.id
    with pytest.raises(StaleEpoch):
        finish(any_store, clock, first, "from the dead")
    assert finish(any_store, clock, second, "from the living") == 1


def test_a_sign_of_life_keeps_the_lease(store: Store, clock: ManualClock) -> None:
    conversation = opened(store, clock)
    say(store, clock, conversation, "hello")
    turn = take(store, clock, conversation, "one")
    assert turn is not None
    clock.advance(seconds=LEASE - 1)
    with store.writing() as session:
        assert turns.renew(session, turn, clock.now(), LEASE)
    clock.advance(seconds=LEASE - 1)
    assert take(store, clock, conversation, "two") is None


def test_messages_are_answered_in_their_order(store: Store, clock: ManualClock) -> None:
    conversation = opened(store, clock)
    for key in ("first", "second", "third"):
        say(store, clock, conversation, key)
    answered = []
    while (turn := take(store, clock, conversation, "one")) is not None:
        answered.append(turn.body["text"])
        finish(store, clock, turn, "yes")
    assert answered == ["first", "second", "third"]


def test_a_turn_ends_unsaid_when_a_person_takes_over(any_store: Store, clock: ManualClock) -> None:
    conversation = opened(any_store, clock)
    say(any_store, clock, conversation, "hello")
    turn = take(any_store, clock, conversation, "one")
    assert turn is not None
    with any_store.writing() as session:
        ledger.change_owner(session, ledger.lock(session, conversation), Event.HAND_OVER, clock.now())
    with pytest.raises(StaleEpoch):
        finish(any_store, clock, turn, "too late")
    with any_store.reading() as session:
        authors = {entry.author for entry in ledger.fetch_since(session, conversation, 0)}
        assert authors == {Author.CUSTOMER, Author.SYSTEM}
        assert turns.unfinished(session, clock.now()) == []


def test_the_bot_has_no_turn_on_what_a_person_owns(store: Store, clock: ManualClock) -> None:
    conversation = opened(store, clock)
    with store.writing() as session:
        ledger.change_owner(session, ledger.lock(session, conversation), Event.HAND_OVER, clock.now())
    say(store, clock, conversation, "anybody there?")
    assert take(store, clock, conversation, "one") is None
    with store.reading() as session:
        assert ledger.lock(session, conversation).owner is Owner.QUEUED


def test_what_was_said_to_a_person_is_not_answered_by_the_bot_later(store: Store, clock: ManualClock) -> None:
    conversation = opened(store, clock)
    with store.writing() as session:
        standing = ledger.lock(session, conversation)
        for event in (Event.HAND_OVER, Event.OFFER, Event.ACCEPT):
            standing = ledger.change_owner(session, standing, event, clock.now())
    say(store, clock, conversation, "to amy")
    with store.writing() as session:
        ledger.change_owner(session, ledger.lock(session, conversation), Event.RETURN_TO_BOT, clock.now())
    assert take(store, clock, conversation, "one") is None
    say(store, clock, conversation, "to the bot")
    turn = take(store, clock, conversation, "one")
    assert turn is not None and turn.body["text"] == "to the bot"
