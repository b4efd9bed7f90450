"""History: the figures of the past by half hour and by day, for plots, for tables, and for planning.

Pure over the arrivals that `handoff.wallboard` reads; every interval of the period is there, also the empty.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from handoff import staffing, wallboard
from handoff.staffing import Load, Pooling, Slot, Target
from handoff.wallboard import Arrival, Period, Service
from records.clock import CENTRE_ZONE

HALF_HOUR = timedelta(minutes=30)
DAY = timedelta(days=1)
WEEKS = 4
"""So many whole weeks a forecast looks back."""

COLUMNS = (
    "start", "arrivals", "answered", "abandoned", "callbacks", "waiting", "service_level",
    "service_level_with_abandoned", "average_answer_seconds", "longest_wait_seconds", "abandonment",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One interval."""

    start: datetime
    """At the insurer's place."""
    service: Service


@dataclass(frozen=True, slots=True)
class Need:
    """What one half hour of the week needs, as the last weeks tell."""

    slot: Slot
    load: Load
    erlang_c: int
    """Agents, if nobody gives up."""
    erlang_a: int | None
    """Agents, if customers are as patient as they have been; None where nobody has given up yet."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Staffing of a coming day and what pooling saves."""

    needs: tuple[Need, ...]
    patience_seconds: float | None
    pooling: Pooling | None
    """At the busiest half hour of the week, by province; None without arrivals."""


def day_of(moment: datetime) -> Period:
    """The day of a moment at the insurer's place, from midnight to midnight."""
    day = moment.astimezone(CENTRE_ZONE).date()
    return Period(_midnight(day), _midnight(day + DAY))


def last_days(now: datetime, count: int) -> Period:
    """So many days, the present one included."""
    today = day_of(now)
    return Period(_midnight(now.astimezone(CENTRE_ZONE).date() - (count - 1) * DAY), today.end)


def last_weeks(now: datetime) -> Period:
    """The whole weeks that a forecast is made from; the present day is left out, as it is not over."""
    today = day_of(now)
    return Period(_midnight(now.astimezone(CENTRE_ZONE).date() - WEEKS * 7 * DAY), today.start)


def rows(came: Iterable[Arrival], period: Period, step: timedelta) -> list[Row]:
    """The figures of each interval."""
    by_start: defaultdict[datetime, list[Arrival]] = defaultdict(list)
    for one in came:
        by_start[_start_of(one.at, step)].append(one)
    starts = []
    start = period.start.astimezone(CENTRE_ZONE)
    while start < period.end:
        starts.append(start)
        start += step
    return [Row(start, wallboard.service(by_start[start])) for start in starts]


def write_csv(lines: Sequence[Row]) -> str:
    """The rows for a spreadsheet; shares as fractions, empty where there was nothing to count."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in lines:
        of = row.service
        writer.writerow(
            (
                row.start.isoformat(timespec="minutes"), of.arrivals, of.answered, of.abandoned, of.callbacks,
                of.waiting, _figure(of.level), _figure(of.level_with_abandoned), _figure(of.answer_seconds),
                _figure(of.longest_seconds), _figure(of.abandonment),
            )
        )  # fmt: skip
    return out.getvalue()


def patience(came: Iterable[Arrival]) -> float | None:
    """Mean patience in seconds: all time waited, by the number who gave up (who waited on is censored).

    The estimate for exponential patience; Mandelbaum and Zeltyn, "Service Engineering in Action", 2007.
    """
    over = [one for one in came if one.outcome in ("answered", "abandoned")]
    given_up = sum(one.outcome == "abandoned" for one in over)
    waited = sum(one.waited_seconds for one in over)
    return waited / given_up if given_up and waited else None


def plan(came: Sequence[Arrival], period: Period, weekday: int, target: Target) -> Plan:
    """Agents that each half hour of a weekday needs, forecast from the arrivals of the period."""
    first, after_last = (moment.astimezone(CENTRE_ZONE).date() for moment in (period.start, period.end))
    loads = staffing.forecast(_intervals(came), first, after_last)
    patient = patience(came)
    needs = tuple(
        Need(
            slot,
            load,
            staffing.agents_needed(load, target),
            staffing.agents_needed(load, target, patient) if patient else None,
        )
        for slot, load in loads.items()
        if slot.weekday == weekday
    )
    busiest = max(loads, key=lambda slot: loads[slot].erlangs, default=None)
    if busiest is None or not loads[busiest].erlangs:
        return Plan(needs, patient, None)
    by_province: defaultdict[str, list[Arrival]] = defaultdict(list)
    for one in came:
        by_province[one.province or "Unknown"].append(one)
    handling = loads[busiest].handle_seconds
    shares = {
        province: staffing.forecast(_intervals(own), first, after_last).get(busiest, Load(0, 0))
        for province, own in sorted(by_province.items())
    }
    alike = {province: Load(load.per_hour, handling) for province, load in shares.items() if load.per_hour}
    return Plan(needs, patient, staffing.pool(alike, target))


def _intervals(came: Iterable[Arrival]) -> list[staffing.Interval]:
    """Arrivals that an agent served or should have served, by half hour."""
    by_start: defaultdict[datetime, list[Arrival]] = defaultdict(list)
    for one in came:
        by_start[_start_of(one.at, HALF_HOUR)].append(one)
    return [
        staffing.Interval(
            start,
            len(those),
            sum(one.busy_seconds is not None for one in those),
            sum(one.busy_seconds or 0.0 for one in those),
        )
        for start, those in by_start.items()
    ]


def _start_of(moment: datetime, step: timedelta) -> datetime:
    local = moment.astimezone(CENTRE_ZONE)
    midnight = _midnight(local.date())
    return midnight + (local - midnight) // step * step


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CENTRE_ZONE)


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}".rstrip("0").rstrip(".")
