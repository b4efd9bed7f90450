"""From probabilities of voice to runs of voice: a run begins with the first frame that is surely voice.

Two thresholds keep a run from falling apart; a short gap inside a word does not end it.
"""

from dataclasses import dataclass

VOICE_FROM = 0.5
VOICE_WHILE = 0.35
"""A frame inside a run counts as voice from here on."""

GAP_SECONDS = 0.1
"""Quiet that ends a run."""

LONGEST_FRAME_SECONDS = 0.1
"""More than this between two frames is a hole in the stream, not a frame."""


@dataclass(slots=True)
class VoiceTrack:
    """The run of voice that goes on, if one does."""

    now: float = 0.0
    began: float | None = None
    """Where the run began; None when it is quiet."""

    voiced_until: float = 0.0
    """The end of the last frame with voice."""

    voice_seconds: float = 0.0
    """Voice in the run, gaps left out."""

    def hear(self, at: float, probability: float) -> float:
        """Take a frame that ends at `at`; returns how many seconds of voice it brought."""
        length = min(max(at - self.now, 0.0), LONGEST_FRAME_SECONDS)
        self.now = max(at, self.now)
        if probability >= (VOICE_FROM if self.began is None else VOICE_WHILE):
            if self.began is None:
                self.began = self.now - length
                self.voice_seconds = 0.0
            self.voice_seconds += length
            self.voiced_until = self.now
            return length
        if self.began is not None and self.now - self.voiced_until >= GAP_SECONDS:
            self.began = None
        return 0.0

    def forget(self) -> None:
        """Count from here on: what went on until now was something else."""
        self.began = None
        self.voice_seconds = 0.0
