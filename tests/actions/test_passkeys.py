"""Passkeys and the links to their page: what raises a conversation to level 3, and what never does."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from actions import identity
from actions.dialogue import Dialogue
from actions.identity import links, passkeys
from actions.identity.links import Link, Purpose
from actions.identity.passkeys import Outcome
from actions.identity.relying_party import RelyingParty, relying_party
from records import outbox
from records.clock import ManualClock
from records.models import (
    AuditEntry,
    Conversation,
    Customer,
    OutgoingMessage,
    Passkey,
    PasskeyChallenge,
    VerificationLink,
)
from records.settings import Settings
from records.store import Store
from tests.actions.authenticator import PRESENT, Authenticator
from tests.actions.conftest import KEY, START
from tests.actions.customer import Customer as Person
from tests.actions.customer import new_customer

PARTY = RelyingParty("localhost", "http://localhost:8000")


class Page:
    """The verification page of one conversation."""

    def __init__(self, store: Store, clock: ManualClock, person: Person) -> None:
        self.store, self.clock, self.person = store, clock, person
        self.token = ""

    def open(self, purpose: Purpose) -> "Page":
        with self.store.writing() as session:
            offer = links.offer(session, self.person.conversation_id, self.clock.now(), purpose)
        assert offer is not None
        self.token = offer.url.rsplit("/", 1)[1]
        return self

    @contextmanager
    def link(self) -> Iterator[tuple[Session, Link]]:
        with self.store.writing() as session:
            link = links.follow(session, self.token, self.clock.now())
            assert link is not None
            yield session, link

    @property
    def is_open(self) -> bool:
        with self.store.reading() as session:
            return links.follow(session, self.token, self.clock.now()) is not None

    def give_code(self) -> None:
        with self.link() as (session, link):
            links.note_code(session, link, self.clock.now())

    def options(self) -> dict[str, Any] | None:
        with self.link() as (session, link):
            registers = link.purpose is Purpose.REGISTER
            make = passkeys.registration_options if registers else passkeys.step_up_options
            return make(session, link, PARTY, self.clock.now())

    def answer(self, credential: dict[str, Any]) -> Outcome:
        with self.link() as (session, link):
            decide = passkeys.register if link.purpose is Purpose.REGISTER else passkeys.step_up
            return decide(session, link, credential, PARTY, self.clock.now())


def make_passkey(store: Store, clock: ManualClock, person: Person) -> Authenticator:
    device = Authenticator()
    page = Page(store, clock, person).open(Purpose.REGISTER)
    page.give_code()
    assert page.answer(device.create(asked(page))) is Outcome.DONE
    return device


def asked(page: Page) -> dict[str, Any]:
    options = page.options()
    assert options is not None
    return options


def level(store: Store, clock: ManualClock, person: Person) -> int:
    with store.reading() as session:
        return identity.level(session, person.conversation_id, clock.now())


def refusals(store: Store) -> list[str]:
    with store.reading() as session:
        rows = session.scalars(
            select(AuditEntry.detail).where(AuditEntry.action == "identity.passkey_refused")
        )
        return [row["because"] for row in rows]


@pytest.fixture
def page(store: Store, clock: ManualClock, li_wei: Person) -> Page:
    return Page(store, clock, li_wei)


@pytest.fixture
def device(store: Store, clock: ManualClock, li_wei: Person) -> Authenticator:
    """Li Wei's passkey."""
    return make_passkey(store, clock, li_wei)


def wang_fang(store: Store, clock: ManualClock, dialogue: Dialogue) -> Person:
    person = new_customer(store, clock, dialogue)
    person.say("is my policy in force", "check_policy_status")
    person.prove("880000100201", "1990-07-25", "0022")
    return person


# ---- making one ----


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


Bent = tuple[dict[str, Any], dict[str, Any]]
"""What is wrong with the device, and what stands instead in what the browser says."""

BENT: dict[str, Bent] = {
    "wrong origin": ({"origin": "http://evil.example"}, {}),
    "wrong port": ({"origin": "http://localhost:8001"}, {}),
    "wrong domain": ({"domain": "evil.example"}, {}),
    "face not checked": ({"flags": PRESENT}, {}),
    "nobody there": ({"flags": 0}, {}),
    "another challenge": ({}, {"challenge": "AAAA"}),
    "another ceremony": ({}, {"type": "webauthn.something"}),
}


def bend(device: Authenticator, bent: Bent) -> dict[str, Any]:
    for name, value in bent[0].items():
        setattr(device, name, value)
    return bent[1]


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


# ---- using one ----


def test_a_passkey_raises_to_level_three_and_keeps_the_policy(
    page: Page, device: Authenticator, store: Store, clock: ManualClock
) -> None:
    page.open(Purpose.STEP_UP)
    options = asked(page)
    assert options["userVerification"] == "required"
    assert page.answer(device.get(options)) is Outcome.DONE
    assert level(store, clock, page.person) == 3
    with store.reading() as session:
        row = session.get_one(Conversation, page.person.conversation_id)
        proof = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        key = session.scalars(select(Passkey)).one()
    assert row.policy_number == "880000100101"
    assert proof is not None and proof.detail["method"] == "passkey"
    assert (key.sign_count, key.last_used_at) == (2, clock.now())


@pytest.mark.parametrize("bent", BENT.values(), ids=BENT.keys())
def test_a_bent_answer_is_refused(
    bent: Bent, page: Page, device: Authenticator, store: Store, clock: ManualClock
) -> None:
    page.open(Purpose.STEP_UP)
    options = asked(page)
    good = device.get(options)
    assert page.answer(device.get(options, **bend(device, bent))) is Outcome.REFUSED
    assert page.answer(good) is Outcome.REFUSED, "the challenge is spent"
    assert level(store, clock, page.person) == 2


def test_the_same_answer_twice_is_refused(
    page: Page, device: Authenticator, store: Store, clock: ManualClock
) -> None:
    page.open(Purpose.STEP_UP)
    answer = device.get(asked(page))
    assert page.answer(answer) is Outcome.DONE
    assert not page.is_open
    page.open(Purpose.STEP_UP)
    assert page.answer(answer) is Outcome.REFUSED, "no challenge"
    asked(page)
    assert page.answer(answer) is Outcome.REFUSED, "another challenge"


def test_another_customers_passkey_is_refused(
    page: Page, device: Authenticator, store: Store, clock: ManualClock, dialogue: Dialogue
) -> None:
    hers = make_passkey(store, clock, wang_fang(store, clock, dialogue))
    page.open(Purpose.STEP_UP)
    assert page.answer(hers.get(asked(page))) is Outcome.REFUSED
    hers.id = device.id
    assert page.answer(hers.get(asked(page))) is Outcome.REFUSED, "his name, her key"
    his = device.handle
    device.handle = hers.handle
    assert page.answer(device.get(asked(page))) is Outcome.REFUSED, "his key, her name"
    device.handle = his
    assert page.answer(device.get(asked(page))) is Outcome.DONE


def test_a_counter_that_goes_back_is_a_copy_and_ends_the_passkey(
    page: Page, device: Authenticator, store: Store
) -> None:
    device.counter = 40
    page.open(Purpose.STEP_UP)
    assert page.answer(device.get(asked(page))) is Outcome.DONE
    device.counter = 10
    page.open(Purpose.STEP_UP)
    assert page.answer(device.get(asked(page))) is Outcome.REFUSED
    assert refusals(store) == ["copied"]
    assert page.options() is None, "there is no passkey left to ask for"


def test_a_passkey_without_counter_serves_again_and_again(
    page: Page, device: Authenticator, store: Store
) -> None:
    with store.writing() as session:
        session.execute(update(Passkey).values(sign_count=0))
    for _ in range(3):
        device.counter = -1
        page.open(Purpose.STEP_UP)
        assert page.answer(device.get(asked(page))) is Outcome.DONE


def test_a_passkey_alone_brings_back_a_customer_whose_proof_ran_out(
    page: Page, device: Authenticator, store: Store, clock: ManualClock
) -> None:
    clock.advance(minutes=31)
    assert level(store, clock, page.person) == 0
    page.open(Purpose.STEP_UP)
    assert page.answer(device.get(asked(page))) is Outcome.DONE
    assert level(store, clock, page.person) == 3


_NAMES = st.sampled_from(
    ["clientDataJSON", "authenticatorData", "signature", "userHandle", "transports", "x"]
)


@given(
    response=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just("eyJ0eXBlIjoieCJ9"),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner),
    ),
    kind=st.sampled_from(["public-key", "x", None, 7]),
)
def test_no_answer_crashes_the_page(response: Any, kind: Any, shared: Page) -> None:
    with shared.store.writing() as session:
        session.execute(delete(PasskeyChallenge))
        name = session.scalar(select(Passkey.credential_id))
    asked(shared)
    assert shared.answer({"id": name, "rawId": name, "type": kind, "response": response}) is Outcome.REFUSED


@pytest.fixture(scope="module")
def shared(seeded: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Li Wei's page, for many answers that do not fit."""
    path = tmp_path_factory.mktemp("shared") / "records.db"
    path.write_bytes(seeded.read_bytes())
    store, clock = Store(f"sqlite:///{path}"), ManualClock(START)
    dialogue = Dialogue(store, clock, assurance_minutes=30, key=KEY, index=None)
    person = new_customer(store, clock, dialogue)
    person.say("is my policy in force", "check_policy_status")
    person.prove()
    make_passkey(store, clock, person)
    yield Page(store, clock, person).open(Purpose.STEP_UP)
    store.close()


# ---- links ----


def test_a_link_lives_five_minutes(page: Page, clock: ManualClock) -> None:
    page.open(Purpose.REGISTER)
    clock.advance(minutes=4, seconds=59)
    assert page.is_open
    clock.advance(seconds=1)
    assert not page.is_open


def test_a_living_link_is_shown_again_and_an_old_one_replaced(page: Page, clock: ManualClock) -> None:
    first = page.open(Purpose.REGISTER).token
    clock.advance(minutes=1)
    assert page.open(Purpose.REGISTER).token == first
    clock.advance(minutes=3)
    assert page.open(Purpose.REGISTER).token != first


def test_a_link_is_kept_as_a_hash_only(page: Page, store: Store) -> None:
    token = page.open(Purpose.REGISTER).token
    with store.reading() as session:
        row = session.scalars(select(VerificationLink)).one()
    assert token not in (row.token_hash, row.seed) and len(row.token_hash) == 64


def test_a_link_serves_its_own_purpose_only(page: Page, device: Authenticator, store: Store) -> None:
    page.open(Purpose.STEP_UP)
    options = asked(page)
    with page.link() as (session, link):
        assert passkeys.registration_options(session, link, PARTY, page.clock.now()) is None
        done = passkeys.register(
            session, link, device.create({"user": {"id": ""}, **options}), PARTY, page.clock.now()
        )
    assert done is Outcome.REFUSED


def test_a_link_ends_when_the_conversation_becomes_somebody_elses(
    page: Page, store: Store, clock: ManualClock, device: Authenticator
) -> None:
    page.open(Purpose.STEP_UP)
    with store.writing() as session:
        other = session.scalar(select(Customer.id).where(Customer.number == "C1002"))
        assert other is not None
        identity.raise_to(session, page.person.conversation_id, 2, other, clock.now(), how="knowledge")
    assert not page.is_open


def test_so_many_links_a_day(page: Page, store: Store, clock: ManualClock) -> None:
    with store.writing() as session:
        for number in range(links.LINKS):
            offer = links.offer(session, page.person.conversation_id, clock.now(), Purpose.REGISTER)
            assert offer is not None, number
            session.execute(update(VerificationLink).values(expires_at=clock.now() - timedelta(seconds=1)))
        assert links.offer(session, page.person.conversation_id, clock.now(), Purpose.REGISTER) is None


def test_so_many_challenges_a_link(page: Page, store: Store) -> None:
    page.open(Purpose.REGISTER)
    page.give_code()
    while page.options() is not None:
        pass
    with store.reading() as session:
        assert session.scalar(select(func.count()).select_from(PasskeyChallenge)) == 12


def test_a_caller_gets_the_link_by_sms_once(page: Page, store: Store) -> None:
    with store.writing() as session:
        session.execute(update(Conversation).values(channel=links.PHONE))
    with store.writing() as session:
        offers = [links.offer(session, page.person.conversation_id, page.clock.now()) for _ in range(2)]
    assert all(offer is not None and offer.by_sms for offer in offers)
    with store.reading() as session:
        (message,) = session.scalars(
            select(OutgoingMessage).where(OutgoingMessage.purpose == "verification_link")
        )
    assert offers[0] is not None and offers[0].url in message.text
    assert (message.recipient, message.secret) == ("+12025550101", True)


@pytest.mark.parametrize(
    ("public", "domain", "party"),
    [
        ("", "", RelyingParty("localhost", "http://localhost:8000")),
        (
            "https://help.insurer.example/",
            "",
            RelyingParty("help.insurer.example", "https://help.insurer.example"),
        ),
        (
            "https://help.insurer.example:8443",
            "insurer.example",
            RelyingParty("insurer.example", "https://help.insurer.example:8443"),
        ),
        ("http://[::1]:9000", "", RelyingParty("localhost", "http://localhost:9000")),
    ],
)
def test_passkeys_belong_to_the_domain_of_the_settings(public: str, domain: str, party: RelyingParty) -> None:
    assert relying_party(Settings(public_url=public, passkey_domain=domain)) == party


def test_the_dialogue_sends_the_link_on_request(li_wei: Person, store: Store) -> None:
    said = li_wei.say("set up smart eye", "set_up_passkey")
    assert "/verify/" in said
    with store.reading() as session:
        assert session.scalars(select(VerificationLink.purpose)).one() == Purpose.REGISTER
