"""Working days and the working-day clock, over holidays, nights and weekends."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records import calendar
from records.clock import CENTRE_ZONE

MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2028, 12, 1)).map(
    lambda naive: naive.replace(tzinfo=CENTRE_ZONE)
)
DAYS = st.dates(date(2025, 1, 1), date(2028, 12, 1))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CENTRE_ZONE)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-03-02", True),  # a Monday
        ("2026-02-28", False),  # a Saturday that the state makes up for the Spring Festival
        ("2026-03-01", False),  # a Sunday
        ("2026-02-17", False),  # Spring Festival, a Tuesday
        ("2026-10-07", False),  # the last day off of the National Day's week
        ("2026-10-08", True),
        ("2027-01-01", False),
    ],
)
def test_weekends_and_public_holidays_are_no_working_days(day: str, works: bool) -> None:
    assert calendar.is_working_day(date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("complete", "due"),
    [
        ("2026-03-02T10:00", "2026-03-03T10:00"),  # Monday to Tuesday
        ("2026-03-06T15:30", "2026-03-09T15:30"),  # Friday to Monday
        ("2026-03-07T11:00", "2026-03-09T20:00"),  # Saturday counts from Monday's opening
        ("2026-03-06T21:00", "2026-03-09T20:00"),  # Friday after hours as well
        ("2026-03-02T06:00", "2026-03-02T20:00"),  # before opening: that day
        ("2026-03-02T20:00", "2026-03-03T20:00"),  # at closing: the next day
        ("2026-02-13T09:00", "2026-02-24T09:00"),  # over the Spring Festival
        ("2026-10-01T09:00", "2026-10-08T20:00"),  # in the National Day's week
    ],
)
def test_one_working_day_is_counted_in_working_hours(complete: str, due: str) -> None:
    assert calendar.working_deadline(at(complete), 1) == at(due)


def test_five_working_days_skip_the_weekend() -> None:
    assert calendar.working_deadline(at("2026-03-04T09:00"), 5) == at("2026-03-11T09:00")


@given(MOMENTS, st.integers(1, 10))
def test_a_deadline_leaves_exactly_the_promised_working_time(moment: datetime, days: int) -> None:
    due = calendar.working_deadline(moment, days)
    assert calendar.working_time(moment, due) == days * calendar.WORKING_DAY
    assert calendar.is_working_day(due.date())
    assert calendar.OPENS < due.timetz().replace(tzinfo=None) <= calendar.CLOSES


@given(MOMENTS, MOMENTS, st.integers(1, 5))
def test_what_comes_later_is_never_due_earlier(one: datetime, other: datetime, days: int) -> None:
    first, second = sorted((one, other))
    assert calendar.working_deadline(first, days) <= calendar.working_deadline(second, days)


@given(MOMENTS, MOMENTS, MOMENTS)
def test_working_time_adds_up(one: datetime, two: datetime, three: datetime) -> None:
    first, second, third = sorted((one, two, three))
    parts = calendar.working_time(first, second) + calendar.working_time(second, third)
    assert parts == calendar.working_time(first, third)
    assert calendar.working_time(third, first) == timedelta(0) or first == third


@given(DAYS, st.integers(0, 20))
def test_so_many_working_days_lie_between(day: date, count: int) -> None:
    end = calendar.add_working_days(day, count)
    begin = calendar.working_day_from(day)
    passed = [begin + timedelta(days=n) for n in range((end - begin).days)]
    assert sum(calendar.is_working_day(one) for one in passed) == count
    assert calendar.is_working_day(end)


@given(MOMENTS)
def test_the_next_opening_is_open_and_never_before(moment: datetime) -> None:
    opening = calendar.next_opening(moment)
    assert calendar.is_open(opening) and opening >= moment
    assert opening - moment <= timedelta(hours=12)


def test_people_answer_on_weekends_and_the_zone_is_the_centres() -> None:
    assert calendar.is_open(datetime(2026, 3, 1, 0, 0, tzinfo=UTC))  # Sunday 8:00 in the centre
    assert not calendar.is_open(datetime(2026, 3, 1, 12, 0, tzinfo=UTC))  # 20:00
    assert calendar.next_opening(at("2026-03-01T22:00")) == at("2026-03-02T08:00")


@pytest.mark.parametrize("call", [lambda: calendar.add_working_days(date(2026, 3, 2), -1),
                                  lambda: calendar.working_deadline(at("2026-03-02T10:00"), 0)])  # fmt: skip
def test_nothing_is_due_in_the_past(call: object) -> None:
    with pytest.raises(ValueError, match="working day"):
        call()  # type: ignore[operator]


def test_the_deadline_does_not_depend_on_the_zone_of_the_moment() -> None:
    moment = at("2026-03-06T15:30")
    assert calendar.working_deadline(moment.astimezone(UTC), 1) == calendar.working_deadline(moment, 1)
    assert calendar.CLOSES == time(20)
