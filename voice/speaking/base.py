"""What the call needs of a voice, whichever engine makes the sound.

A voice either gives the whole sentence or says that it failed; it never gives half of one.
"""

from enum import StrEnum
from typing import Protocol

SAMPLES_PER_SECOND = 8000
"""Of telephone audio; one byte of mu-law is one sample."""


class Pace(StrEnum):
    """How fast it is spoken."""

    NORMAL = "normal"
    SLOW = "slow"
    """For customers of 60 and older, and after "slower"."""

    SLOWEST = "slowest"
    """After "slower" was said again."""

    def slower(self) -> "Pace":
        """The next slower one."""
        return Pace.SLOW if self is Pace.NORMAL else Pace.SLOWEST


class SpeakingFailed(Exception):
    """A text that could not be made sound."""

    def __init__(self, code: str, message: str, *, retryable: bool) -> None:
        """Say what failed; codes: timeout, crashed, empty, closed, no_engine."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.retryable = retryable


class Mouth(Protocol):
    """Makes sentences sound."""

    async def speech(self, text: str, pace: Pace = Pace.NORMAL) -> bytes:
        """The sentence as 8 kHz mu-law, silence at its end left out.

        Raises:
            SpeakingFailed: no engine could say it within its time.
        """
        ...

    async def healthy(self) -> bool:
        """Whether it could speak now."""
        ...

    async def close(self) -> None:
        """Let the engines go; nothing is left running."""
        ...


class Voice(Protocol):
    """One engine: text to PCM, with no cache and no second try."""

    @property
    def identity(self) -> str:
        """Engine, its voice and its version: what it says sounds the same as long as this stays the same."""
        ...

    async def pcm(self, text: str, pace: Pace) -> tuple[bytes, int]:
        """16-bit mono PCM and its sample rate.

        Raises:
            SpeakingFailed: it did not.
        """
        ...

    async def close(self) -> None:
        """End its processes."""
        ...
