"""The ledger's rules: stored once, in order, and only by the owner of the moment."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from records import ledger, resumption
from records.clock import ManualClock
from records.ledger import StaleEpoch, UnknownConversation
from records.models import Author, Conversation, ConversationId, Kind, Owner
from records.ownership import Event, ImpossibleChange
from records.store import Store


def opened(store: Store, clock: ManualClock) -> ConversationId:
    with store.writing() as session:
        conversation_id, _ = ledger.open_conversation(session, "chat", clock.now())
    return conversation_id


def say(store: Store, clock: ManualClock, conversation_id: ConversationId, key: str) -> tuple[int, bool]:
    with store.writing() as session:
        entry, _, fresh = ledger.append_from_customer(
            session, conversation_id, key, {"text": key}, clock.now()
        )
    return entry.seq, fresh


def test_the_same_key_again_gives_the_same_seq_and_no_second_row(
    any_store: Store, clock: ManualClock
) -> None:
    conversation = opened(any_store, clock)
    assert say(any_store, clock, conversation, "a") == (1, True)
    assert say(any_store, clock, conversation, "b") == (2, True)
    assert say(any_store, clock, conversation, "a") == (1, False)
    with any_store.reading() as session:
        assert [entry.key for entry in ledger.fetch_since(session, conversation, 0)] == ["a", "b"]


def test_many_senders_at_once_leave_no_gap_and_no_double(any_store: Store, clock: ManualClock) -> None:
    conversation = opened(any_store, clock)
    keys = [f"key-{n % 40}" for n in range(120)]  # each key three times, all at once
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda key: (key, *say(any_store, clock, conversation, key)), keys))
    assert sum(fresh for _, _, fresh in results) == 40
    assert sorted({seq for _, seq, _ in results}) == list(range(1, 41))
    by_key: dict[str, set[int]] = {}
    for key, seq, _ in results:
        by_key.setdefault(key, set()).add(seq)
    assert all(len(seqs) == 1 for seqs in by_key.values())


def test_a_writer_of_a_past_epoch_is_refused_and_writes_nothing(any_store: Store, clock: ManualClock) -> None:
    conversation = opened(any_store, clock)
    with any_store.writing() as session:
        seen = ledger.lock(session, conversation)
        ledger.change_owner(session, seen, Event.HAND_OVER, clock.now())
    with pytest.raises(StaleEpoch), any_store.writing() as session:
        standing = ledger.lock(session, conversation)
        item = ("late", Kind.MESSAGE, {"text": "I know!"})
        ledger.append(session, standing, Author.BOT, [item], clock.now(), epoch=seen.epoch)
    with any_store.reading() as session:
        assert [entry.author for entry in ledger.fetch_since(session, conversation, 0)] == [Author.SYSTEM]


def test_a_change_of_owner_is_an_entry_with_the_new_epoch(store: Store, clock: ManualClock) -> None:
    conversation = opened(store, clock)
    with store.writing() as session:
        standing = ledger.lock(session, conversation)
        moved = ledger.change_owner(
            session, standing, Event.HAND_OVER, clock.now(), text="A person will answer."
        )
    assert (moved.owner, moved.epoch, moved.last_seq) == (Owner.QUEUED, 1, 1)
    with store.reading() as session:
        (entry,) = ledger.fetch_since(session, conversation, 0)
        assert entry.kind is Kind.STATUS
        assert entry.epoch == 1
        assert entry.body == {"owner": "queued", "event": "hand_over", "text": "A person will answer."}
        assert ledger.lock(session, conversation) == moved


def test_a_change_that_the_table_does_not_know_is_refused(store: Store, clock: ManualClock) -> None:
    conversation = opened(store, clock)
    with pytest.raises(ImpossibleChange), store.writing() as session:
        ledger.change_owner(session, ledger.lock(session, conversation), Event.ACCEPT, clock.now())


def test_fetching_gives_exactly_what_came_after(store: Store, clock: ManualClock) -> None:
    conversation = opened(store, clock)
    for n in range(10):
        say(store, clock, conversation, f"k{n}")
    with store.reading() as session:
        assert [entry.seq for entry in ledger.fetch_since(session, conversation, 7)] == [8, 9, 10]
        assert ledger.fetch_since(session, conversation, 10) == []
        assert [entry.seq for entry in ledger.fetch_since(session, conversation, 0, limit=3)] == [1, 2, 3]


@pytest.mark.parametrize("secret", ["", "wrong", "0" * 200])
def test_an_id_without_its_secret_opens_nothing(store: Store, clock: ManualClock, secret: str) -> None:
    conversation = opened(store, clock)
    with store.reading() as session, pytest.raises(UnknownConversation):
        resumption.resume(session, conversation, secret)


def test_an_unknown_id_looks_like_a_wrong_secret(store: Store) -> None:
    with store.reading() as session, pytest.raises(UnknownConversation):
        resumption.resume(session, "nobody", "")


def test_the_secret_resumes(store: Store, clock: ManualClock) -> None:
    with store.writing() as session:
        conversation, secret = ledger.open_conversation(session, "chat", clock.now())
    with store.reading() as session:
        assert resumption.resume(session, conversation, secret) == conversation
        assert session.get_one(Conversation, conversation).secret_hash != secret


def test_a_customer_who_writes_after_the_end_finds_the_bot_again(store: Store, clock: ManualClock) -> None:
    conversation = opened(store, clock)
    with store.writing() as session:
        ledger.change_owner(session, ledger.lock(session, conversation), Event.CLOSE, clock.now())
    say(store, clock, conversation, "again")
    with store.reading() as session:
        standing = ledger.lock(session, conversation)
        assert standing.owner is Owner.BOT
        assert standing.pending_seq == standing.last_seq
