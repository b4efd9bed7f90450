"""What a telephone is connected to at a moment: nothing, a sound, the keys' collector, another telephone.

Every 20 ms the call exchanges one frame with it: what was spoken goes in, what is heard comes out.
"""

import asyncio
from collections import deque
from typing import Protocol

from voice.testing import mulaw
from voice.testing.playback import Playback

_CUSHION_FRAMES = 2


class Media(Protocol):
    """One thing to be connected to."""

    async def exchange(self, spoken: bytes) -> bytes:
        """One frame each way; `b""` is silence."""

    async def key(self, digit: str) -> None:
        """A key was pressed."""


class Nothing:
    """Silence."""

    async def exchange(self, spoken: bytes) -> bytes:
        """Nobody hears, nothing is heard."""
        return b""

    async def key(self, digit: str) -> None:
        """Nobody cares."""


class Sound(Nothing):
    """Something that is played to the end."""

    def __init__(self, sound: bytes) -> None:
        """Mu-law."""
        self._playback = Playback()
        self._playback.add(sound)
        self.over = asyncio.Event()
        if not sound:
            self.over.set()

    async def exchange(self, spoken: bytes) -> bytes:
        """The next frame of the sound."""
        frame, _ = self._playback.play()
        if self._playback.is_empty:
            self.over.set()
        return frame


class Keys(Sound):
    """Collects keys, over a sound that the first key ends."""

    def __init__(self, sound: bytes, finish_on: str, length: int | None) -> None:
        """`length` keys, or as many as come before `finish_on`."""
        super().__init__(sound)
        self._finish_on = finish_on
        self._length = length
        self.digits = ""
        self.finished_by = ""
        self.pressed = asyncio.Event()
        self.complete = asyncio.Event()

    async def key(self, digit: str) -> None:
        """One more."""
        if self.complete.is_set():
            return
        self._playback.clear()
        self.over.set()
        if self._finish_on and digit in self._finish_on:
            self.finished_by = digit
            self.complete.set()
        else:
            self.digits += digit
            if self._length is not None and len(self.digits) >= self._length:
                self.complete.set()
        self.pressed.set()


class Taped(Nothing):
    """Takes a message after a beep, until a key, quiet or the longest time."""

    def __init__(self, beep: bytes, finish_on: str, quiet_seconds: float, longest_seconds: float) -> None:
        """As the attributes of `<Record>`."""
        self._beep = Playback()
        self._beep.add(beep)
        self._finish_on = finish_on
        self._quiet_seconds = quiet_seconds
        self._longest_seconds = longest_seconds
        self._quiet = 0
        self.sound = bytearray()
        self.finished_by = ""
        self.over = asyncio.Event()

    @property
    def seconds(self) -> float:
        """Length of the message."""
        return len(self.sound) / mulaw.RATE

    async def exchange(self, spoken: bytes) -> bytes:
        """Play the beep, then keep what is spoken."""
        if not self._beep.is_empty:
            return self._beep.play()[0]
        self.sound += spoken or mulaw.QUIET
        self._quiet = 0 if mulaw.is_loud(spoken) else self._quiet + 1
        if self._quiet * mulaw.FRAME_SECONDS >= self._quiet_seconds or self.seconds >= self._longest_seconds:
            self.over.set()
        return b""

    async def key(self, digit: str) -> None:
        """Perhaps the end."""
        if digit in self._finish_on:
            self.finished_by = digit
            self.over.set()


class Wire:
    """One end of a connection between two telephones."""

    def __init__(self) -> None:
        """Not yet joined."""
        self._coming: deque[bytes] = deque(maxlen=10)
        self._flows = False
        self._other = self

    @staticmethod
    def pair() -> tuple["Wire", "Wire"]:
        """Both ends."""
        one, other = Wire(), Wire()
        one._other, other._other = other, one
        return one, other

    async def exchange(self, spoken: bytes) -> bytes:
        """What one end says the other end hears, two frames later: both ends keep their own time."""
        self._other._coming.append(spoken)
        self._flows = len(self._coming) >= (1 if self._flows else _CUSHION_FRAMES)
        return self._coming.popleft() if self._flows else b""

    async def key(self, digit: str) -> None:
        """A tone in the other's ear; nothing to collect."""
