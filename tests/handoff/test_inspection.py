"""The inspection: every conversation that moved is looked at; what is found is kept once, with its line."""

from datetime import timedelta

from sqlalchemy import select

from actions.schedule import run_due
from handoff import desk, inspection
from records.clock import ManualClock
from records.models import QualityFinding, Schedule
from records.store import Store
from tests.handoff import past
from tests.handoff.conftest import AMY, Floor


def test_an_agents_line_is_found_once_and_shown_with_its_words(any_store: Store, clock: ManualClock) -> None:
    floor = Floor(any_store, clock)
    staff = floor.staff(AMY)
    standing = floor.held(staff["amy"])
    clock.advance(seconds=90)
    with any_store.writing() as session:
        desk.reply(
            session, staff["amy"], standing.id, "k", "Do not be stupid", clock.now(), epoch=standing.epoch
        )
    since = clock.now() - timedelta(hours=1)
    assert inspection.run(any_store, clock, "one") == 2
    assert inspection.run(any_store, clock, "one") == 0
    with any_store.reading() as session:
        found = inspection.read(session, since)
        assert session.scalars(select(QualityFinding.agent_id).distinct()).all() == [staff["amy"]]
    assert found.conversations == 1
    assert {title for title, count in found.counts if count} == {
        "The agent’s first reply was late",
        "Rude words of an agent",
    }
    assert {(one.agent, one.words) for one in found.newest} == {("Amy Gao", "Do not be stupid")}
    assert {one.why for one in found.newest} == {
        "The agent’s first words came 1 min 30 s after joining.",
        "The agent wrote “stupid”.",
    }


def test_the_schedule_looks_again_at_what_moved_lately(store: Store, clock: ManualClock) -> None:
    floor = Floor(store, clock)
    silent = floor.talk("Is anybody there?")
    job = (inspection.JOB,)
    run_due(store, clock, more=job)
    with store.reading() as session:
        assert session.scalars(select(QualityFinding)).all() == []
    clock.advance(minutes=2)
    # Nothing moved, and the silence is old enough now.
    assert run_due(store, clock, more=job)["quality"] == 1
    with store.reading() as session:
        (finding,) = session.scalars(select(QualityFinding))
        assert (finding.conversation_id, finding.rule, finding.seq) == (silent, "assistant_silent", 1)
        assert finding.agent_id is None


def test_what_has_long_been_still_is_not_read_again(store: Store, clock: ManualClock) -> None:
    floor = Floor(store, clock)
    floor.talk("Is anybody there?")
    clock.advance(hours=3)
    with store.writing() as session:
        session.add(Schedule(name=inspection.JOB_NAME, done_at=clock.now()))
    assert inspection.run(store, clock, "one") == 0


def test_looking_holds_up_nobody_who_writes(store: Store, clock: ManualClock) -> None:
    Floor(store, clock).talk("Hello")
    with store.writing():
        assert inspection.run(store, clock, "one") == 0


def test_what_another_worker_found_meanwhile_is_kept_once(store: Store, clock: ManualClock) -> None:
    silent = Floor(store, clock).talk("Is anybody there?")
    clock.advance(minutes=2)
    with store.reading() as session:
        (found,) = inspection.look(session, silent, clock.now())
    assert inspection.run(store, clock, "other") == 1
    with store.writing() as session:
        assert inspection.keep(session, [found]) == 0


def test_a_call_that_fell_due_brings_its_conversation_back(store: Store, clock: ManualClock) -> None:
    floor = Floor(store, clock)
    conversation = floor.talk("Call me")
    due = clock.now() + timedelta(hours=4)
    with store.writing() as session:
        past.handoff(session, clock.now(), conversation_id=conversation, due_at=due)
        session.add(Schedule(name=inspection.JOB_NAME, done_at=due))
    clock.advance(hours=4, minutes=20)
    assert inspection.run(store, clock, "one") == 2  # the call, and the words nobody answered
    with store.reading() as session:
        rules = set(session.scalars(select(QualityFinding.rule)))
    assert rules == {"call_not_made", "assistant_silent"}
