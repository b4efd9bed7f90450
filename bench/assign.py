"""Assignment races: agents, customers and dispatchers act on one queue in the very same moments.

Ends with one line of JSON. `double` counts conversations that two agents held at once or an agent who
held more than their capacity, `lost` those that ended with nobody while not over: both must be 0.
"""

import argparse
import json
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import TypedDict

from sqlalchemy import Select, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from handoff import absence, desk, offers, presence, queue, transfers
from handoff.capacity import BUSY
from handoff.reasons import Reason
from handoff.refusals import Refused
from records import ledger
from records.clock import SystemClock
from records.ledger import StaleEpoch
from records.models import (
    Agent,
    Base,
    Conversation,
    ConversationId,
    Handoff,
    HandoffState,
    Kind,
    Message,
    Owner,
    Role,
    Transfer,
    TransferState,
)
from records.ownership import TRANSITIONS, Event, ImpossibleChange
from records.store import Store

WORKERS = 8
AGENTS = 12
CAPACITY = 2
PRESENCE_SECONDS = 3600.0
CLOCK = SystemClock()

_TRANSFERS = 0.8
"""Beyond this draw an act is about a transfer."""
_HALF = 0.5
_STATES = {
    Owner.QUEUED: (HandoffState.QUEUED,),
    Owner.OFFERED: (HandoffState.OFFERED,),
    Owner.AGENT: (HandoffState.ACTIVE,),
    Owner.BOT: (HandoffState.DONE, HandoffState.ABANDONED),
}


class Figures(TypedDict):
    """What came of the races."""

    database: str
    races: int
    double: int
    lost: int
    done: dict[str, int]
    seconds: float


class Races:
    """Acts on one store, many at a time; what the others were faster at is counted as refused."""

    def __init__(self, store: Store) -> None:
        """Staff the floor of `store`."""
        self.store = store
        self.done: Counter[str] = Counter()
        self.too_many = 0
        with store.writing() as session:
            for number in range(AGENTS):
                session.add(
                    Agent(
                        login=f"a{number}", name=f"Agent {number}", role=Role.AGENT, skills=["inquiry"],
                        languages=["en"], province="Beijing", capacity=CAPACITY, password_hash="",
                        available=True, seen_at=CLOCK.now(), idle_since=CLOCK.now(),
                    )
                )  # fmt: skip

    def run(self, races: int, seed: int = 7) -> Figures:
        """Run so many acts; returns the figures."""
        chance = random.Random(seed)  # noqa: S311 - only spreads the acts
        acts = (
            (self.arrive, 20), (self.assign, 22), (self.accept, 24), (self.decline, 6), (self.lapse, 4),
            (self.disconnect, 5), (self.leave, 5), (self.finish, 8), (self.pass_on, 5), (self.settle, 1),
        )  # fmt: skip
        functions, weights = zip(*acts, strict=True)
        drawn = chance.choices(functions, weights, k=races)
        seeds = [chance.random() for _ in range(races)]
        begun = time.monotonic()
        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(self._try, drawn, seeds))
        double, lost = self.audit()
        return {
            "database": self.store.engine.dialect.name,
            "races": races,
            "double": double,
            "lost": lost,
            "done": dict(sorted(self.done.items())),
            "seconds": round(time.monotonic() - begun, 1),
        }

    def _try(self, act: Callable[[float], object], drawn: float) -> None:
        name = act.__name__
        try:
            did = act(drawn)
        except (Refused, StaleEpoch, ImpossibleChange):
            self.done[f"{name}: others were faster"] += 1
        except OperationalError:
            # A deadlock: the database undid it, nothing is wrong, but it should not come to that.
            self.done["undone by the database"] += 1
        else:
            self.done[name if did else f"{name}: nothing to do"] += 1

    def arrive(self, _drawn: float) -> object:
        """A customer is handed over."""
        with self.store.writing() as session:
            now = CLOCK.now()
            conversation_id, _ = ledger.open_conversation(session, "race", now)
            return queue.hand_over(session, ledger.lock(session, conversation_id), Reason.ASKED_FOR, now)

    def assign(self, _drawn: float) -> object:
        """A dispatcher makes offers; while it holds the agents, nobody may have too many."""
        with self.store.writing() as session:
            now = CLOCK.now()
            made = offers.assign(session, now, offer_seconds=60.0, presence_seconds=PRESENCE_SECONDS)
            self.too_many += _too_many(session) if made else 0
            return made

    def accept(self, drawn: float) -> object:
        """Somebody takes an offer, of a handoff or of a transfer; by then it may be gone."""
        found = self._some(HandoffState.OFFERED, drawn) if drawn < _TRANSFERS else self._passed(drawn)
        if found is None:
            return None
        with self.store.writing() as session:
            return offers.accept(session, found[1], found[0], CLOCK.now())

    def decline(self, drawn: float) -> object:
        """Somebody lets an offer go."""
        found = self._some(HandoffState.OFFERED, drawn) if drawn < _TRANSFERS else self._passed(drawn)
        if found is None:
            return None
        with self.store.writing() as session:
            return offers.decline(session, found[1], found[0], CLOCK.now())

    def lapse(self, _drawn: float) -> object:
        """Every offer's time is over."""
        with self.store.writing() as session:
            return offers.lapse_expired(session, CLOCK.now() + timedelta(seconds=120))

    def disconnect(self, drawn: float) -> object:
        """An agent's line is cut, and noticed; they come back at once."""
        agent_id = 1 + int(drawn * AGENTS)
        with self.store.writing() as session:
            presence.heartbeat(session, agent_id, CLOCK.now() - timedelta(seconds=2 * PRESENCE_SECONDS))
        with self.store.writing() as session:
            lost = absence.agent_lost(session, CLOCK.now(), presence_seconds=PRESENCE_SECONDS)
        with self.store.writing() as session:
            presence.heartbeat(session, agent_id, CLOCK.now())
        return lost

    def leave(self, drawn: float) -> object:
        """A customer leaves the queue."""
        found = self._some(HandoffState.OFFERED if drawn < _HALF else HandoffState.QUEUED, drawn)
        if found is None:
            return None
        with self.store.writing() as session:
            return queue.leave(session, found[0], CLOCK.now())

    def finish(self, drawn: float) -> object:
        """An agent ends a conversation."""
        found = self._some(HandoffState.ACTIVE, drawn)
        if found is None:
            return None
        epoch = self._epoch(found[0])
        with self.store.writing() as session:
            return desk.resolve(session, found[1], found[0], "solved", "", CLOCK.now(), epoch=epoch)

    def pass_on(self, drawn: float) -> object:
        """An agent passes a conversation on, to anybody else or back to the queue."""
        found = self._some(HandoffState.ACTIVE, drawn)
        if found is None:
            return None
        epoch, now = self._epoch(found[0]), CLOCK.now()
        with self.store.writing() as session:
            if drawn < _HALF:
                return transfers.requeue(session, found[1], found[0], "", now, epoch=epoch)
            return transfers.ask(
                session, found[1], found[0], "", now,
                epoch=epoch, skill="inquiry", presence_seconds=PRESENCE_SECONDS,
            )  # fmt: skip

    def settle(self, _drawn: float) -> object:
        """Every transfer's offer is over."""
        with self.store.writing() as session:
            now = CLOCK.now() + timedelta(seconds=120)
            return transfers.settle(session, now, presence_seconds=2 * PRESENCE_SECONDS)

    def audit(self) -> tuple[int, int]:
        """Compare ledger, handoffs and capacity; returns how many were given twice, and how many are lost."""
        with self.store.reading() as session:
            return self.too_many + _too_many(session) + _held_twice(session), _lost(session)

    def _some(self, state: HandoffState, drawn: float) -> tuple[ConversationId, int] | None:
        found = select(Handoff.conversation_id, Handoff.agent_id).where(Handoff.state == state)
        return self._pick(found.limit(30), drawn)

    def _passed(self, drawn: float) -> tuple[ConversationId, int] | None:
        return self._pick(
            select(Handoff.conversation_id, Transfer.agent_id)
            .join(Transfer, Transfer.handoff_id == Handoff.id)
            .where(Transfer.state == TransferState.OFFERED)
            .limit(30),
            drawn,
        )

    def _pick(self, statement: Select[str, int | None], drawn: float) -> tuple[ConversationId, int] | None:
        with self.store.reading() as session:
            rows = session.execute(statement).all()
        if not rows:
            return None
        conversation_id, agent_id = rows[int(drawn * 1000) % len(rows)]
        return ConversationId(conversation_id), agent_id or 0

    def _epoch(self, conversation_id: ConversationId) -> int:
        with self.store.reading() as session:
            return session.get_one(Conversation, conversation_id).epoch


def _too_many(session: Session) -> int:
    """Agents who are given more than they can hold, transfers offered to them included."""
    load = Counter(session.scalars(select(Handoff.agent_id).where(Handoff.state.in_(BUSY))))
    load.update(session.scalars(select(Transfer.agent_id).where(Transfer.state == TransferState.OFFERED)))
    return sum(number > CAPACITY for number in load.values())


def _held_twice(session: Session) -> int:
    """Conversations that the ledger shows accepted while somebody held them, or offered while offered."""
    entries = session.execute(
        select(Message.conversation_id, Message.body)
        .where(Message.kind == Kind.STATUS)
        .order_by(Message.conversation_id, Message.seq)
    )
    owners: dict[str, str] = {}
    twice = 0
    for conversation_id, body in entries:
        before = owners.get(conversation_id, Owner.BOT.value)
        twice += (Owner(before), Event(body["event"])) not in TRANSITIONS
        owners[conversation_id] = body["owner"]
    return twice


def _lost(session: Session) -> int:
    """Conversations whose owner and whose handoff do not say the same: nobody would come for them."""
    rows = session.execute(select(Handoff.conversation_id, Handoff.state).order_by(Handoff.id)).all()
    latest = {conversation_id: state for conversation_id, state in rows}
    owners = session.execute(select(Conversation.id, Conversation.owner)).all()
    return sum(latest[conversation_id] not in _STATES[owner] for conversation_id, owner in owners)


def main() -> None:
    """Run from the command line; DATABASE_URL chooses another database than a fresh SQLite file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--races", type=int, default=600)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = Store(os.environ.get("DATABASE_URL") or f"sqlite:///{Path(folder) / 'races.db'}")
        Base.metadata.create_all(store.engine)
        print(f"{arguments.races} races on {store.engine.dialect.name}")
        print(json.dumps(Races(store).run(arguments.races)))
        store.close()


if __name__ == "__main__":
    main()
