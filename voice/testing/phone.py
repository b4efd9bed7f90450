"""A telephone: what is said into it, the keys pressed, and what came out of it.

Only holds and counts; `call.py` moves one frame a time through it.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from voice.testing import mulaw

_PILE_BYTES = 4800
"""Of a microphone: 0.6 s."""

_KEY_FRAMES = 10
"""Between two keys: 200 ms."""


class Phone:
    """One person's telephone."""

    def __init__(self) -> None:
        """Silent, nothing heard."""
        self._mouth = bytearray()
        self._keys: deque[str] = deque()
        self._until_key = 0
        self._said: list[asyncio.Future[None]] = []
        self._listeners: list[Callable[[bytes], None]] = []
        self.heard_frames = 0
        """Frames with sound since this was last set to zero."""
        self.quiet_frames = 0
        """Frames without sound at the end of what was heard."""

    def begin(self, sound: bytes) -> asyncio.Future[None]:
        """Start to say something; done when its last frame went into the line."""
        self._mouth += sound
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if sound:
            self._said.append(done)
        else:
            done.set_result(None)
        return done

    def feed(self, sound: bytes) -> None:
        """Sound of a microphone, as it comes; of what piles up behind a slow line only the newest is kept."""
        self._mouth += sound
        if len(self._mouth) > _PILE_BYTES:
            del self._mouth[: len(self._mouth) - _PILE_BYTES // 2]

    def stop(self) -> None:
        """Fall silent in the middle of the word."""
        self._mouth.clear()
        self._settle()

    def press(self, keys: str) -> None:
        """Press keys one after another."""
        self._keys.extend(keys)

    def listen(self, listener: Callable[[bytes], None]) -> None:
        """Be called with every frame that is heard; `b""` is silence."""
        self._listeners.append(listener)

    def next_spoken(self) -> bytes:
        """The frame that goes into the line now."""
        frame = bytes(self._mouth[: mulaw.FRAME_BYTES])
        del self._mouth[: mulaw.FRAME_BYTES]
        if not self._mouth:
            self._settle()
        return frame.ljust(mulaw.FRAME_BYTES, bytes([mulaw.SILENCE])) if frame else b""

    def next_key(self) -> str:
        """The key that is pressed now, if any."""
        self._until_key = max(0, self._until_key - 1)
        if self._until_key or not self._keys:
            return ""
        self._until_key = _KEY_FRAMES
        return self._keys.popleft()

    def hear(self, frame: bytes) -> None:
        """The frame that comes out now."""
        if mulaw.is_loud(frame):
            self.heard_frames += 1
            self.quiet_frames = 0
        else:
            self.quiet_frames += 1
        for listener in self._listeners:
            listener(frame)

    def _settle(self) -> None:
        said, self._said = self._said, []
        for done in said:
            if not done.done():
                done.set_result(None)
