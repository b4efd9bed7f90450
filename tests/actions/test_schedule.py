"""What is done by the clock: each job in its rhythm, by one process at a time, whoever dies."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from actions import schedule
from actions.claims import casefile
from actions.dialogue import Dialogue
from actions.schedule import Job, run_due
from actions.visits import links
from records import secrets
from records.clock import ManualClock, today
from records.models import (
    Claim,
    CustomerProfile,
    OutgoingMessage,
    Policy,
    PolicyState,
    Reminder,
    ReturnVisit,
    Schedule,
    ServiceTransaction,
    Way,
)
from records.settings import Settings
from records.store import Store
from tests.actions.money import Counter


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


def test_the_link_of_an_invitation_opens_its_visit(store: Store, clock: ManualClock) -> None:
    run_due(store, clock)
    (message,) = invitation_of(store)
    assert message.secret and "https://centre.example/?visit=" in message.text
    token = message.text.partition("?visit=")[2].split()[0]
    with store.reading() as session:
        visit = session.scalars(select(ReturnVisit)).one()
    assert links.read(token, secrets.get("SESSION_KEY").encode(), clock.now()) == visit.id


def test_an_invitation_comes_again_near_the_end_and_never_at_night(store: Store, clock: ManualClock) -> None:
    clock.advance(hours=10)
    run_due(store, clock)
    assert invitation_of(store) == []
    clock.advance(hours=12)
    run_due(store, clock)
    assert len(invitation_of(store)) == 1
    clock.advance(days=4)
    run_due(store, clock)
    assert len(invitation_of(store)) == 1
    clock.advance(days=2)
    run_due(store, clock)
    assert len(invitation_of(store)) == 2
    clock.advance(days=1)
    run_due(store, clock)
    assert len(invitation_of(store)) == 2


# Changes that waited for their day


def quarterly(counter: Counter) -> ServiceTransaction:
    """Li Wei wants to pay by the quarter, from the policy's anniversary on."""
    person = counter.verified("Li Wei")
    person.say("I want to pay quarterly", "change_premium_frequency")
    while person.custom.get("expects"):
        person.say({"policy": "880000100101", "frequency": "quarterly"}.get(person.custom["expects"], "yes"))
    with counter.store.reading() as session:
        return session.scalars(select(ServiceTransaction)).one()


def change_news(store: Store) -> list[OutgoingMessage]:
    with store.reading() as session:
        statement = select(OutgoingMessage).where(OutgoingMessage.purpose == "request_news")
        return list(session.scalars(statement))


def until(clock: ManualClock, day: date | None) -> None:
    assert day is not None
    clock.advance(days=(day - today(clock)).days)


def test_a_change_that_waited_for_its_day_is_carried_out_and_told_once(
    store: Store, clock: ManualClock, dialogue: Dialogue
) -> None:
    row = quarterly(Counter(store, clock, dialogue))
    assert row.state == "pending" and row.effective_on is not None
    until(clock, row.effective_on - timedelta(days=1))
    assert run_due(store, clock)["changes"] == 0
    clock.advance(days=1)
    assert run_due(store, clock)["changes"] == 1
    with store.reading() as session:
        policy = session.scalars(select(Policy).where(Policy.number == "880000100101")).unique().one()
        assert session.get_one(ServiceTransaction, row.id).state == "applied"
    assert policy.frequency == "quarterly"
    (message,) = change_news(store)
    assert row.receipt in message.text and "was carried out today" in message.text
    assert message.recipient == "+12025550101"
    clock.advance(hours=1)
    assert run_due(store, clock)["changes"] == 0 and len(change_news(store)) == 1


def test_one_that_cannot_be_carried_out_any_more_goes_to_a_person_and_that_is_told(
    store: Store, clock: ManualClock, dialogue: Dialogue
) -> None:
    row = quarterly(Counter(store, clock, dialogue))
    with store.writing() as session:
        session.get_one(Policy, row.policy_id).state = PolicyState.LAPSED
    until(clock, row.effective_on)
    assert run_due(store, clock)["changes"] == 1
    with store.reading() as session:
        assert session.get_one(ServiceTransaction, row.id).state == "waiting_for_agent"
    (message,) = change_news(store)
    assert "could not be carried out by itself" in message.text


def test_news_of_the_night_are_sent_in_the_morning_by_the_way_that_was_chosen(
    store: Store, clock: ManualClock, dialogue: Dialogue
) -> None:
    row = quarterly(Counter(store, clock, dialogue))
    with store.writing() as session:
        session.add(CustomerProfile(customer_id=row.customer_id, notices="email"))
    until(clock, row.effective_on)
    clock.advance(hours=-11)  # one in the morning
    run_due(store, clock)
    (message,) = change_news(store)
    assert (message.way, message.recipient) == (Way.EMAIL, "li.wei@example.com")
    assert message.due_at == clock.now() + timedelta(hours=7)


def test_the_demonstrations_debits_run_only_there(
    store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    clock.advance(days=3)
    assert run_due(store, clock)["debits"] == 0
    monkeypatch.setattr(schedule, "settings", lambda: Settings(data=tmp_path, demo=True))
    clock.advance(hours=1)
    assert run_due(store, clock)["debits"] == 1
