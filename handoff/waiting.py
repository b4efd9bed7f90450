"""Waiting, honestly: the range in which the wait of a place in the queue will lie, in seconds and in words.

Pure. A range is told only while it can be known, never narrower than what earlier ones have proven.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

OUTSIDE = 0.07
"""Share of waits that may lie below the range, and above it; together the range covers 86 of 100."""

SPAN = (0.002, 0.998)
"""Levels never go beyond these: a range without an end says nothing."""

ENOUGH = 40
"""Earlier waits from which on the range is set by how they compare with what was told."""

AT_ONCE_SECONDS = 60.0
"""While somebody has room: the time in which an offer is taken."""

_EXACT = 100
_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the queue moves, as last measured."""

    place_seconds: float | None
    """Mean time until the queue moves on by one place; None when it cannot be known."""
    room: int
    """Conversations that could be offered at once."""
    low_level: float = OUTSIDE
    high_level: float = 1 - OUTSIDE


@dataclass(frozen=True, slots=True)
class Range:
    """From when to when the wait will be over."""

    low_seconds: float
    high_seconds: float

    @property
    def words(self) -> str:
        """The range as a customer hears it, rounded outwards to minutes."""
        low, high = math.floor(self.low_seconds / _MINUTE), math.ceil(self.high_seconds / _MINUTE)
        if high <= 1:
            return "It should take less than a minute."
        if low < 1:
            return f"It should take up to {high} minutes."
        return f"It should take between {low} and {high} minutes."


@dataclass(frozen=True, slots=True)
class Wait:
    """A wait that is over: what was known at its start, and how long it was."""

    place: int
    """Moves of the queue until its turn, counted on arrival."""
    place_seconds: float
    seconds: float
    answered: bool = True
    """False: the customer left after so long; nobody knows how long it would have been."""


def expect(place: int, pace: Pace) -> Range | None:
    """The range for a place counted from one; None when nothing honest can be said."""
    moves = moves_of(place, pace)
    if moves == 0:
        return Range(0.0, AT_ONCE_SECONDS)
    if pace.place_seconds is None:
        return None
    return Range(
        quantile(moves, pace.low_level) * pace.place_seconds,
        quantile(moves, pace.high_level) * pace.place_seconds,
    )


def moves_of(place: int, pace: Pace) -> int:
    """How often the queue must move on until the place has its turn."""
    return max(0, place - pace.room)


def levels(waits: Sequence[Wait]) -> tuple[float, float]:
    """Where the range begins and ends, so that it would have covered the earlier waits.

    Each wait is put on the scale of its own forecast (0: shorter than the shortest expected, 1: longer
    than the longest); the levels are quantiles of these, widened for the smallness of the sample. Who left
    counts as still waiting up to then and not at all from then on (Kaplan and Meier's estimate): without
    them the longest waits would be missing, for these are the ones that people leave.
    """
    if sum(one.answered for one in waits) < ENOUGH:
        return OUTSIDE, 1 - OUTSIDE
    scale = sorted((share(one.place, one.seconds / one.place_seconds), not one.answered) for one in waits)
    low, high = _level(scale, OUTSIDE), _level(scale, 1 - OUTSIDE)
    return max(SPAN[0], min(low, OUTSIDE)), min(SPAN[1], max(high, 1 - OUTSIDE))


def _level(scale: Sequence[tuple[float, bool]], wanted: float) -> float:
    """Where the share `wanted` of the waits is over; the next sample larger than it could say (n + 1)."""
    left, waiting = 1.0, len(scale) + 1
    reached = SPAN[0]
    for at, censored in scale:
        if not censored:
            left *= 1 - 1 / waiting
            if 1 - left > wanted:
                return at if wanted > 1 / 2 else reached
            reached = at
        waiting -= 1
    return SPAN[1]


def share(moves: int, time: float) -> float:
    """Probability that so many moves, each exponential with mean one, are over by `time`."""
    if time <= 0:
        return 0.0
    if moves > _EXACT:
        # Wilson and Hilferty: the cube root of a gamma variable is nearly normal.
        spread = 1 / (9 * moves)
        return _normal(((time / moves) ** (1 / 3) - 1 + spread) / math.sqrt(spread))
    term = total = 1.0
    for number in range(1, moves):
        term *= time / number
        total += term
    return 1 - total * math.exp(-time) if time < 700 else 1.0


def quantile(moves: int, level: float) -> float:
    """The time by which so many moves are over with probability `level`."""
    low, high = 0.0, moves + 12 * math.sqrt(moves) + 20
    for _ in range(50):
        middle = (low + high) / 2
        if share(moves, middle) < level:
            low = middle
        else:
            high = middle
    return high


def _normal(value: float) -> float:
    return (1 + math.erf(value / math.sqrt(2))) / 2
