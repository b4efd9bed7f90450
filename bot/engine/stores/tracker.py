"""Keeps conversations as turns: one row a turn, appended, with the slots and loop as they stood before it.

Never reads more than the last few turns: the oldest row read carries the state everything before it came to,
so a turn costs the same in a conversation of five turns and of five thousand. Never falls back to
memory: what it remembers (on SQLite, trackers of running conversations) was stored before.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import orjson
import sqlalchemy as sa
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    ConversationPaused,
    Event,
    LoopInterrupted,
    SlotSet,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine.events import read_events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rasa.core.brokers.broker import EventBroker
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.slots import Slot

WINDOW = 3
"""Turns that are read back: policies look at one; an interrupted loop reaches back to the one before it."""

REMEMBERED = 500
"""Conversations whose tracker is kept in memory."""

METADATA = sa.MetaData()
TURNS = sa.Table(
    "engine_turns",
    METADATA,
    sa.Column("conversation", sa.String(255), primary_key=True),
    sa.Column("turn", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("before", sa.Text, nullable=False),
    sa.Column("events", sa.Text, nullable=False),
)

_INSERT = TURNS.insert()
_LAST = (
    sa.select(TURNS.c.turn, TURNS.c.before, TURNS.c.events)
    .where(TURNS.c.conversation == sa.bindparam("conversation"))
    .order_by(TURNS.c.turn.desc())
    .limit(WINDOW)
)
_ALL = (
    sa.select(TURNS.c.turn, TURNS.c.before, TURNS.c.events)
    .where(TURNS.c.conversation == sa.bindparam("conversation"))
    .order_by(TURNS.c.turn)
)
_HIGHEST = sa.select(sa.func.max(TURNS.c.turn)).where(TURNS.c.conversation == sa.bindparam("conversation"))


class StoredTracker(DialogueStateTracker):
    """A tracker that knows which of its events are in the store already."""

    turn: int = 0
    """Number of the last stored turn."""

    stored: int = 0
    """How many of the tracker's events came out of the store (or stand for what did)."""

    before: str = "{}"
    """Slots and loop as they stood after the last stored turn."""

    applied: tuple[int, list[Event]] | None = None
    """Which events hold, and how many there were when that was found out."""

    turns: list[tuple[str, list[Event]]]
    """The stored turns that are at hand: what `before` was then, and their events."""

    @classmethod
    def new(cls, sender_id: str, slots: Iterable[Slot]) -> StoredTracker:
        """Return an empty tracker."""
        tracker = cls(sender_id, slots)
        tracker.turns = []
        return tracker

    def lay_out(self) -> None:
        """Take the events of these turns, behind what stands for all before them, and replay them.

        So a tracker that is remembered and one that is read are the same.
        """
        kept: list[Event] = []
        if self.turns and self.turn > len(self.turns):
            before, first = self.turns[0]
            kept += _events_for(orjson.loads(before), first[0].timestamp)
        for _, events in self.turns:
            kept += events
        self.events = deque(kept)
        self.stored = len(kept)
        self.applied = None
        self.replay_events()

    def applied_events(self) -> list[Event]:
        """Return the events that hold; found out once for as long as none is added.

        Rasa asks for them three times a turn, and walks through all of them each time.
        """
        if self.applied is None or self.applied[0] != len(self.events):
            self.applied = len(self.events), super().applied_events()
        return self.applied[1].copy()


class TurnTrackerStore(TrackerStore):
    """The tracker store of endpoints.yml. SQLite (WAL) or PostgreSQL, by URL."""

    def __init__(
        self,
        domain: Domain | None = None,
        host: str | None = None,
        event_broker: EventBroker | None = None,
        **kwargs: Any,
    ) -> None:
        """Connect and make the table where it is missing.

        Args:
            domain: set again by the agent when the model is loaded.
            host: the database's SQLAlchemy URL; Rasa passes the `url` of endpoints.yml under this name.
            event_broker: gets every new event, if there is one.
            kwargs: further options of Rasa's base class.
        """
        super().__init__(domain, event_broker, **kwargs)
        if not host:
            raise ValueError("the tracker store needs a database URL (ENGINE_DATABASE_URL)")
        self.engine = _connect(host)
        self._blocks = self.engine.dialect.name != "sqlite"
        self._recent: OrderedDict[str, tuple[Domain, StoredTracker]] = OrderedDict()
        METADATA.create_all(self.engine)
        # SQLite's one connection is held: taking it and giving it back costs more than the row does.
        self._held = None if self._blocks else self.engine.connect()

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return the conversation's state with its last few turns.

        What is remembered is handed out once: a turn that fails leaves nothing behind, the next one reads.
        """
        domain, known = self._recent.pop(sender_id, (None, None))
        if known is not None and domain is self.domain:
            return known
        rows = await self._run(self._select, _LAST, sender_id)
        return self._tracker(sender_id, rows[::-1])

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """Return the conversation with all its turns, from the first."""
        return self._tracker(conversation_id, await self._run(self._select, _ALL, conversation_id))

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append what is new as one turn.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: it could not be stored; among others when another process
                stored this conversation's turn in the meantime.
        """
        known = isinstance(tracker, StoredTracker)
        new = list(tracker.events)[tracker.stored if known else 0 :]
        if not new:
            return
        row = {
            "conversation": tracker.sender_id,
            "at": new[-1].timestamp,
            "before": tracker.before if known else "{}",
            "events": _dump([event.as_dict() for event in new]),
        }
        self._recent.pop(tracker.sender_id, None)  # whatever fails below, the next turn reads
        turn = await self._run(self._append, row, tracker.turn + 1 if known else None)
        if known:
            tracker.turns.append((tracker.before, new))
            tracker.turn, tracker.before = turn, _state_of(tracker)
            del tracker.turns[:-WINDOW]
            tracker.lay_out()
            self._remember(tracker)
        if self.event_broker is not None:
            await self._stream_new_events(self.event_broker, new, tracker.sender_id)

    async def keys(self) -> Iterable[str]:
        """Return the ids of all conversations."""
        return await self._run(self._conversations)

    def init_tracker(self, sender_id: str) -> DialogueStateTracker:
        """Return an empty tracker of the conversation."""
        return StoredTracker.new(sender_id, self.domain.slots)

    def _remember(self, tracker: StoredTracker) -> None:
        # A database server may have other engines beside this one, and their turns would be missed.
        if self._blocks:
            return
        self._recent[tracker.sender_id] = (self.domain, tracker)
        if len(self._recent) > REMEMBERED:
            self._recent.popitem(last=False)

    async def _run(self, work: Callable[..., Any], *given: Any) -> Any:
        """Do database work: SQLite's is done sooner than a thread is woken, a server's may take its time."""
        return await asyncio.to_thread(work, *given) if self._blocks else work(*given)

    @contextmanager
    def _transaction(self) -> Iterator[sa.engine.Connection]:
        if self._held is None:
            with self.engine.begin() as connection:
                yield connection
        else:
            with self._held.begin():
                yield self._held

    def _select(self, query: sa.sql.Select, conversation: str) -> list[Any]:
        with self._transaction() as connection:
            return connection.execute(query, {"conversation": conversation}).fetchall()

    def _append(self, row: dict[str, Any], turn: int | None) -> int:
        with self._transaction() as connection:
            if turn is None:
                turn = (connection.execute(_HIGHEST, {"conversation": row["conversation"]}).scalar() or 0) + 1
            connection.execute(_INSERT, {**row, "turn": turn})
        return turn

    def _conversations(self) -> list[str]:
        with self.engine.connect() as connection:
            return [row[0] for row in connection.execute(sa.select(TURNS.c.conversation).distinct())]

    def _tracker(self, conversation: str, rows: list[Any]) -> DialogueStateTracker | None:
        """Rebuild a tracker from turns that follow one another."""
        if not rows:
            return None
        tracker = StoredTracker.new(conversation, self.domain.slots)
        tracker.turns = [(row.before, read_events(orjson.loads(row.events))) for row in rows]
        tracker.turn = rows[-1].turn
        tracker.lay_out()
        tracker.before = _state_of(tracker)
        return tracker


def _connect(url: str) -> sa.engine.Engine:
    if sa.engine.make_url(url).get_backend_name() == "sqlite":
        # One connection, kept open: SQLAlchemy 1.4 would open the file anew for every statement. The event
        # loop is the only thread that uses it.
        engine = sa.create_engine(url, future=True, poolclass=sa.pool.StaticPool)

        @sa.event.listens_for(engine, "connect")
        def set_up(connection: Any, _: Any) -> None:
            # NORMAL survives a crash of the process; only a power cut may take the last turns, and the
            # records, not this memory, hold what matters.
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000"):
                connection.execute(f"PRAGMA {pragma}")

        return engine
    return sa.create_engine(url, future=True, pool_pre_ping=True)


def _dump(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY).decode()


def _state_of(tracker: DialogueStateTracker) -> str:
    """Return what cannot be seen from a few turns: slots that differ from their start, loop, pause."""
    state: dict[str, Any] = {
        "slots": {name: slot.value for name, slot in tracker.slots.items() if _moved(slot)}
    }
    loop = tracker.active_loop
    if loop is not None and loop.name:
        state["loop"] = {"name": loop.name, "interrupted": loop.is_interrupted, "rejected": loop.rejected}
    if tracker.is_paused():
        state["paused"] = True
    return _dump(state)


def _moved(slot: Slot) -> bool:
    return bool(slot.value != slot.initial_value)


def _events_for(state: dict[str, Any], timestamp: float) -> list[Event]:
    """Return events that bring an empty tracker to the state."""
    events: list[Event] = [SlotSet(name, value, timestamp) for name, value in state.get("slots", {}).items()]
    loop = state.get("loop")
    if loop:
        events.append(ActiveLoop(loop["name"], timestamp))
    # Every turn starts out of listening; without this the window would look like a conversation's start.
    events.append(ActionExecuted(ACTION_LISTEN_NAME, timestamp=timestamp))
    if loop and loop["interrupted"]:
        events.append(LoopInterrupted(True, timestamp))
    if loop and loop["rejected"]:
        events.append(ActionExecutionRejected(loop["name"], timestamp=timestamp))
    if state.get("paused"):
        events.append(ConversationPaused(timestamp))
    return events
