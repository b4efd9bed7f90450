"""The playback buffer of a two-way stream: what the centre sent and the caller has not heard yet.

Pure: one `play()` is one frame of 20 ms. A mark comes back when all sound before it has been played, or when
the buffer is cleared; never earlier.
"""

from collections import deque

from voice.testing.mulaw import FRAME_BYTES, SILENCE


class Playback:
    """First in, first heard."""

    def __init__(self) -> None:
        """Begin empty."""
        self._waiting: deque[bytes | str] = deque()
        self._offset = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left to be heard."""
        return not self._waiting

    @property
    def seconds(self) -> float:
        """How much sound waits."""
        return (sum(len(item) for item in self._waiting if isinstance(item, bytes)) - self._offset) / 8000

    def add(self, sound: bytes) -> None:
        """Sound goes behind what waits."""
        if sound:
            self._waiting.append(sound)

    def mark(self, name: str) -> bool:
        """Whether the mark is back at once, because nothing waits."""
        if self._waiting:
            self._waiting.append(name)
            return False
        return True

    def clear(self) -> list[str]:
        """Throw away what waits; the marks that were in it."""
        names = [item for item in self._waiting if isinstance(item, str)]
        self._waiting.clear()
        self._offset = 0
        return names

    def play(self) -> tuple[bytes, list[str]]:
        """The next frame, and the marks that were reached by its end. `b""` where nothing waits."""
        frame, names = bytearray(), []
        while self._waiting:
            item = self._waiting[0]
            if isinstance(item, str):
                names.append(item)
                self._waiting.popleft()
                continue
            if len(frame) == FRAME_BYTES:
                break
            piece = item[self._offset : self._offset + FRAME_BYTES - len(frame)]
            frame += piece
            self._offset += len(piece)
            if self._offset == len(item):
                self._waiting.popleft()
                self._offset = 0
        if not frame:
            return b"", names
        return bytes(frame).ljust(FRAME_BYTES, bytes([SILENCE])), names
