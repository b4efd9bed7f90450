"""How long a caller waits for the bot, and for which part of it; measured in every turn.

From the end of the caller's voice to the first sound that goes out; the network's own time is not in it.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from prometheus_client import Histogram

log = logging.getLogger(__name__)

BUCKETS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.5, 2.0, 3.0, 5.0, 10.0)
STAGES = Histogram("centre_call_seconds", "Parts of a caller's wait for the bot", ["stage"], buckets=BUCKETS)


@dataclass(slots=True)
class Stopwatch:
    """One call's."""

    call: str = ""
    clock: Callable[[], float] = time.monotonic
    _endpoint: float | None = None
    _asked: float | None = None
    _recogniser: float = 0.0
    _ended: float | None = None
    _sent: float | None = None
    _answered: float | None = None

    def asked(self) -> None:
        """The recogniser was asked for its result."""
        self._asked = self.clock()

    def settled(self) -> None:
        """It gave it."""
        if self._asked is not None:
            self._recogniser = self.clock() - self._asked

    def ended(self, endpoint_seconds: float) -> None:
        """The caller's turn is over; their voice had stopped that long before."""
        self._endpoint, self._ended = endpoint_seconds, self.clock()
        self._sent = self._answered = None

    def keyed(self) -> None:
        """The caller's turn was keyed: nothing was waited for."""
        self.ended(0.0)
        self._recogniser = 0.0

    def sent(self) -> None:
        """What the caller said is on its way to the bot."""
        self._sent = self.clock()

    def answered(self) -> None:
        """The bot's answer is there."""
        if self._answered is None:
            self._answered = self.clock()

    def sounded(self) -> None:
        """The first sound of something went out: the wait is over, and written down."""
        if self._ended is None or self._endpoint is None:
            return
        now = self.clock()
        parts = {"endpoint": self._endpoint, "recogniser": self._recogniser}
        if self._sent is not None and self._answered is not None:
            parts |= {"bot": self._answered - self._sent, "synthesis": now - self._answered}
        parts["total"] = self._endpoint + now - self._ended
        self._ended = None
        for stage, seconds in parts.items():
            STAGES.labels(stage).observe(seconds)
        shown = " ".join(f"{stage}={seconds:.3f}" for stage, seconds in parts.items())
        log.info("call %s latency %s", self.call, shown)
