"""A synthesised utterance with the time of each of its sounds, and how it becomes telephone-rate frames.

Changes nothing about the sound itself but its rate; see `augment` for that.
"""

from dataclasses import dataclass

import numpy as np
import soxr  # type: ignore[import-untyped]
from numpy.typing import NDArray

from voice.speech_model.features import RATE, SHIFT, WINDOW
from voice.speech_model.phones import INDEX

UNKNOWN = -1
"""Label of a frame that nothing is learnt from."""


@dataclass(frozen=True, slots=True)
class Clip:
    """What a synthesiser said, and when."""

    samples: NDArray[np.float32]
    """One channel, full scale is 1.0."""

    rate: int
    """Samples a second."""

    sounds: tuple[tuple[float, str | None], ...]
    """End of each sound in seconds, and its phone; None where the phone has no place in the model."""

    @property
    def seconds(self) -> float:
        """Length of the clip."""
        return len(self.samples) / self.rate


def from_pcm(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    """A copy of 16-bit samples with full scale 1.0."""
    return np.asarray(samples / 32768, np.float32)


def to_pcm(samples: NDArray[np.float32]) -> NDArray[np.int16]:
    """16-bit samples; what is beyond full scale is cut."""
    return np.asarray(np.rint(np.clip(samples, -1.0, 32767 / 32768) * 32768), np.int16)


def at_phone_rate(clip: Clip, speed: float = 1.0) -> Clip:
    """The clip at 8 kHz; faster and higher by `speed`, as a tape would be."""
    source = clip.rate * speed
    samples = clip.samples if source == RATE else soxr.resample(clip.samples, source, RATE)
    sounds = tuple((end / speed, phone) for end, phone in clip.sounds)
    return Clip(np.asarray(samples, np.float32), RATE, sounds)


def frame_labels(clip: Clip, offset: float, frames: int) -> NDArray[np.int8]:
    """Each frame's phone, when the clip begins `offset` seconds into `frames` frames; silence around it."""
    labels = np.full(frames, INDEX["SIL"], np.int8)
    middles = (np.arange(frames) * SHIFT + WINDOW / 2) / RATE - offset
    ends = np.array([end for end, _ in clip.sounds])
    phones = np.array([UNKNOWN if phone is None else INDEX[phone] for _, phone in clip.sounds], np.int8)
    inside = (middles >= 0) & (middles < ends[-1])
    labels[inside] = phones[np.searchsorted(ends, middles[inside], side="right")]
    return labels
