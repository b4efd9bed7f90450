"""What is done by the clock: each job in its rhythm, by one process at a time, whoever dies."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from actions import schedule
from actions.claims import casefile
from actions.schedule import Job, run_due
from actions.visits import invitations, links
from records import secrets
from records.clock import ManualClock, today
from records.models import Claim, OutgoingMessage, Reminder, ReturnVisit, Schedule
from records.settings import Settings
from records.store import Store


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        schedule, "settings", lambda: Settings(data=tmp_path, public_url="https://centre.example/")
    )
    monkeypatch.setenv("SESSION_KEY", "key of the tests")


def counted(monkeypatch: pytest.MonkeyPatch, every: timedelta = timedelta(minutes=15)) -> list[str]:
    runs: list[str] = []

    def run(_store: Store, _clock: ManualClock, worker: str) -> int:
        runs.append(worker)
        return 1

    monkeypatch.setattr(schedule, "JOBS", (Job("counted", every, run),))  # type: ignore[arg-type]
    return runs


def test_a_job_runs_in_its_rhythm(
    any_store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = counted(monkeypatch)
    assert run_due(any_store, clock, "one") == {"counted": 1}
    assert run_due(any_store, clock, "two") == {}
    clock.advance(minutes=14)
    assert run_due(any_store, clock, "two") == {}
    clock.advance(minutes=1)
    assert run_due(any_store, clock, "two") == {"counted": 1}
    assert runs == ["one", "two"]


def test_a_job_that_somebody_is_at_is_left_to_them_until_their_lease_runs_out(
    any_store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = counted(monkeypatch)
    with any_store.writing() as session:
        session.add(Schedule(name="counted", lease_holder="dead", lease_until=clock.now() + schedule.LEASE))
    assert run_due(any_store, clock, "living") == {}
    clock.advance(minutes=5)
    assert run_due(any_store, clock, "living") == {"counted": 1}
    assert runs == ["living"]


def test_a_job_that_fails_is_tried_again_later(
    store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_store: Store, _clock: object, _worker: str) -> int:
        raise RuntimeError("no disk")

    monkeypatch.setattr(schedule, "JOBS", (Job("broken", timedelta(minutes=1), broken),))
    with pytest.raises(RuntimeError):
        run_due(store, clock)
    runs = counted(monkeypatch)
    monkeypatch.setattr(schedule, "JOBS", (Job("broken", timedelta(minutes=1), schedule.JOBS[0].run),))
    assert run_due(store, clock) == {}
    clock.advance(minutes=6)
    assert run_due(store, clock) == {"broken": 1} and len(runs) == 1


def test_one_run_does_everything_that_is_due_and_the_next_one_nothing(
    store: Store, clock: ManualClock
) -> None:
    with store.writing() as session:
        claim = session.scalars(select(Claim).where(Claim.number == "CL20260007")).one()
        casefile.take_paper(
            session, claim, "pathology report", (), clock.now() - timedelta(days=9), actor="agent:amy"
        )
    done = run_due(store, clock)
    assert set(done) == {job.name for job in schedule.JOBS}
    assert done["breaches"] == 1 and done["sending"] > 0
    with store.reading() as session:
        count = session.scalar(select(func.count()).select_from(OutgoingMessage))
    clock.advance(hours=1)
    again = run_due(store, clock)
    assert not any(again.values())
    with store.reading() as session:
        assert session.scalar(select(func.count()).select_from(OutgoingMessage)) == count
        assert len(session.scalars(select(Reminder.id)).all()) >= done["sending"]


def invitation_of(store: Store) -> list[OutgoingMessage]:
    with store.reading() as session:
        statement = select(OutgoingMessage).where(OutgoingMessage.purpose == "return_visit")
        return list(session.scalars(statement.order_by(OutgoingMessage.id)))


def invite(store: Store, clock: ManualClock) -> None:
    """Plan the visits, and send the invitations that are due."""
    run_due(store, clock)
    with store.writing() as session:
        key = secrets.get("SESSION_KEY").encode()
        invitations.send(session, today(clock), clock.now(), key, "https://centre.example")


def test_the_link_of_an_invitation_opens_its_visit(store: Store, clock: ManualClock) -> None:
    invite(store, clock)
    (message,) = invitation_of(store)
    assert message.secret and "https://centre.example/?visit=" in message.text
    token = message.text.partition("?visit=")[2].split()[0]
    with store.reading() as session:
        visit = session.scalars(select(ReturnVisit)).one()
    assert links.read(token, secrets.get("SESSION_KEY").encode(), clock.now()) == visit.id


def test_an_invitation_comes_again_near_the_end_and_never_at_night(store: Store, clock: ManualClock) -> None:
    clock.advance(hours=10)
    invite(store, clock)
    assert invitation_of(store) == []
    clock.advance(hours=12)
    invite(store, clock)
    assert len(invitation_of(store)) == 1
    clock.advance(days=4)
    invite(store, clock)
    assert len(invitation_of(store)) == 1
    clock.advance(days=2)
    invite(store, clock)
    assert len(invitation_of(store)) == 2
    clock.advance(days=1)
    invite(store, clock)
    assert len(invitation_of(store)) == 2
