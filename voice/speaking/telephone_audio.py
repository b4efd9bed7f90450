"""What an engine made, as the telephone wants it: 8 kHz, mu-law, no silence at the end.

Whole sentences only; streams are the codec's.
"""

import numpy as np

from voice import codec
from voice.speaking.base import SAMPLES_PER_SECOND, SpeakingFailed

SILENT = 200
"""Samples below this are silence: 44 dB under full scale of telephone speech."""

KEPT_SECONDS = 0.04
"""Silence left after the last sound, so that nothing is clipped."""

SHORTEST_SECONDS = 0.08
"""Less sound than this is no sentence."""


def telephone_audio(pcm: bytes, rate: int) -> bytes:
    """Mu-law at 8 kHz of 16-bit mono PCM.

    Raises:
        SpeakingFailed: there is no sound in it.
    """
    samples = np.frombuffer(pcm[: len(pcm) // 2 * 2], dtype="<i2")
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > SILENT)
    if loud.size == 0 or (loud[-1] - loud[0]) / rate < SHORTEST_SECONDS:
        raise SpeakingFailed("empty", "the engine made no sound", retryable=True)
    margin = int(KEPT_SECONDS * rate)
    samples = samples[max(0, loud[0] - margin) : loud[-1] + margin]
    kept = samples.tobytes()
    if rate != SAMPLES_PER_SECOND:
        resampler = codec.Resampler(rate, SAMPLES_PER_SECOND)
        kept = resampler.feed(kept) + resampler.end()
    return codec.encode(kept)
