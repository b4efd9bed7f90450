"""How long this caller pauses inside a turn, learnt while they speak.

A running mean of their own pauses raises the wait for the end of a turn, up to what the profile allows.
"""

KEPT = 0.7
"""Share of the old mean in the new one."""

MARGIN = 1.4
"""How much longer than the mean of the pauses is waited."""

SHORTEST_SECONDS = 0.2
"""Less is a gap between words, not a pause."""


class Pauses:
    """The mean of a caller's pauses."""

    def __init__(self) -> None:
        """Nothing is known of the caller yet."""
        self._mean_seconds: float | None = None

    def learn(self, seconds: float) -> None:
        """The caller paused so long, and went on."""
        if seconds < SHORTEST_SECONDS:
            return
        mean = self._mean_seconds
        self._mean_seconds = seconds if mean is None else KEPT * mean + (1 - KEPT) * seconds

    def silence_seconds(self, floor: float, longest: float) -> float:
        """How long to wait for the end of a turn."""
        if self._mean_seconds is None:
            return floor
        return max(floor, min(longest, MARGIN * self._mean_seconds))
