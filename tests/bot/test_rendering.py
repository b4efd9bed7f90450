"""What customers see of the ledger: the words, never notes, payloads or other internals."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from bot import rendering
from records.ledger import Entry
from records.models import Author, ConversationId, Kind


def entry(author: Author, body: Mapping[str, Any], kind: Kind = Kind.MESSAGE) -> Entry:
    at = datetime(2026, 3, 2, 4, tzinfo=UTC)
    return Entry(ConversationId("c"), 12, "key-1", author, None, 0, kind, body, at)


SHOWN = entry(
    Author.BOT,
    {"text": "Which?", "buttons": [{"title": "One", "payload": {"intent": "secret_intent"}}], "internal": 1},
)


def test_a_payload_never_leaves_the_ledger() -> None:
    for shown in (rendering.for_customer(SHOWN), rendering.for_rest(SHOWN, "sender")):
        assert shown is not None
        assert b"secret_intent" not in orjson.dumps(shown)
        assert "internal" not in shown


def test_buttons_carry_ids_that_name_entry_and_place() -> None:
    shown = rendering.for_customer(SHOWN)
    assert shown is not None and shown["buttons"] == [{"id": "/b/12.0", "title": "One"}]
    reply = rendering.for_rest(SHOWN, "sender")
    assert reply is not None and reply["buttons"] == [{"title": "One", "payload": "/b/12.0"}]


def test_a_private_note_is_nobody_elses() -> None:
    note = entry(Author.AGENT, {"text": "sounds worried"}, Kind.NOTE)
    assert rendering.for_customer(note) is None
    assert rendering.for_rest(note, "sender") is None


def test_a_customers_own_message_comes_back_with_its_key_and_without_the_payload_it_pressed() -> None:
    shown = rendering.for_customer(entry(Author.CUSTOMER, {"text": "One", "button": {"intent": "x"}}))
    assert shown is not None
    assert shown["key"] == "key-1"
    assert "button" not in shown


def test_an_agents_reply_names_the_agent() -> None:
    shown = rendering.for_customer(entry(Author.AGENT, {"text": "Hello", "name": "Amy Gao"}))
    assert shown is not None and shown["name"] == "Amy Gao"


def test_data_without_words_joins_the_words_before_it() -> None:
    bodies = rendering.replies(
        [{"text": "First"}, {"text": "Second"}, {"custom": {"tier": 1}}, {"custom": {"service": "LN"}}]
    )
    assert bodies == [{"text": "First"}, {"text": "Second", "custom": {"tier": 1, "service": "LN"}}]


def test_an_engine_without_words_gives_no_reply() -> None:
    assert rendering.replies([{"custom": {"tier": 1}}]) == []


def test_what_is_said_for_machines_stands_on_the_last_reply_of_the_turn() -> None:
    shown: list[dict[str, Any]] = [
        {"text": "Of course."},
        {"text": "One moment.", "custom": {"tier": 3}},
        {"text": "You are next."},
    ]
    assert rendering.custom_last(shown) == [
        {"text": "Of course."},
        {"text": "One moment."},
        {"text": "You are next.", "custom": {"tier": 3}},
    ]
    assert rendering.custom_last([]) == []
