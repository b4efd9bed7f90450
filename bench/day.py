"""A day on a virtual clock: customers and agents are simulated, the routing is the real one.

It keeps its own books of who holds what, and counts whatever the routing does against them.
"""

import heapq
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count

from sqlalchemy import select

from bench.day_plan import PROVINCES, REASONS, SKILLS, Books, Customer, Plan
from handoff import callbacks, desk, offers, pace, presence, queue, transfers, waiting
from handoff.dispatcher import Dispatcher
from handoff.reasons import Reason
from handoff.refusals import Refused
from records import ledger
from records.clock import ManualClock
from records.models import Agent, Base, ConversationId, Handoff, HandoffState, Role, Transfer
from records.models.people import TransferState
from records.settings import Settings
from records.signals import Signals
from records.store import Store

START = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
"""A Monday, eight o'clock in the morning at the insurer's place."""

HEARTBEAT_SECONDS = 150.0
PRESENCE_SECONDS = 400.0
OFFER_SECONDS = 30.0


class Day:
    """The simulation: a heap of events in virtual time."""

    def __init__(self, plan: Plan, seed: int) -> None:
        """Prepare agents and arrivals; the same seed gives the same day."""
        self.plan, self.chance = plan, random.Random(seed)  # noqa: S311 - a simulation
        self.clock = ManualClock(START)
        self.store = Store("sqlite://")
        Base.metadata.create_all(self.store.engine)
        settings = Settings(offer_seconds=OFFER_SECONDS, presence_seconds=PRESENCE_SECONDS)
        self.dispatcher = Dispatcher(self.store, self.clock, Signals(), settings)
        self.now = 0.0
        self.books = Books()
        self.customers: dict[ConversationId, Customer] = {}
        self.waiting: dict[ConversationId, Customer] = {}
        self.offered: dict[ConversationId, int] = {}
        self.held: dict[int, set[ConversationId]] = {}
        self.cut: set[int] = set()
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._number = count()
        self._remaining = self._open = plan.conversations
        self._staff()

    def run(self) -> None:
        """Let the day go by, until nobody waits and nobody is talked to."""
        self._next_arrival()
        self._at(HEARTBEAT_SECONDS, self._beat)
        while self._heap and self._open:
            when, _, happen = heapq.heappop(self._heap)
            self.clock.advance(seconds=when - self.now)
            self.now = when
            happen()
            self._look()
        self.store.close()

    def _staff(self) -> None:
        with self.store.writing() as session:
            for number in range(1, self.plan.agents + 1):
                skills = self.chance.sample(SKILLS, 3)
                agent = Agent(
                    login=f"a{number}", name=f"Agent {number}", role=Role.AGENT, skills=skills,
                    languages=["en", "zh"] if number % 3 else ["en"],
                    province=self.chance.choice(PROVINCES), capacity=self.plan.capacity, password_hash="",
                    available=True, seen_at=self.clock.now(), idle_since=self.clock.now(),
                )  # fmt: skip
                session.add(agent)
                session.flush()
                self.held[agent.id] = set()
                for chance, happen in ((self.plan.breaks, self._break), (self.plan.cuts, self._cut)):
                    if chance:
                        self._later(3600 / chance, partial(happen, agent.id))

    def _at(self, seconds: float, happen: Callable[[], None]) -> None:
        heapq.heappush(self._heap, (self.now + seconds, next(self._number), happen))

    def _later(self, mean: float, happen: Callable[[], None]) -> None:
        self._at(self.chance.expovariate(1 / mean) if mean else 0.0, happen)

    def _next_arrival(self) -> None:
        rate = self.plan.conversations / (self.plan.hours * 3600)
        if not self.plan.steady:
            hour = self.now / 3600 / self.plan.hours
            rate *= 1.25 if 0.12 < hour < 0.35 or 0.5 < hour < 0.7 else 0.82
        self._later(1 / rate, self._arrive)

    def _arrive(self) -> None:
        self._remaining -= 1
        if self._remaining:
            self._next_arrival()
        reasons, weights = zip(*REASONS, strict=True)
        reason = Reason.ASKED_FOR if self.plan.steady else self.chance.choices(reasons, weights)[0]
        language = "zh" if self.chance.random() < 0.3 and not self.plan.steady else "en"
        channel = "phone" if self.chance.random() < self.plan.calls else "chat"
        with self.store.writing() as session:
            now = self.clock.now()
            context = {"language": language}
            conversation_id, _ = ledger.open_conversation(session, channel, now, context=context)
            queue.hand_over(session, ledger.lock(session, conversation_id), reason, now)
            handoff = session.scalars(select(Handoff).where(Handoff.conversation_id == conversation_id)).one()
            known = pace.read(session, now)
            place = handoff.told_position or 1
            expected = waiting.expect(place, known)
        told = (expected.low_seconds, expected.high_seconds) if expected else None
        kind = (handoff.skill, handoff.language, handoff.exclusive)
        customer = Customer(
            conversation_id, self.now, handoff.priority, kind, told, waiting.moves_of(place, known)
        )
        self.customers[conversation_id] = self.waiting[conversation_id] = customer
        customer.takes = self.chance.expovariate(1 / self.plan.handle_seconds)
        if self.chance.random() < self.plan.called_back:
            self._later(60, lambda: self._call_back(customer))
        if self.plan.patience_seconds:
            customer.patience = self.chance.expovariate(1 / self.plan.patience_seconds)
            self._at(customer.patience, lambda: self._leave(customer))

    def _leave(self, customer: Customer) -> None:
        if customer.answered is not None or customer.called_back or customer.ended:
            return
        with self.store.writing() as session:
            queue.leave(session, customer.id, self.clock.now())
        self._out_of_line(customer, "left")
        customer.left, customer.ended = self.now, True
        self._open -= 1

    def _call_back(self, customer: Customer) -> None:
        if customer.id not in self.waiting or customer.lost:
            return
        with self.store.writing() as session:
            now = self.clock.now()
            callbacks.promise(session, customer.id, now + timedelta(minutes=30), now)
        self._out_of_line(customer, "called back")
        customer.called_back = True
        self.books.events["call-backs"] += 1

    def _out_of_line(self, customer: Customer, why: str) -> None:
        self.waiting.pop(customer.id, None)
        if self.offered.pop(customer.id, None) is not None:
            self.books.leases[why] += 1

    def _look(self) -> None:
        moved = self.dispatcher.sweep_now()
        if not moved:
            return
        with self.store.reading() as session:
            rows = session.execute(
                select(Handoff.conversation_id, Handoff.state, Handoff.agent_id, Transfer.agent_id)
                .outerjoin(
                    Transfer,
                    (Transfer.handoff_id == Handoff.id) & (Transfer.state == TransferState.OFFERED),
                )
                .where(Handoff.conversation_id.in_(moved))
            ).all()
        given: list[tuple[Customer, HandoffState, int]] = []
        for conversation_id, state, agent_id, passed_to in rows:
            customer = self.customers[ConversationId(conversation_id)]
            given_to = agent_id if state is HandoffState.OFFERED else passed_to
            known = self.offered.get(customer.id)
            if known is not None and known != given_to:
                del self.offered[customer.id]
                self.books.leases["lapsed"] += 1
                known = None
            if given_to is not None and known is None:
                given.append((customer, state, given_to))
            if state is HandoffState.QUEUED or (
                state is HandoffState.OFFERED and customer.holder in self.cut
            ):
                self._returned(customer)
        fresh: list[Customer] = []
        for customer, state, given_to in given:
            self._ring(customer, given_to, passed=state is HandoffState.ACTIVE)
            if state is HandoffState.OFFERED and not (customer.called_back or customer.lost):
                fresh.append(customer)
        for customer in fresh:
            self._check_order(customer)

    def _returned(self, customer: Customer) -> None:
        """Back in the line: the agent was lost, or the promised call is due."""
        if customer.holder is not None:
            self.held[customer.holder].discard(customer.id)
            customer.holder, customer.lost = None, True
            self.books.events["lost by agents"] += 1
        self.waiting[customer.id] = customer

    def _check_order(self, chosen: Customer) -> None:
        for other in self.waiting.values():
            if (
                other.id not in self.offered
                and other.priority == chosen.priority
                and other.kind == chosen.kind
                and other.arrived < chosen.arrived
                and not self._declined(other)
            ):
                self.books.wrong["younger before older"] += 1

    def _declined(self, customer: Customer) -> bool:
        with self.store.reading() as session:
            statement = select(Handoff.declined_by).where(Handoff.conversation_id == customer.id)
            return bool(session.scalar(statement))

    def _ring(self, customer: Customer, agent_id: int, *, passed: bool) -> None:
        self.books.offers += 1
        self.offered[customer.id] = agent_id
        load = len(self.held[agent_id]) + sum(one == agent_id for one in self.offered.values())
        if load > self.plan.capacity:
            self.books.wrong["too many for an agent"] += 1
        if customer.holder is not None and not passed:
            self.books.wrong["given while held"] += 1
        answer = self.chance.random()
        if agent_id in self.cut or answer < self.plan.ignored:
            self._at(OFFER_SECONDS + 0.001, lambda: None)
        elif answer < self.plan.ignored + self.plan.declined:
            self._at(3.0, lambda: self._decline(customer, agent_id))
        elif self.plan.answer_seconds:
            seconds = min(self.chance.expovariate(1 / self.plan.answer_seconds), OFFER_SECONDS - 1)
            self._at(seconds, lambda: self._accept(customer, agent_id))
        else:
            self._accept(customer, agent_id)

    def _decline(self, customer: Customer, agent_id: int) -> None:
        if self.offered.get(customer.id) != agent_id or agent_id in self.cut:
            return
        with self.store.writing() as session:
            offers.decline(session, agent_id, customer.id, self.clock.now())
        del self.offered[customer.id]
        self.books.leases["declined"] += 1

    def _accept(self, customer: Customer, agent_id: int) -> None:
        if self.offered.get(customer.id) != agent_id or agent_id in self.cut:
            return
        with self.store.writing() as session:
            standing = offers.accept(session, agent_id, customer.id, self.clock.now())
        del self.offered[customer.id]
        self.books.leases["accepted"] += 1
        self.waiting.pop(customer.id, None)
        if customer.holder is not None:
            self.held[customer.holder].discard(customer.id)
            self.books.events["transfers"] += 1
        if any(customer.id in held for held in self.held.values()):
            self.books.wrong["held twice"] += 1
        customer.holder, customer.epoch = agent_id, standing.epoch
        self.held[agent_id].add(customer.id)
        is_first = customer.answered is None
        if customer.answered is None:
            customer.answered = self.now
        seconds = customer.takes if is_first else self.chance.expovariate(1 / self.plan.handle_seconds)
        customer.handled += seconds
        if self.chance.random() < self.plan.passed_on:
            self._at(seconds / 2, lambda: self._pass_on(customer, agent_id, standing.epoch))
        self._at(seconds, lambda: self._finish(customer, agent_id, standing.epoch))

    def _pass_on(self, customer: Customer, agent_id: int, epoch: int) -> None:
        if (customer.holder, customer.epoch) != (agent_id, epoch) or agent_id in self.cut:
            return
        if customer.id in self.offered:
            return
        with self.store.writing() as session:
            now = self.clock.now()
            if self.chance.random() < 0.3:
                transfers.requeue(session, agent_id, customer.id, "", now, epoch=epoch, skill="claims")
                self.held[agent_id].discard(customer.id)
                customer.holder, customer.lost = None, True
                self.waiting[customer.id] = customer
                self.books.events["given back to the queue"] += 1
                return
            transfers.ask(
                session, agent_id, customer.id, "", now,
                epoch=epoch, skill=self.chance.choice(SKILLS), presence_seconds=PRESENCE_SECONDS,
            )  # fmt: skip

    def _finish(self, customer: Customer, agent_id: int, epoch: int) -> None:
        if customer.holder != agent_id or customer.epoch != epoch or agent_id in self.cut:
            return
        with self.store.writing() as session:
            try:
                desk.resolve(session, agent_id, customer.id, "solved", "", self.clock.now(), epoch=epoch)
            except (Refused, ledger.StaleEpoch):
                self.books.wrong["holder refused"] += 1
                return
        if self.offered.pop(customer.id, None) is not None:
            self.books.leases["withdrawn"] += 1
        self.held[agent_id].discard(customer.id)
        customer.holder, customer.ended = None, True
        self._open -= 1

    def _switch(self, agent_id: int, available: bool) -> None:
        with self.store.writing() as session:
            presence.set_available(session, agent_id, available, self.clock.now())

    def _break(self, agent_id: int) -> None:
        self.books.events["breaks"] += 1
        self._switch(agent_id, False)

        def back() -> None:
            self._switch(agent_id, True)
            self._later(3600 / self.plan.breaks, lambda: self._break(agent_id))

        self._at(900.0, back)

    def _cut(self, agent_id: int) -> None:
        self.books.events["agents cut off"] += 1
        self.cut.add(agent_id)

        def back() -> None:
            self.cut.discard(agent_id)
            with self.store.writing() as session:
                presence.heartbeat(session, agent_id, self.clock.now())
            self._later(3600 / self.plan.cuts, lambda: self._cut(agent_id))

        self._at(1200.0, back)

    def _beat(self) -> None:
        with self.store.writing() as session:
            for agent_id in self.held:
                if agent_id not in self.cut:
                    presence.heartbeat(session, agent_id, self.clock.now())
        self._at(HEARTBEAT_SECONDS, self._beat)
