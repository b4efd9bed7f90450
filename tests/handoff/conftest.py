"""A clock that stands still, and short ways to get people into the queue."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from handoff import absence, accounts, offers, passwords, presence, queue
from handoff.accounts import AgentSpec
from handoff.reasons import Reason
from records import ledger
from records.clock import ManualClock
from records.ledger import Standing
from records.models import Agent, AuditEntry, Conversation, ConversationId, Customer, Handoff, Role
from records.store import Store

OFFER_SECONDS = 30.0
PRESENCE_SECONDS = 45.0

AMY = AgentSpec("amy", "Amy Gao", Role.AGENT, ("servicing", "inquiry", "elderly"), ("en", "zh"), "Beijing", 3)
BEN = AgentSpec("ben", "Ben Luo", Role.AGENT, ("claims", "complaint"), ("en",), "Sichuan", 3)
DORA = AgentSpec("dora", "Dora Shi", Role.SUPERVISOR, ("complaint",), ("en",), "Beijing", 1)


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Hashes that cost next to nothing: every test here makes some, and one looks at the real ones."""
    hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "HASHER", hasher)
        patch.setattr(passwords, "NOBODYS", hasher.hash("nobody's"))
        yield


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 22, 9, 0, tzinfo=UTC))


@pytest.fixture
def floor(store: Store, clock: ManualClock) -> "Floor":
    return Floor(store, clock)


class Floor:
    """The queue's functions, each in a transaction of its own, at the clock's time."""

    def __init__(self, store: Store, clock: ManualClock) -> None:
        self.store = store
        self.clock = clock
        self.passwords: dict[str, str] = {}

    def staff(self, *specs: AgentSpec, available: bool = True) -> dict[str, int]:
        with self.store.writing() as session:
            self.passwords |= accounts.create_agents(session, specs, self.clock.now())
        ids = {spec.login: self.agent(spec.login).id for spec in specs}
        for agent_id in ids.values():
            self.beat(agent_id)
            if available:
                self.switch(agent_id, True)
        return ids

    def log_in(self, login: str) -> str:
        """A token of the agent's."""
        token = accounts.log_in(self.store, login, self.passwords[login], self.clock)
        assert token is not None
        return token

    def audited(self, action: str) -> list[tuple[str, str]]:
        """Who did it, and to what."""
        with self.store.reading() as session:
            rows = session.execute(
                select(AuditEntry.actor, AuditEntry.subject).where(AuditEntry.action == action)
            )
            return [(actor, subject) for actor, subject in rows]

    def agent(self, login: str) -> Agent:
        with self.store.reading() as session:
            return session.scalars(select(Agent).where(Agent.login == login)).one()

    def beat(self, agent_id: int) -> None:
        with self.store.writing() as session:
            presence.heartbeat(session, agent_id, self.clock.now())

    def switch(self, agent_id: int, available: bool) -> None:
        with self.store.writing() as session:
            presence.set_available(session, agent_id, available, self.clock.now())

    def customer(self, number: str = "C1001", birth: date = date(1985, 3, 12), **more: object) -> int:
        with self.store.writing() as session:
            customer = Customer(
                number=number,
                name="Li Wei",
                sex="m",
                birth=birth,
                id_no="110101198503120011",
                mobile="+12025550101",
                province="Beijing",
                language="en",
                **more,
            )
            session.add(customer)
            session.flush()
            return customer.id

    def talk(self, *said: str, customer_id: int | None = None, assurance: int = 0) -> ConversationId:
        """A conversation with the bot in which the customer said something."""
        with self.store.writing() as session:
            now = self.clock.now()
            conversation_id, _ = ledger.open_conversation(session, "chat", now, context={"language": "en"})
            for number, text in enumerate(said):
                ledger.append_from_customer(session, conversation_id, f"k{number}", {"text": text}, now)
            conversation = session.get_one(Conversation, conversation_id)
            conversation.customer_id = customer_id
            conversation.assurance = assurance
            conversation.assured_at = now if assurance else None
        return conversation_id

    def hand_over(
        self, reason: Reason = Reason.ASKED_FOR, conversation_id: ConversationId | None = None, **more: object
    ) -> ConversationId:
        conversation_id = conversation_id or self.talk("I want to talk to somebody")
        with self.store.writing() as session:
            standing = ledger.lock(session, conversation_id)
            queue.hand_over(session, standing, reason, self.clock.now(), **more)  # type: ignore[arg-type]
        return conversation_id

    def assign(self) -> list[tuple[ConversationId, int]]:
        with self.store.writing() as session:
            made = offers.assign(
                session, self.clock.now(), offer_seconds=OFFER_SECONDS, presence_seconds=PRESENCE_SECONDS
            )
        return [(offer.conversation_id, offer.agent_id) for offer in made]

    def accept(self, agent_id: int, conversation_id: ConversationId) -> Standing:
        with self.store.writing() as session:
            return offers.accept(session, agent_id, conversation_id, self.clock.now())

    def decline(self, agent_id: int, conversation_id: ConversationId) -> Standing:
        with self.store.writing() as session:
            return offers.decline(session, agent_id, conversation_id, self.clock.now())

    def lapse(self) -> list[ConversationId]:
        with self.store.writing() as session:
            return offers.lapse_expired(session, self.clock.now())

    def lose(self) -> list[ConversationId]:
        with self.store.writing() as session:
            return absence.agent_lost(session, self.clock.now(), presence_seconds=PRESENCE_SECONDS)

    def held(self, agent_id: int, reason: Reason = Reason.ASKED_FOR) -> Standing:
        """A conversation that the agent has just accepted."""
        conversation_id = self.hand_over(reason)
        assert self.assign() == [(conversation_id, agent_id)]
        return self.accept(agent_id, conversation_id)

    def standing(self, conversation_id: ConversationId) -> Standing:
        with self.store.writing() as session:
            return ledger.lock(session, conversation_id)

    def handoff(self, conversation_id: ConversationId) -> Handoff:
        with self.store.reading() as session:
            return session.scalars(
                select(Handoff).where(Handoff.conversation_id == conversation_id).order_by(Handoff.id.desc())
            ).first() or pytest.fail("no handoff")

    def texts(self, conversation_id: ConversationId) -> list[str]:
        with self.store.reading() as session:
            entries = ledger.fetch_since(session, conversation_id, 0)
        return [str(entry.body["text"]) for entry in entries if "text" in entry.body]

    def position(self, conversation_id: ConversationId) -> int | None:
        with self.store.reading() as session:
            return queue.position(session, conversation_id)

    def tell(self) -> list[ConversationId]:
        with self.store.writing() as session:
            return queue.tell_positions(session, self.clock.now())
