"""The wallboard's figures, each worked out by hand beside the records it is read from."""

from datetime import datetime, timedelta

import pytest

from handoff import history, occupancy, outcomes, wallboard
from handoff.history import HALF_HOUR
from handoff.staffing import Target
from handoff.wallboard import Arrival, Period
from records import audit
from records.clock import CENTRE_ZONE, ManualClock
from records.models import Author, HandoffState
from records.store import Store
from tests.handoff import past
from tests.handoff.conftest import AMY, BEN, DORA, Floor

CUSTOMER, BOT = Author.CUSTOMER, Author.BOT


@pytest.fixture
def now(clock: ManualClock) -> datetime:
    return clock.now()


def _minutes(now: datetime, ago: float) -> datetime:
    return now - timedelta(minutes=ago)


def test_service_level_in_both_definitions(any_store: Store, now: datetime) -> None:
    with any_store.writing() as session:
        past.handoff(session, _minutes(now, 50), waited=10, busy=300)  # in time
        past.handoff(session, _minutes(now, 45), waited=60, busy=300)  # just in time
        past.handoff(session, _minutes(now, 40), waited=90, busy=300)  # late
        past.handoff(session, _minutes(now, 35), waited=20, channel="phone")  # in time, still talking
        past.handoff(session, _minutes(now, 30), waited=30, channel="phone")  # late by telephone
        past.handoff(session, _minutes(now, 25), gave_up=15)  # gave up in time
        past.handoff(session, _minutes(now, 20), gave_up=120)  # gave up late
        past.handoff(session, _minutes(now, 15), state=HandoffState.CALLBACK)
        past.handoff(session, _minutes(now, 2))  # waits
        past.handoff(session, _minutes(now, 90), waited=1)  # before the period
    with any_store.reading() as session:
        came = wallboard.arrivals(session, Period(_minutes(now, 60), now), now)
    figures = wallboard.service(came)
    assert (figures.arrivals, figures.answered, figures.abandoned) == (9, 5, 2)
    assert (figures.callbacks, figures.waiting) == (1, 1)
    assert figures.level == pytest.approx(3 / 5)
    assert figures.level_with_abandoned == pytest.approx((3 + 1) / (5 + 2))
    assert figures.answer_seconds == pytest.approx((10 + 60 + 90 + 20 + 30) / 5)
    assert figures.longest_seconds == 120
    assert figures.abandonment == pytest.approx(2 / 7)


def test_nothing_to_count_is_not_nought() -> None:
    figures = wallboard.service([])
    assert figures.arrivals == 0
    assert figures.level is figures.level_with_abandoned is figures.abandonment is None
    assert figures.answer_seconds is figures.longest_seconds is None


def test_a_promised_call_waits_from_when_it_was_due(store: Store, now: datetime) -> None:
    with store.writing() as session:
        past.handoff(session, _minutes(now, 50), waited=25 * 60, due_at=_minutes(now, 30))
    with store.reading() as session:
        (one,) = wallboard.arrivals(session, Period(_minutes(now, 60), now), now)
    assert (one.at, one.waited_seconds) == (_minutes(now, 30), 5 * 60)


def test_the_floor_shows_who_is_there_and_who_waits(floor: Floor, store: Store) -> None:
    staff = floor.staff(AMY, BEN, DORA)
    floor.switch(staff["dora"], False)
    floor.held(staff["amy"])
    first = floor.hand_over()
    floor.clock.advance(seconds=40)
    floor.hand_over()
    floor.clock.advance(seconds=20)
    floor.beat(staff["amy"])
    with store.reading() as session:
        seen = wallboard.floor(session, floor.clock.now(), presence_seconds=45)
    states = {one.name: (one.state, one.holds) for one in seen.colleagues}
    # Ben's console has been silent for a minute; Dora has switched away.
    assert states == {"Amy Gao": ("busy", 1), "Ben Luo": ("gone", 0), "Dora Shi": ("away", 0)}
    assert (seen.waiting, seen.longest_wait_seconds) == (2, 60)
    assert (seen.present, seen.busy, seen.occupancy) == (1, 1, 1.0)
    assert seen.room == pytest.approx(1 / 3)
    assert floor.position(first) == 1


def test_occupancy_counts_an_agent_once_and_only_while_available(
    floor: Floor, store: Store, now: datetime
) -> None:
    staff = floor.staff(AMY, BEN, available=False)
    with store.writing() as session:
        for minutes, login, action in (
            (70, "amy", "available"),  # before the period, and on through it
            (30, "ben", "available"),
            (10, "ben", "away"),
        ):
            audit.note(session, _minutes(now, minutes), f"agent:{login}", action, f"agent:{login}")
        amy, ben = staff["amy"], staff["ben"]
        past.handoff(session, _minutes(now, 65), waited=0, busy=15 * 60, agent_id=amy)  # 10 minutes inside
        past.handoff(session, _minutes(now, 55), waited=0, busy=15 * 60, agent_id=amy)  # 5 of them at once
        past.handoff(session, _minutes(now, 15), waited=0, busy=10 * 60, agent_id=ben)  # 5 while available
    with store.reading() as session:
        found = occupancy.occupancy(session, Period(_minutes(now, 60), now))
        nobody = occupancy.occupancy(session, Period(_minutes(now, 600), _minutes(now, 500)))
    # Amy was there for 60 minutes and busy in 20 of them, Ben for 20 and busy in 5.
    assert found == pytest.approx((20 + 5) / (60 + 20))
    assert nobody is None


def test_containment_is_by_the_highest_tier_needed(any_store: Store, now: datetime) -> None:
    def said(tier: int) -> dict[str, object]:
        return {"text": "Here it is.", "custom": {"tier": tier}}

    with any_store.writing() as session:
        for tiers in ((1,), (1, 1), (1, 2), (2,)):
            past.talk(session, now, (0, CUSTOMER, "Hello"), *((9, BOT, said(tier)) for tier in tiers))
        helped = past.talk(session, now, (0, CUSTOMER, "A person!"), (1, BOT, said(1)))
        past.handoff(session, now, conversation_id=helped)
        past.talk(session, now, (0, BOT, said(1)))  # nobody ever wrote
        past.talk(session, _minutes(now, 9), (0, CUSTOMER, "Hello"), (1, BOT, said(1)))  # before the period
    with any_store.reading() as session:
        found = outcomes.containment(session, Period(now, now + HALF_HOUR))
    assert (found.services, found.articles, found.people) == (2, 2, 1)
    assert (found.first, found.second, found.both) == pytest.approx((2 / 5, 2 / 3, 4 / 5))


def test_one_time_resolution_follows_the_customer_for_two_days(floor: Floor, now: datetime) -> None:
    hours = [now - timedelta(hours=count) for count in range(200)]
    li, wu = floor.customer("C1001"), floor.customer("C1002")
    with floor.store.writing() as session:
        past.talk(session, hours[150], (0, CUSTOMER, "a"), (3000, CUSTOMER, "b"), customer_id=li)
        past.talk(session, hours[120], (0, CUSTOMER, "again"), customer_id=li)  # 29 hours later: came back
        past.talk(session, hours[60], (0, CUSTOMER, "other"), customer_id=li)  # 60 hours later: did not
        past.talk(session, hours[100], (0, CUSTOMER, "c"), customer_id=wu)
        past.talk(session, hours[90], (0, CUSTOMER, "nobody knows me"))
        past.talk(session, hours[20], (0, CUSTOMER, "too young to tell"), customer_id=wu)
    with floor.store.reading() as session:
        found = outcomes.resolution(session, Period(hours[168], now), now)
    assert (found.contacts, found.once) == (5, 4)
    assert found.rate == pytest.approx(4 / 5)


def test_history_has_every_interval_in_the_insurers_time() -> None:
    day = history.day_of(datetime(2026, 3, 2, 17, 0, tzinfo=CENTRE_ZONE))
    came = [
        _arrival(datetime(2026, 3, 2, 9, 29, tzinfo=CENTRE_ZONE), 10),
        _arrival(datetime(2026, 3, 2, 9, 30, tzinfo=CENTRE_ZONE), 20),
        _arrival(datetime(2026, 3, 2, 9, 59, tzinfo=CENTRE_ZONE), 100),
    ]
    rows = history.rows(came, day, HALF_HOUR)
    assert len(rows) == 48
    assert (rows[0].start.hour, rows[-1].start.hour, rows[-1].start.minute) == (0, 23, 30)
    assert [row.service.arrivals for row in rows[18:20]] == [1, 2]
    assert rows[19].service.level == pytest.approx(1 / 2)
    assert [row.service.arrivals for row in history.rows(came, day, history.DAY)] == [3]
    table = history.write_csv(rows).splitlines()
    assert table[0].startswith("start,arrivals,answered,")
    assert table[20] == "2026-03-02T09:30+08:00,2,2,0,0,0,0.5,0.5,60,100,0"
    assert table[1] == "2026-03-02T00:00+08:00,0,0,0,0,0,,,,,"


def test_patience_is_all_waiting_by_those_who_gave_up() -> None:
    at = datetime(2026, 3, 2, 9, 0, tzinfo=CENTRE_ZONE)
    came = [_arrival(at, 30), _arrival(at, 50), _arrival(at, 40, "abandoned"), _arrival(at, 999, "waiting")]
    assert history.patience(came) == pytest.approx(120)
    assert history.patience(came[:2]) is None


def test_a_plan_looks_back_over_whole_weeks_and_shows_what_pooling_saves() -> None:
    now = datetime(2026, 3, 30, 15, 0, tzinfo=CENTRE_ZONE)  # a Monday
    period = history.last_weeks(now)
    assert (period.end - period.start).days == 28
    came = [
        _arrival(datetime(2026, 3, day, 9, 30, tzinfo=CENTRE_ZONE), 5, province=province)
        for day in (2, 9, 16, 23)
        for province in ("Beijing", "Sichuan", "Hubei", "Yunnan")
        for _ in range(25)
    ]
    plan = history.plan(came, period, 0, Target(0.8, 20))
    (need,) = plan.needs
    assert need.slot.words == "09:30"
    # A hundred in half an hour are two hundred an hour, of 210 seconds each.
    assert (need.load.per_hour, need.load.handle_seconds, need.erlang_c, need.erlang_a) == (
        200,
        210,
        15,
        None,
    )
    assert plan.pooling is not None
    assert set(plan.pooling.separate.values()) == {5}
    assert (plan.pooling.pooled, plan.pooling.saved) == (15, 5)
    assert history.plan([], period, 0, Target()).pooling is None


def _arrival(at: datetime, waited: float, outcome: str = "answered", province: str = "") -> Arrival:
    return Arrival("chat", province, at, waited, outcome, 210.0)
