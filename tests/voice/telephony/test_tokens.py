"""The token that opens a stream: good once, for its call, for a minute."""

from datetime import timedelta

import pytest

from records import ledger
from records.clock import ManualClock
from records.models import CallState, PhoneCall
from records.store import Store
from voice.call import register
from voice.telephony import tokens


@pytest.fixture
def token(store: Store, clock: ManualClock) -> str:
    with store.writing() as session:
        conversation_id, _ = ledger.open_conversation(session, "phone", clock.now())
        call = register.add(session, "CA1", conversation_id, "+1", "+2", clock.now())
        return tokens.mint(call, clock.now())


def redeem(store: Store, clock: ManualClock, token: str, sid: str = "CA1") -> bool:
    with store.writing() as session:
        return tokens.redeem(session, sid, token, clock.now()) is not None


def test_it_is_good_once(store: Store, clock: ManualClock, token: str) -> None:
    assert redeem(store, clock, token)
    assert not redeem(store, clock, token)


def test_it_is_good_for_a_minute(store: Store, clock: ManualClock, token: str) -> None:
    clock.advance(seconds=59)
    assert tokens.LIFE == timedelta(seconds=60)
    clock.advance(seconds=1)
    assert not redeem(store, clock, token)


@pytest.mark.parametrize("given", ["", "x", "not the token"])
def test_another_is_not_good_and_does_no_harm_to_the_right_one(
    store: Store, clock: ManualClock, token: str, given: str
) -> None:
    assert not redeem(store, clock, given)
    assert not redeem(store, clock, token, "CA2")
    assert redeem(store, clock, token)


def test_a_newer_one_replaces_it(store: Store, clock: ManualClock, token: str) -> None:
    with store.writing() as session:
        newer = tokens.mint(session.get_one(PhoneCall, "CA1"), clock.now())
    assert not redeem(store, clock, token)
    assert redeem(store, clock, newer)


def test_a_call_that_is_elsewhere_opens_no_stream(store: Store, clock: ManualClock, token: str) -> None:
    with store.writing() as session:
        session.get_one(PhoneCall, "CA1").state = CallState.QUEUED
    assert not redeem(store, clock, token)
    with store.reading() as session:
        assert token not in str(session.get_one(PhoneCall, "CA1").token_hash)
