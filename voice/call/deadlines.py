"""How long a call waits for audio, for the bot, and altogether.

Pure: is told the time, and says what is due. Does nothing about it.
"""

from enum import StrEnum

AUDIO_SECONDS = 15.0
"""Without any audio for so long the line is dead."""

FILLER_SECONDS = 1.5
"""The bot is slow: say that it is at work."""

FILLER_AGAIN_SECONDS = 8.0
ANSWER_SECONDS = 30.0
"""The bot does not answer: a person takes over."""

AGAIN_SECONDS = 60.0
"""A call that has lasted too long and goes on is told so again."""


class Due(StrEnum):
    """What has to be done now."""

    LINE_DEAD = "line_dead"
    PERSON = "person"
    ONE_MOMENT = "one_moment"
    STILL_AT_IT = "still_at_it"


class Deadlines:
    """The deadlines of one call."""

    def __init__(self, now: float, longest_seconds: float) -> None:
        """The call begins."""
        self._audio_at = now
        self._longest_at = now + longest_seconds
        self._asked_at: float | None = None
        self._fillers = 0

    def audio(self, now: float) -> None:
        """There was audio."""
        self._audio_at = now

    def asked(self, now: float) -> None:
        """The bot is to answer."""
        self._asked_at, self._fillers = now, 0

    def answered(self) -> None:
        """The bot has answered."""
        self._asked_at = None

    def due(self, now: float, *, leaves: bool, someone_speaks: bool) -> Due | None:
        """What is overdue, one thing at a time.

        `leaves`: nothing but a farewell is left of the call.
        """
        if now - self._audio_at >= AUDIO_SECONDS:
            return Due.LINE_DEAD
        if now >= self._longest_at and not leaves:
            self._longest_at += AGAIN_SECONDS
            return Due.PERSON
        if self._asked_at is None:
            return None
        waited = now - self._asked_at
        if waited >= ANSWER_SECONDS:
            self._asked_at = None
            return Due.PERSON
        if someone_speaks:
            return None
        if self._fillers == 0 and waited >= FILLER_SECONDS:
            self._fillers = 1
            return Due.ONE_MOMENT
        if self._fillers == 1 and waited >= FILLER_AGAIN_SECONDS:
            self._fillers = 2
            return Due.STILL_AT_IT
        return None
