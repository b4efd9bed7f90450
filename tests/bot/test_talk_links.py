"""From a call into a chat: who gets the link, what it opens, and what it does not."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from actions import identity
from bot import talk_links
from records import ledger, resumption
from records.clock import ManualClock, today
from records.demo import told
from records.ledger import UnknownConversation
from records.models import CallState, Conversation, ConversationId, Customer, OutgoingMessage, PhoneCall
from records.store import Store

KEY = b"key of the tests"


@pytest.fixture
def called(store: Store, clock: ManualClock) -> ConversationId:
    """The conversation of a call that is under way."""
    with store.writing() as session:
        told.add(session, today(clock))
        conversation_id, _ = ledger.open_conversation(session, "phone", clock.now())
        session.add(
            PhoneCall(
                sid="CA1", conversation_id=conversation_id, direction="inbound", caller="+1", called="+2",
                state=CallState.BOT, started_at=clock.now(), changed_at=clock.now(),
            )
        )  # fmt: skip
        return conversation_id


def prove(store: Store, clock: ManualClock, conversation_id: ConversationId) -> None:
    with store.writing() as session:
        customer = session.scalars(select(Customer.id).where(Customer.number == "C1001")).one()
        identity.raise_to(session, conversation_id, 2, customer, clock.now(), how="knowledge")


def send(store: Store, clock: ManualClock, conversation_id: ConversationId) -> bool:
    with store.writing() as session:
        return talk_links.send(session, conversation_id, KEY, "https://centre.example", clock.now())


def follow(store: Store, clock: ManualClock, token: object) -> tuple[ConversationId, str] | None:
    with store.writing() as session:
        return talk_links.follow(session, token, KEY, clock.now())


def test_nobody_gets_a_link_who_is_not_proven(
    store: Store, clock: ManualClock, called: ConversationId
) -> None:
    assert not send(store, clock, called)
    with store.reading() as session:
        assert session.scalars(select(OutgoingMessage)).all() == []


def test_it_goes_to_the_number_on_file_and_opens_the_same_conversation(
    store: Store, clock: ManualClock, called: ConversationId
) -> None:
    prove(store, clock, called)
    assert send(store, clock, called)
    with store.reading() as session:
        message = session.scalars(select(OutgoingMessage)).one()
    assert message.recipient == "+12025550101"
    token = message.text.partition(talk_links.PATH)[2].split()[0]
    opened = follow(store, clock, token)
    assert opened is not None
    assert opened[0] == called
    with store.reading() as session:
        assert resumption.resume(session, called, opened[1]) == called
        assert identity.level(session, called, clock.now()) == 2


def test_a_second_opening_shuts_the_first_one_out(
    store: Store, clock: ManualClock, called: ConversationId
) -> None:
    token = talk_links.sign(called, KEY, clock.now())
    first, second = follow(store, clock, token), follow(store, clock, token)
    assert first is not None
    assert second is not None
    with store.reading() as session:
        resumption.resume(session, called, second[1])
        with pytest.raises(UnknownConversation):
            resumption.resume(session, called, first[1])


def test_the_conversation_is_a_chat_once_the_call_is_over(
    store: Store, clock: ManualClock, called: ConversationId
) -> None:
    follow(store, clock, talk_links.sign(called, KEY, clock.now()))
    with store.writing() as session:
        assert session.get_one(Conversation, called).channel == "phone"
        session.get_one(PhoneCall, "CA1").state = CallState.ENDED
        talk_links.call_over(session, called)
    with store.reading() as session:
        assert session.get_one(Conversation, called).channel == "chat"


@pytest.mark.parametrize("token", ["", "x", "x.y", "é.é", None, 7, ["x"], "a" * 5000])
def test_anything_else_opens_nothing(
    store: Store, clock: ManualClock, called: ConversationId, token: object
) -> None:
    assert follow(store, clock, token) is None


def test_another_key_or_an_old_link_opens_nothing(
    store: Store, clock: ManualClock, called: ConversationId
) -> None:
    assert follow(store, clock, talk_links.sign(called, b"another", clock.now())) is None
    old = talk_links.sign(called, KEY, clock.now() - talk_links.LIFE - timedelta(seconds=1))
    assert follow(store, clock, old) is None
