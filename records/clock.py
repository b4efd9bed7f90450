"""Time, injected: what waits, expires or is stamped asks a clock, so that tests can turn it.

Nothing in the centre calls `datetime.now()` itself.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

CENTRE_ZONE = ZoneInfo("Asia/Shanghai")
"""Where the insurer's working day and calendar dates are counted."""


class Clock(Protocol):
    """Anything that knows the time."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)


class ManualClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: datetime) -> None:
        """Start at `start`, an aware moment."""
        self._now = start

    def now(self) -> datetime:
        """The moment the clock was last set to."""
        return self._now

    def advance(self, **by: float) -> None:
        """Move forward; arguments as for `timedelta`."""
        self._now += timedelta(**by)


def today(clock: Clock) -> date:
    """The calendar date at the insurer's place."""
    return clock.now().astimezone(CENTRE_ZONE).date()
