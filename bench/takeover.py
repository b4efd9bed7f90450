"""Takeover races: the bot finishes a turn in the very moment in which an agent takes the conversation over.

Ends with one line of JSON. `bot_after_takeover` counts bot messages that stand behind the change of
owner in the ledger: it must be 0. Both sides must have won some races, or nothing was raced.
"""

import argparse
import json
import os
import random
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from records import ledger, turns
from records.clock import SystemClock
from records.ledger import StaleEpoch
from records.models import Author, Base, ConversationId, Kind
from records.ownership import Event
from records.store import Store

WORKERS = 4
CLOCK = SystemClock()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one race ended."""

    bot_spoke: bool
    bot_after_takeover: int


def race(store: Store, jitter_seconds: float) -> Outcome:
    """Run one race; a negative `jitter_seconds` holds the bot back, a positive one the agent."""
    now = CLOCK.now()
    with store.writing() as session:
        conversation_id, _ = ledger.open_conversation(session, "race", now)
        _, standing, _ = ledger.append_from_customer(
            session, conversation_id, "first", {"text": "hello"}, now
        )
        turn = turns.take(session, standing, "bot", now, 60)
    assert turn is not None  # noqa: S101 - nobody else knows this conversation
    start = threading.Barrier(2)

    def bot() -> bool:
        start.wait()
        _spin(-jitter_seconds)
        try:
            with store.writing() as session:
                turns.finish(session, turn, [{"text": "one"}, {"text": "two"}], CLOCK.now())
        except StaleEpoch:
            return False
        return True

    def agent() -> None:
        start.wait()
        _spin(jitter_seconds)
        with store.writing() as session:
            standing = ledger.lock(session, conversation_id)
            for event in (Event.HAND_OVER, Event.OFFER, Event.ACCEPT):
                standing = ledger.change_owner(session, standing, event, CLOCK.now())

    taking = threading.Thread(target=agent)
    taking.start()
    spoke = bot()
    taking.join()
    return Outcome(spoke, _bot_after_takeover(store, conversation_id))


def _spin(seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


def _bot_after_takeover(store: Store, conversation_id: ConversationId) -> int:
    with store.reading() as session:
        entries = ledger.fetch_since(session, conversation_id, 0)
    taken = next(entry.seq for entry in entries if entry.kind is Kind.STATUS)
    return sum(entry.author is Author.BOT and entry.seq > taken for entry in entries)


def run(store: Store, races: int, seed: int = 7) -> dict[str, int | float]:
    """Run all races, a few at a time; returns the figures."""
    chance = random.Random(seed)  # noqa: S311 - only spreads the start
    jitters = [chance.uniform(-0.005, 0.002) for _ in range(races)]
    begun = time.monotonic()
    with ThreadPoolExecutor(WORKERS) as pool:
        outcomes = list(pool.map(lambda jitter: race(store, jitter), jitters))
    return {
        "races": races,
        "bot_after_takeover": sum(outcome.bot_after_takeover for outcome in outcomes),
        "bot_first": sum(outcome.bot_spoke for outcome in outcomes),
        "takeover_first": sum(not outcome.bot_spoke for outcome in outcomes),
        "seconds": round(time.monotonic() - begun, 1),
    }


def main() -> None:
    """Run from the command line; DATABASE_URL chooses another database than a fresh SQLite file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--races", type=int, default=500)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = Store(os.environ.get("DATABASE_URL") or f"sqlite:///{Path(folder) / 'races.db'}")
        Base.metadata.create_all(store.engine)
        print(f"{arguments.races} races on {store.engine.dialect.name}")
        print(json.dumps(run(store, arguments.races)))
        store.close()


if __name__ == "__main__":
    main()
