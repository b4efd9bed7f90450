"""Customers of the demonstration who carry out transactions, and what they leave in the records."""

from dataclasses import dataclass

from sqlalchemy import select

from actions import identity
from actions.dialogue import Dialogue
from records.clock import ManualClock
from records.models import Conversation, ServiceTransaction
from records.models import Customer as CustomerRow
from records.store import Store
from tests.actions.customer import Customer, new_customer
from tests.actions.test_inquiries import WHO

NAMES = {
    "Li Wei": "C1001", "Wang Fang": "C1002", "Zhang Guihua": "C1003", "Chen Jun": "C1004",
    "Liu Yang": "C1005", "Zhao Min": "C1006", "Sun Lei": "C1007", "Zhou Na": "C1008",
}  # fmt: skip
ACCOUNT = "6222 0212 3456 7890"
DIGITS = ACCOUNT.replace(" ", "")
SAFE = (ACCOUNT, "no", "no")
"""Account, nobody approached the customer, nothing was given away."""


def strengthen(person: Customer, number: str) -> None:
    """Raise the conversation of a customer to level 3, as a passkey does."""
    store, clock = person.dialogue._store, person.dialogue._clock
    with store.writing() as session:
        customer_id = session.scalars(select(CustomerRow.id).where(CustomerRow.number == number)).one()
        named = session.scalar(
            select(Conversation.policy_number).where(Conversation.id == person.conversation_id)
        )
        identity.raise_to(
            session, person.conversation_id, 3, customer_id, clock.now(), how="passkey", policy_number=named
        )


@dataclass
class Counter:
    """Where a customer is served: makes verified and strongly verified customers."""

    store: Store
    clock: ManualClock
    dialogue: Dialogue

    def verified(self, who: str) -> Customer:
        """A customer at level 2, who has asked for nothing yet."""
        person = self.anybody()
        person.say("tell me", "check_policy_status")
        person.prove(*WHO[who])
        return person

    def strong(self, who: str) -> Customer:
        """A customer at level 3."""
        person = self.verified(who)
        self.strengthen(person, who)
        return person

    def anybody(self) -> Customer:
        """A customer nobody knows."""
        return new_customer(self.store, self.clock, self.dialogue)

    def strengthen(self, person: Customer, who: str) -> None:
        """What a passkey does."""
        strengthen(person, NAMES[who])

    def transactions(self) -> list[ServiceTransaction]:
        """All there are."""
        with self.store.reading() as session:
            return list(session.scalars(select(ServiceTransaction).order_by(ServiceTransaction.id)))

    def only(self) -> ServiceTransaction:
        """The one there is."""
        (row,) = self.transactions()
        return row


def ask(person: Customer, intent: str, *answers: str) -> str:
    """Ask for a service and answer its questions in turn; what is said in the end."""
    said = person.say("please", intent)
    for answer in answers:
        said = person.say(answer)
    return said
