"""Mel-frequency cepstra exactly as Kaldi computes them: the net must learn from what it will be shown.

The constants are written into the model's `mfcc.conf`; changing one here changes it there.
"""

import numpy as np
from numpy.typing import NDArray

RATE = 8000
WINDOW = 200
"""Samples of one frame: 25 ms."""

SHIFT = 80
"""Samples from frame to frame: 10 ms."""

CEPSTRA = 40
LOW_HERTZ = 60.0
HIGH_HERTZ = 3700.0
_PADDED = 256
_PREEMPHASIS = 0.97
_LIFTER = 22.0
_FULL_SCALE = 32768.0


def mfcc_conf() -> str:
    """These constants as Kaldi's options."""
    return "\n".join(
        [
            "--use-energy=false",
            f"--sample-frequency={RATE}",
            f"--num-mel-bins={CEPSTRA}",
            f"--num-ceps={CEPSTRA}",
            f"--low-freq={LOW_HERTZ:g}",
            f"--high-freq={HIGH_HERTZ:g}",
            "--dither=0",
            "",
        ]
    )


def frame_count(samples: int) -> int:
    """How many whole frames fit."""
    return max(0, 1 + (samples - WINDOW) // SHIFT)


def mfcc(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """One row of cepstra for each whole frame; full scale of `samples` is 1.0."""
    count = frame_count(len(samples))
    if not count:
        return np.empty((0, CEPSTRA), np.float32)
    loud = samples.astype(np.float32) * _FULL_SCALE
    frames = np.lib.stride_tricks.sliding_window_view(loud, WINDOW)[::SHIFT][:count]
    frames = frames - frames.mean(axis=1, keepdims=True)
    before = np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    shaped = (frames - _PREEMPHASIS * before) * _POVEY
    power = np.abs(np.fft.rfft(shaped, _PADDED, axis=1)[:, :-1]) ** 2
    energies = np.maximum(power.astype(np.float32) @ _MEL, np.finfo(np.float32).eps)
    return np.asarray(np.log(energies) @ _COSINES, np.float32)


def _mel(hertz: NDArray[np.float64] | float) -> NDArray[np.float64]:
    return np.asarray(1127.0 * np.log1p(np.asarray(hertz) / 700.0))


def _mel_weights() -> NDArray[np.float32]:
    """One triangle a column, over the bins of the spectrum without its last."""
    edges = np.linspace(_mel(LOW_HERTZ), _mel(HIGH_HERTZ), CEPSTRA + 2)
    bins = _mel(np.arange(_PADDED // 2) * RATE / _PADDED)[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    return np.asarray(np.maximum(0.0, np.minimum(rising, falling)), np.float32)


def _cosine_weights() -> NDArray[np.float32]:
    """The orthonormal cosine transform with its liftering, one cepstrum a column."""
    order = np.arange(CEPSTRA)
    places = np.arange(CEPSTRA)[:, None] + 0.5
    cosines = np.sqrt(2.0 / CEPSTRA) * np.cos(np.pi / CEPSTRA * places * order)
    cosines[:, 0] = np.sqrt(1.0 / CEPSTRA)
    lifter = 1.0 + 0.5 * _LIFTER * np.sin(np.pi * order / _LIFTER)
    return np.asarray(cosines * lifter, np.float32)


_POVEY = np.asarray((0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / (WINDOW - 1))) ** 0.85, np.float32)
_MEL = _mel_weights()
_COSINES = _cosine_weights()
