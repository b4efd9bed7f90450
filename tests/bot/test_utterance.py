"""What customers send is made safe to store and to understand, and nothing they meant is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import utterance
from bot.utterance import LONGEST_TEXT, Unacceptable
from records import ledger
from records.clock import ManualClock
from records.models import Author, ConversationId, Kind
from records.store import Store


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\x00\x07", "\u200b\u200d", "\u202e \u2066"])
def test_nothing_visible_is_an_empty_message(text: str) -> None:
    with pytest.raises(Unacceptable) as refused:
        utterance.typed(text)
    assert refused.value.code == "empty"


@pytest.mark.parametrize(
    "text", ["👍", "שלום", "مرحبا", "<script>alert(1)</script>", "line one\nline two", "a\u202eb", "/restart"]
)
def test_anything_visible_is_kept_as_it_is(text: str) -> None:
    assert utterance.typed(text) == {"text": text}


def test_control_characters_go_and_the_words_stay() -> None:
    assert utterance.typed("my\x00 policy\x1b[31m\r\nis lost") == {"text": "my policy[31m\nis lost"}


def test_a_message_at_the_limit_fits_and_one_more_is_refused_with_the_count() -> None:
    assert utterance.typed("x" * LONGEST_TEXT)["text"] == "x" * LONGEST_TEXT
    with pytest.raises(Unacceptable, match="10,001 characters") as refused:
        utterance.typed("x" * (LONGEST_TEXT + 1))
    assert refused.value.code == "too_long"


@given(st.text(max_size=300))
def test_no_text_crashes_and_none_reaches_the_engine_as_a_payload(text: str) -> None:
    try:
        body = utterance.typed(text)
    except Unacceptable as refused:
        assert str(refused)
    else:
        assert not utterance.for_engine(body["text"]).startswith("/")
        assert utterance.for_engine(body["text"])


@pytest.fixture
def conversation(store: Store, clock: ManualClock) -> ConversationId:
    """A conversation in which the bot showed two buttons, in entry 1."""
    with store.writing() as session:
        conversation_id, _ = ledger.open_conversation(session, "chat", clock.now())
        buttons = [
            {"title": "My policy", "payload": {"intent": "check_policy_status"}},
            {"title": "A person", "payload": {"intent": "talk_to_agent"}},
        ]
        ledger.append(
            session,
            ledger.lock(session, conversation_id),
            Author.BOT,
            [("turn:0:0", Kind.MESSAGE, {"text": "Hello", "buttons": buttons})],
            clock.now(),
            epoch=0,
        )
    return conversation_id


def test_a_button_that_was_shown_becomes_its_payload(store: Store, conversation: ConversationId) -> None:
    with store.reading() as session:
        assert utterance.pressed(session, conversation, "/b/1.1") == {
            "text": "A person",
            "button": {"intent": "talk_to_agent"},
        }


@pytest.mark.parametrize("button", ["/b/1.2", "/b/2.0", "/b/1", "/restart", '/inform{"a":1}', "", "/b/1.1x"])
def test_a_button_that_was_not_shown_here_is_none(
    store: Store, conversation: ConversationId, button: str
) -> None:
    with store.reading() as session, pytest.raises(Unacceptable) as refused:
        utterance.pressed(session, conversation, button)
    assert refused.value.code == "unknown_button"


def test_a_button_of_another_conversation_is_none(
    store: Store, clock: ManualClock, conversation: ConversationId
) -> None:
    with store.writing() as session:
        other, _ = ledger.open_conversation(session, "chat", clock.now())
    with store.reading() as session, pytest.raises(Unacceptable):
        utterance.pressed(session, other, "/b/1.1")
