"""Both sides of a call as they were on the line, frame by frame, to be listened to or measured.

Holds a call in memory as mu-law (16 kB a second); never the place for anything but tests and demonstrations.
"""

import wave
from pathlib import Path

import numpy as np

from voice.testing import mulaw


class Recording:
    """Left: the caller; right: what the caller heard."""

    def __init__(self, keeps: bool = True) -> None:
        """`keeps` false: only the length is counted."""
        self._keeps = keeps
        self.spoken = bytearray()
        self.heard = bytearray()
        self.frames = 0

    @property
    def seconds(self) -> float:
        """How long the call has been."""
        return self.frames * mulaw.FRAME_SECONDS

    def add(self, spoken: bytes, heard: bytes) -> None:
        """One frame of both sides; an empty side is silence."""
        self.frames += 1
        if self._keeps:
            self.spoken += spoken or mulaw.QUIET
            self.heard += heard or mulaw.QUIET

    def write(self, path: Path) -> None:
        """As a stereo WAV of 16 bits."""
        both = np.column_stack([mulaw.decode(bytes(self.spoken)), mulaw.decode(bytes(self.heard))])
        with wave.open(str(path), "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(mulaw.RATE)
            file.writeframes(both.astype("<i2").tobytes())
