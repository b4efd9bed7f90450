"""Links to the page of passkeys: short, for one purpose, kept as a hash, and not many."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from actions import identity
from actions.identity import links, passkeys
from actions.identity.links import Purpose
from actions.identity.passkeys import Outcome
from actions.identity.relying_party import RelyingParty, relying_party
from records.clock import ManualClock
from records.models import Conversation, Customer, OutgoingMessage, PasskeyChallenge, VerificationLink
from records.settings import Settings
from records.store import Store
from tests.actions.authenticator import Authenticator
from tests.actions.customer import Customer as Person
from tests.actions.passkey_page import PARTY, Page, asked


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
