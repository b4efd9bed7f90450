"""Every service walked through once; each of its questions is kept with the whole insurer as it was then.

A test goes to any question of any service at once, and never finds what another test did.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from actions.dialogue import Dialogue
from actions.services.branches import PLACES
from actions.services.registry import SERVICES
from records.clock import ManualClock, today
from records.demo import told
from records.models import Base
from records.store import Store
from tests.actions.conftest import KEY, START
from tests.actions.customer import Customer, new_customer
from tests.actions.forms.lines import BEGINNINGS, CANDIDATES, GENERAL, LINES
from tests.actions.money import strengthen

PAGE_BYTES = 1024
"""Small pages: an insurer that is nearly empty takes little memory, however often it is kept."""

PROOF = ("identifier", "birth", "id_ending", "@strengthen")
OWN_QUESTIONS = ("@confirm", "@strengthen", "@change", "@resume")
UNWANTED = ("scam", "field_failed", "elderly", "asked_for", "verification_failed")


@dataclass(frozen=True)
class Person:
    """A customer of the demonstration who plays a part."""

    number: str
    phone: str
    birth: str
    ending: str

    @property
    def identity(self) -> dict[str, str]:
        """Answers to the identity questions."""
        return {"identifier": self.phone, "birth": self.birth, "id_ending": self.ending}


PEOPLE = tuple(
    Person(one["number"], one["mobile"], str(one["birth"]), one["id_no"][-4:])
    for one in told.read()["customers"]
)


@dataclass(frozen=True)
class Moment:
    """A question that has just been asked, or the end of the walk."""

    service: str
    person: Person
    asked: str | None
    """The question; None at the end."""

    image: bytes
    conversation_id: str
    count: int
    last: dict[str, Any]


@dataclass
class Walk:
    """A service from its first word to its end."""

    service: str
    person: Person
    moments: list[Moment] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    """What was said to each question."""

    @property
    def asked(self) -> list[str]:
        """All questions, in turn."""
        return [moment.asked for moment in self.moments if moment.asked is not None]

    @property
    def questions(self) -> list[Moment]:
        """The moments at which something is asked."""
        return [moment for moment in self.moments if moment.asked is not None]

    @property
    def end(self) -> Moment:
        """The last moment."""
        return self.moments[-1]

    @property
    def is_whole(self) -> bool:
        """Whether everything was said and confirmed that there is to say and to confirm."""
        confirmed = "@confirm" in self.asked or SERVICES[self.service].confirm is None
        return self.end.asked is None and confirmed and "refused" not in custom_of(self.end.last)


def custom_of(last: dict[str, Any]) -> dict[str, Any]:
    """What an answer says for machines."""
    return last["messages"][-1]["custom"]  # type: ignore[no-any-return]


class Rehearsal:
    """A small insurer in memory, set back to any moment of any walk."""

    def __init__(self) -> None:
        """Found the insurer with the customers of the demonstration."""
        self.store = Store("sqlite://")
        with self.store.engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA page_size={PAGE_BYTES}")
        Base.metadata.create_all(self.store.engine)
        with self.store.writing() as session:
            told.add(session, today(ManualClock(START)))
        self.opening = self.image()
        self.set_back()
        self._walks: dict[str, Walk] = {}

    def image(self) -> bytes:
        """The whole insurer, as it is now."""
        with self.store.engine.connect() as connection:
            return connection.connection.driver_connection.serialize()  # type: ignore[union-attr, no-any-return]

    def set_back(self, image: bytes | None = None) -> None:
        """Make the insurer what it was; time stands again where it stood."""
        with self.store.engine.connect() as connection:
            connection.connection.driver_connection.deserialize(image or self.opening)  # type: ignore[union-attr]
        PLACES.names = ()
        self.clock = ManualClock(START)
        self.dialogue = Dialogue(self.store, self.clock, assurance_minutes=30, key=KEY, index=None)

    def at(self, moment: Moment) -> Customer:
        """The customer of a walk, at one of its questions."""
        self.set_back(moment.image)
        return Customer(self.dialogue, moment.conversation_id, moment.count, copy.deepcopy(moment.last))

    def somebody(self) -> Customer:
        """A customer in a new conversation."""
        return new_customer(self.store, self.clock, self.dialogue)

    def walk(self, service: str) -> Walk:
        """The service walked through, by the customer who gets furthest in it."""
        if service not in self._walks:
            self._walks[service] = self._best(service)
        return self._walks[service]

    def question(self, service: str, asked: str) -> Customer:
        """The customer of a walk, at the question of that name."""
        return self.at(next(moment for moment in self.walk(service).moments if moment.asked == asked))

    def questions(self, service: str) -> Iterator[tuple[Moment, Customer]]:
        """Each question of a service, with a customer who has just been asked it."""
        for moment in self.walk(service).questions:
            yield moment, self.at(moment)

    def give(self, customer: Customer, walk: Walk, asked: str) -> str:
        """Answer a question as it was answered in the walk."""
        if asked == "@strengthen":
            strengthen(customer, walk.person.number)
        known = walk.person.identity | GENERAL | walk.answers
        return customer.say(known.get(asked, "yes"))

    def prove(self, customer: Customer, walk: Walk) -> None:
        """Answer only what identity needs."""
        for _ in PROOF:
            if customer.last["loop"] and customer.custom.get("expects") in PROOF:
                self.give(customer, walk, str(customer.custom["expects"]))

    def finish(self, customer: Customer, walk: Walk) -> str:
        """Answer whatever is still asked, to the end."""
        said = ""
        for _ in range(25):
            if not customer.last["loop"]:
                return said
            said = self.give(customer, walk, str(customer.custom.get("expects")))
        raise AssertionError(f"{walk.service} comes to no end: {customer.custom}")

    def _best(self, service: str) -> Walk:
        walks = []
        for person in PEOPLE:
            walk = self._walked(service, person)
            walks.append(walk)
            if walk.is_whole and SERVICES[service].confirm is not None:
                break
        best = max(walks, key=lambda walk: (walk.is_whole, len(walk.moments)))
        assert best.is_whole, f"{service}: nobody comes to its end; lines.py needs {best.end.asked}"
        return best

    def _walked(self, service: str, person: Person) -> Walk:
        self.set_back()
        walk = Walk(service, person)
        customer = self.somebody()
        customer.say(BEGINNINGS.get(service, "please"), service)
        self._keep(walk, customer)
        while walk.end.asked is not None:
            assert walk.asked.count(walk.end.asked) == 1, f"{service} asks {walk.end.asked} twice"
            if not self._answer(walk, customer):
                break
            self._keep(walk, customer)
        return walk

    def _keep(self, walk: Walk, customer: Customer) -> None:
        asked = customer.custom.get("expects")
        last = copy.deepcopy(customer.last)
        walk.moments.append(
            Moment(
                walk.service,
                walk.person,
                asked,
                self.image(),
                customer.conversation_id,
                customer.count,
                last,
            )
        )

    def _answer(self, walk: Walk, customer: Customer) -> bool:
        """Give the answer that is written for a question, or find one that goes on; whether there is one."""
        moment, asked = walk.end, str(walk.end.asked)
        written = LINES.get(walk.service, {}).get(asked) or walk.person.identity.get(asked)
        if written or asked in GENERAL or asked in OWN_QUESTIONS:
            walk.answers |= {asked: written} if written else {}
            self.give(customer, walk, asked)
            return True
        titles = [button["title"] for button in moment.last["messages"][-1]["buttons"]]
        for text in (*titles, *CANDIDATES):
            again = self.at(moment)
            again.say(text)
            custom = custom_of(again.last)
            gone_on = custom.get("expects") != asked and "refused" not in custom
            if gone_on and custom.get("handoff") not in UNWANTED:
                walk.answers[asked] = text
                customer.count, customer.last = again.count, again.last
                customer.dialogue = self.dialogue
                return True
        return False
