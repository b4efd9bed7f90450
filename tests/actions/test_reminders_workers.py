"""Risk reminders are sent once, whatever befalls the workers that send them."""

import threading
from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.reminders import choices, planning, sending
from actions.reminders.rules import BY_KIND
from records import outbox
from records.clock import ManualClock, today
from records.demo import told
from records.models import Reminder, Way
from records.store import Store
from tests.actions.reminders import CHEN, outgoing, plan, states


@pytest.fixture
def planned(any_store: Store, clock: ManualClock) -> Iterator[Store]:
    with any_store.writing() as session:
        told.add(session, today(clock))
        asleep = BY_KIND["policy_asleep"]
        choices.choose(session, CHEN, asleep, wanted=True, now=clock.now(), actor="customer:C1004")
    plan(any_store, clock)
    yield any_store


def count_planned(store: Store) -> int:
    return sum(state == planning.PLANNED for state in states(store).values())


def test_two_workers_send_each_reminder_once(planned: Store, clock: ManualClock) -> None:
    expected = count_planned(planned)
    sent: list[int] = []
    start = threading.Barrier(2)

    def work(name: str) -> None:
        start.wait()
        sent.append(sending.send_due(planned, clock, name))

    workers = [threading.Thread(target=work, args=(name,)) for name in ("one", "two")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(sent) == expected == len(outgoing(planned)) == len(set(outgoing(planned)))


def test_a_worker_killed_after_the_lease_is_followed_by_another(planned: Store, clock: ManualClock) -> None:
    expected = count_planned(planned)
    with planned.writing() as session:
        assert len(sending.claim(session, "dead", clock.now())) == expected
    assert sending.send_due(planned, clock, "living") == 0, "the lease still holds"
    clock.advance(minutes=3)
    assert sending.send_due(planned, clock, "living") == expected
    with planned.writing() as session:
        ids = session.scalars(select(Reminder.id)).all()
        assert not any(sending.send_one(session, one, "dead", clock.now()) for one in ids)
    assert len(outgoing(planned)) == expected


class Killed(BaseException):
    """The process is gone in this moment."""


@pytest.mark.parametrize("before", [True, False], ids=["before the message", "after the message"])
def test_a_worker_killed_in_the_middle_of_sending_sends_nothing_twice(
    before: bool, planned: Store, clock: ManualClock
) -> None:
    expected = count_planned(planned)
    calls = 0

    def put(session: Session, way: Way, recipient: str, text: str, now: datetime, **more: object) -> bool:
        nonlocal calls
        calls += 1
        if calls == 2 and before:
            raise Killed
        done = outbox.put(session, way, recipient, text, now, **more)  # type: ignore[arg-type]
        if calls == 2:
            raise Killed
        return done

    with pytest.raises(Killed):
        sending.send_due(planned, clock, "dying", put)
    assert len(outgoing(planned)) == 1
    clock.advance(minutes=3)
    assert sending.send_due(planned, clock, "living") == expected - 1
    assert len(outgoing(planned)) == len(set(outgoing(planned))) == expected


def test_a_worker_whose_lease_ran_out_sends_nothing(planned: Store, clock: ManualClock) -> None:
    with planned.writing() as session:
        ids = sending.claim(session, "slow", clock.now())
    clock.advance(minutes=3)
    with planned.writing() as session:
        assert not sending.send_one(session, ids[0], "slow", clock.now())
    assert outgoing(planned) == []


def test_a_slow_worker_sends_nothing_that_another_has_taken_up(planned: Store, clock: ManualClock) -> None:
    with planned.writing() as session:
        ids = sending.claim(session, "slow", clock.now())
    clock.advance(minutes=3)
    with planned.writing() as session:
        assert sending.claim(session, "living", clock.now()) == ids
        assert not any(sending.send_one(session, one, "slow", clock.now()) for one in ids)
    assert outgoing(planned) == []


def test_what_was_withdrawn_under_a_lease_is_not_sent(planned: Store, clock: ManualClock) -> None:
    with planned.writing() as session:
        ids = sending.claim(session, "one", clock.now())
        session.get_one(Reminder, ids[0]).state = planning.WITHDRAWN
        session.flush()
        assert not sending.send_one(session, ids[0], "one", clock.now())
        assert sending.send_one(session, ids[1], "one", clock.now())
