"""Passkeys are made after a code, by whom they belong to, and are no strong proof by themselves."""

import pytest
from sqlalchemy import func, select

from actions import identity
from actions.dialogue import Dialogue
from actions.identity import links
from actions.identity.links import Purpose
from actions.identity.passkeys import Outcome
from records import outbox
from records.clock import ManualClock
from records.models import Conversation, Passkey
from records.store import Store
from tests.actions.authenticator import Authenticator
from tests.actions.customer import Customer as Person
from tests.actions.customer import new_customer
from tests.actions.passkey_page import BENT, Bent, Page, asked, bend, make_passkey, refusals, wang_fang


def test_a_passkey_is_made_after_the_code_and_told_to_the_number_on_file(page: Page, store: Store) -> None:
    page.open(Purpose.REGISTER)
    assert page.options() is None, "not without the code"
    page.give_code()
    options = asked(page)
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["authenticatorSelection"]["authenticatorAttachment"] == "platform"
    assert options["rp"]["id"] == "localhost"
    assert "Li Wei" not in str(options)
    assert page.answer(Authenticator().create(options)) is Outcome.DONE
    assert not page.is_open
    with store.reading() as session:
        key = session.scalars(select(Passkey)).one()
        message = outbox.newest(session)[0]
    assert (key.sign_count, key.transports, len(key.user_handle)) == (1, ["internal"], 64)
    assert (message.purpose, message.recipient) == ("passkey_notice", "+12025550101")


def test_making_one_is_no_strong_proof(device: Authenticator, store: Store, clock: ManualClock) -> None:
    with store.reading() as session:
        assert session.scalar(select(func.max(Conversation.assurance))) == 2


@pytest.mark.parametrize("bent", BENT.values(), ids=BENT.keys())
def test_a_bent_registration_is_refused_and_spends_the_challenge(
    bent: Bent, page: Page, store: Store
) -> None:
    page.open(Purpose.REGISTER)
    page.give_code()
    options = asked(page)
    device = Authenticator()
    assert page.answer(device.create(options, **bend(device, bent))) is Outcome.REFUSED
    assert page.answer(Authenticator().create(options)) is Outcome.REFUSED, "the challenge is spent"
    assert page.is_open
    assert page.answer(Authenticator().create(asked(page))) is Outcome.DONE
    with store.reading() as session:
        assert session.scalar(select(func.count()).select_from(Passkey)) == 1


def test_a_new_passkey_replaces_the_old_one(
    device: Authenticator, store: Store, clock: ManualClock, li_wei: Person
) -> None:
    new = make_passkey(store, clock, li_wei)
    page = Page(store, clock, li_wei).open(Purpose.STEP_UP)
    assert page.answer(device.get(asked(page))) is Outcome.REFUSED
    assert page.answer(new.get(asked(page))) is Outcome.DONE
    with store.reading() as session:
        handles = set(session.scalars(select(Passkey.user_handle)))
    assert len(handles) == 1, "the customer keeps one name towards authenticators"


def test_a_key_of_one_customer_is_not_registered_for_another(
    device: Authenticator, store: Store, clock: ManualClock, dialogue: Dialogue
) -> None:
    page = Page(store, clock, wang_fang(store, clock, dialogue)).open(Purpose.REGISTER)
    page.give_code()
    assert page.answer(device.create(asked(page))) is Outcome.REFUSED
    assert refusals(store) == ["credential_known"]


def test_making_one_needs_level_two_until_its_end(
    page: Page, store: Store, clock: ManualClock, someone: Person
) -> None:
    page.open(Purpose.REGISTER)
    page.give_code()
    options = asked(page)
    with store.writing() as session:
        identity.withdraw(session, page.person.conversation_id, clock.now(), because="test")
    assert not page.is_open
    with store.reading() as session:
        assert options and session.scalar(select(func.count()).select_from(Passkey)) == 0


def test_nobody_gets_a_link_before_being_known(store: Store, clock: ManualClock, dialogue: Dialogue) -> None:
    stranger = new_customer(store, clock, dialogue)
    with store.writing() as session:
        for purpose in (None, *Purpose):
            assert links.offer(session, stranger.conversation_id, clock.now(), purpose) is None
