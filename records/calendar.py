"""The insurer's calendar: which days are working days, when people answer, and the clock that runs only then.

Pure: every function is given its moment, none asks what time it is.
"""

from datetime import date, datetime, time, timedelta
from functools import cache

import holidays

from records.clock import CENTRE_ZONE

OPENS = time(8)
CLOSES = time(20)
"""People answer from 8:00 to 20:00 on every day of the week."""

WORKING_DAY = timedelta(hours=12)
"""One working day of the clock: from opening to closing."""

_DAY = timedelta(days=1)
_SATURDAY = 5


def is_working_day(day: date) -> bool:
    """Whether claims and requests are decided on this day: Monday to Friday, public holidays left out.

    Weekend days that the state makes up for a holiday do not count: a promise to a customer is never
    measured by a day on which nobody may be deciding.
    """
    return day.weekday() < _SATURDAY and day not in _holidays(day.year)


def working_day_from(day: date) -> date:
    """The day itself when it is a working day, else the next one."""
    while not is_working_day(day):
        day += _DAY
    return day


def add_working_days(day: date, count: int) -> date:
    """The working day that is `count` working days after `day`; `count` 0 gives the day or the next one.

    Raises:
        ValueError: `count` is negative.
    """
    if count < 0:
        raise ValueError("working days are counted forward")
    day = working_day_from(day)
    for _ in range(count):
        day = working_day_from(day + _DAY)
    return day


def is_open(moment: datetime) -> bool:
    """Whether people answer at this moment."""
    return OPENS <= moment.astimezone(CENTRE_ZONE).time() < CLOSES


def next_opening(moment: datetime) -> datetime:
    """The moment itself while people answer, else the next opening."""
    local = moment.astimezone(CENTRE_ZONE)
    if is_open(local):
        return moment
    day = local.date() if local.time() < OPENS else local.date() + _DAY
    return datetime.combine(day, OPENS, CENTRE_ZONE)


def clock_starts(moment: datetime) -> datetime:
    """When the working-day clock begins to run for what arrives at this moment.

    At once inside working hours of a working day, else at the next working day's opening: papers of a
    weekend or a public holiday count from the next working day.
    """
    local = moment.astimezone(CENTRE_ZONE)
    day = local.date() if local.time() < CLOSES else local.date() + _DAY
    working = working_day_from(day)
    opening = datetime.combine(working, OPENS, CENTRE_ZONE)
    return local if working == local.date() and local > opening else opening


def working_deadline(moment: datetime, working_days: int) -> datetime:
    """The moment by which something promised within so many working days must be done.

    The clock counts working hours only: what is complete on Monday at 10:00 is due, one working day
    later, on Tuesday at 10:00; what comes in on a Saturday is due on Monday at 20:00.

    Raises:
        ValueError: less than one working day.
    """
    if working_days < 1:
        raise ValueError("a deadline is at least one working day away")
    start = clock_starts(moment)
    since_opening = start - datetime.combine(start.date(), OPENS, CENTRE_ZONE)
    if since_opening == timedelta(0):
        last = add_working_days(start.date(), working_days - 1)
        return datetime.combine(last, CLOSES, CENTRE_ZONE)
    return datetime.combine(add_working_days(start.date(), working_days), OPENS, CENTRE_ZONE) + since_opening


def working_time(start: datetime, end: datetime) -> timedelta:
    """How much of the time from `start` to `end` lies in working hours; nothing when `end` is not later."""
    first, last = start.astimezone(CENTRE_ZONE), end.astimezone(CENTRE_ZONE)
    total = timedelta(0)
    day = first.date()
    while day <= last.date():
        if is_working_day(day):
            opening = max(first, datetime.combine(day, OPENS, CENTRE_ZONE))
            closing = min(last, datetime.combine(day, CLOSES, CENTRE_ZONE))
            total += max(timedelta(0), closing - opening)
        day += _DAY
    return total


@cache
def _holidays(year: int) -> frozenset[date]:
    """Public holidays of the year; for years not yet announced, as the law fixes them."""
    return frozenset(holidays.country_holidays("CN", years=year))
