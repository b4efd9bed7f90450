"""The tracker store: whole, bounded in cost, and loud."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from bot.engine.events import UnknownEvent, read_events
from bot.engine.stores.tracker import TURNS, WINDOW, TurnTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    LoopInterrupted,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from tests import postgres

DOMAIN = Domain.from_yaml(
    """
version: "3.1"
intents: [greet, change]
actions: [service_form]
forms: {service_form: {required_slots: []}}
slots:
  language: {type: any, initial_value: en, influence_conversation: false, mappings: [{type: custom}]}
  pace: {type: any, influence_conversation: false, mappings: [{type: custom}]}
"""
)


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    """Return the URL of a PostgreSQL server of this module's own."""
    with postgres.running() as url:
        yield url.replace("+psycopg:", "+psycopg2:")


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TurnTrackerStore]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'engine.db'}"
    else:
        url = request.getfixturevalue("postgresql")
    store = TurnTrackerStore(DOMAIN, url)
    yield store
    TURNS.drop(store.engine, checkfirst=True)
    store.engine.dispose()


def turn_events(number: int) -> list[Event]:
    said = UserUttered(f"message {number}", {"name": "change", "confidence": 0.9}, message_id=f"c:{number}")
    events: list[Event] = [said]
    if number % 7 == 3:
        events += [ActionExecuted("service_form"), ActiveLoop("service_form")]
    elif number % 7 == 5:
        events += [ActionExecuted("service_form"), ActiveLoop(None)]
    elif number % 7 == 4:
        events += [LoopInterrupted(True), ActionExecuted("service_form")]
    else:
        events.append(ActionExecuted("action_fallback"))
    if number % 4 == 1:
        events.append(SlotSet("pace", f"slow {number}"))
    if number == 9:
        events.append(SlotSet("language", "zh"))
    if number == 30:
        events.append(SlotSet("pace", None))
    return [*events, BotUttered(f"answer {number}"), ActionExecuted("action_listen")]


async def take_turn(store: TurnTrackerStore, conversation: str, events: list[Event]) -> DialogueStateTracker:
    tracker = await store.get_or_create_tracker(conversation, append_action_listen=False)
    for event in events:
        tracker.update(event)
    await store.save(tracker)
    return tracker


def state(tracker: DialogueStateTracker) -> tuple[Any, ...]:
    loop = tracker.active_loop
    return (
        tracker.current_slot_values(),
        tracker.active_loop_name,
        loop and (loop.is_interrupted, loop.rejected),
        tracker.latest_action_name,
        tracker.latest_message.text,
        tracker.is_paused(),
    )


async def test_the_window_comes_to_the_same_state_as_the_whole_history(store: TurnTrackerStore) -> None:
    opening: list[Event] = [
        ActionExecuted("action_session_start"),
        SessionStarted(),
        ActionExecuted("action_listen"),
    ]
    await take_turn(store, "c", opening)
    for number in range(40):
        await take_turn(store, "c", turn_events(number))
        window, whole = await store.retrieve("c"), await store.retrieve_full_tracker("c")
        assert window is not None
        assert whole is not None
        assert state(window) == state(whole), f"after turn {number}"


async def test_a_turn_reads_no_more_rows_in_a_long_conversation(store: TurnTrackerStore) -> None:
    for number in range(100):
        await take_turn(store, "c", turn_events(number))
    rows = 0
    fresh = TurnTrackerStore(DOMAIN, store.engine.url.render_as_string(hide_password=False))
    select = fresh._select

    def counting(query: sa.sql.Select, conversation: str) -> list[Any]:
        nonlocal rows
        found = select(query, conversation)
        rows += len(found)
        return found

    fresh._select = counting  # type: ignore[method-assign]
    tracker = await take_turn(fresh, "c", turn_events(100))
    assert rows == WINDOW
    assert len(tracker.events) < (WINDOW + 1) * 8
    tracker = await take_turn(fresh, "c", turn_events(101))
    assert rows in (WINDOW, 2 * WINDOW)  # remembered, or read as before
    assert len(tracker.events) < (WINDOW + 1) * 8
    fresh.engine.dispose()


async def test_what_is_remembered_is_what_would_be_read(store: TurnTrackerStore) -> None:
    for number in range(40):
        await take_turn(store, "c", turn_events(number))
        fresh = TurnTrackerStore(DOMAIN, store.engine.url.render_as_string(hide_password=False))
        known, read = await store.retrieve("c"), await fresh.retrieve("c")
        assert known is not None
        assert read is not None
        assert state(known) == state(read), f"after turn {number}"
        assert [event.as_dict() for event in known.events] == [event.as_dict() for event in read.events]
        await store.save(known)  # nothing new: nothing is written
        fresh.engine.dispose()


async def test_a_turn_that_fails_leaves_nothing_behind(store: TurnTrackerStore) -> None:
    await take_turn(store, "c", turn_events(0))
    broken = await store.get_or_create_tracker("c", append_action_listen=False)
    broken.update(UserUttered("half a turn", {"name": "greet"}))
    again = await store.retrieve("c")
    assert again is not None
    assert again.latest_message.text == "message 0"


async def test_a_turn_writes_one_row_and_the_log_stays_complete(store: TurnTrackerStore) -> None:
    for number in range(12):
        await take_turn(store, "c", turn_events(number))
    with store.engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(TURNS)).scalar() == 12
    whole = await store.retrieve_full_tracker("c")
    assert whole is not None
    said = [event.text for event in whole.events if isinstance(event, UserUttered)]
    assert said == [f"message {number}" for number in range(12)]


async def test_saving_twice_without_news_writes_nothing(store: TurnTrackerStore) -> None:
    tracker = await take_turn(store, "c", turn_events(0))
    await store.save(tracker)
    with store.engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(TURNS)).scalar() == 1


async def test_conversations_do_not_see_one_another(store: TurnTrackerStore) -> None:
    await take_turn(store, "a", turn_events(9))
    other = await take_turn(store, "b", turn_events(0))
    assert other.get_slot("language") == "en"
    assert sorted(await store.keys()) == ["a", "b"]


async def test_an_unknown_conversation_is_none(store: TurnTrackerStore) -> None:
    assert await store.retrieve("nobody") is None


async def test_two_savers_of_one_turn_are_not_both_believed(store: TurnTrackerStore) -> None:
    await take_turn(store, "c", turn_events(0))
    first, second = await store.retrieve("c"), await store.retrieve("c")
    assert first is not None
    assert second is not None
    for tracker in (first, second):
        tracker.update(UserUttered("again", {"name": "greet"}))
    await store.save(first)
    with pytest.raises(sa.exc.IntegrityError):
        await store.save(second)


async def test_a_database_that_fails_is_heard_of(store: TurnTrackerStore) -> None:
    tracker = await take_turn(store, "c", turn_events(0))
    TURNS.drop(store.engine)
    tracker.update(UserUttered("lost?", {"name": "greet"}))
    with pytest.raises(sa.exc.DBAPIError):
        await store.save(tracker)
    with pytest.raises(sa.exc.DBAPIError):
        await store.retrieve("c")


def test_a_database_that_cannot_be_opened_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(sa.exc.OperationalError):
        TurnTrackerStore(DOMAIN, f"sqlite:///{tmp_path / 'missing' / 'engine.db'}")


def test_an_unknown_event_is_an_error_not_a_hole() -> None:
    with pytest.raises(UnknownEvent, match="telepathy"):
        read_events([{"event": "telepathy"}])
