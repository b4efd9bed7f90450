"""The page on which a passkey is made and used, as a browser would drive it, and browsers that lie."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions import identity
from actions.dialogue import Dialogue
from actions.identity import links, passkeys
from actions.identity.links import Link, Purpose
from actions.identity.passkeys import Outcome
from actions.identity.relying_party import RelyingParty
from records.clock import ManualClock
from records.models import AuditEntry
from records.store import Store
from tests.actions.authenticator import PRESENT, Authenticator
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
    """A device that holds a new passkey of theirs."""
    device = Authenticator()
    page = Page(store, clock, person).open(Purpose.REGISTER)
    page.give_code()
    assert page.answer(device.create(asked(page))) is Outcome.DONE
    return device


def asked(page: Page) -> dict[str, Any]:
    """What the page asks the browser for."""
    options = page.options()
    assert options is not None
    return options


def level(store: Store, clock: ManualClock, person: Person) -> int:
    """How sure the centre is of the person."""
    with store.reading() as session:
        return identity.level(session, person.conversation_id, clock.now())


def refusals(store: Store) -> list[str]:
    """Why passkeys were refused, as it is audited."""
    with store.reading() as session:
        rows = session.scalars(
            select(AuditEntry.detail).where(AuditEntry.action == "identity.passkey_refused")
        )
        return [row["because"] for row in rows]


def wang_fang(store: Store, clock: ManualClock, dialogue: Dialogue) -> Person:
    """Another customer, at level 2 in a conversation of her own."""
    person = new_customer(store, clock, dialogue)
    person.say("is my policy in force", "check_policy_status")
    person.prove("880000100201", "1990-07-25", "0022")
    return person


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
    """Bend the device; what else must stand in what the browser says."""
    for name, value in bent[0].items():
        setattr(device, name, value)
    return bent[1]
