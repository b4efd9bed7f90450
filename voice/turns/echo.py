"""The bot's own voice coming back from a loudspeaker, told from a caller's by what was sent.

A voice detector hears a voice in both. What the last quarter of a second can be made of from the audio that
was sent, delayed and dulled, is echo; it never looks at words, and without sent audio it hears everything.
"""

import numpy as np
import numpy.typing as npt

from voice import codec
from voice.hearing.vad import Vad
from voice.turns.onset import VOICE_WHILE

WINDOW = 2048
"""Samples that are compared: 256 ms."""

REACH = 7200
"""Samples of delay that are looked through: 0.9 s, the way to the telephone and back."""

TAPS = 48
"""Samples of delay around the best one that an echo is made of: a loudspeaker and the walls near it."""

EXPLAINED = 0.5
"""Share of the sound's energy that the sent audio explains, from which on it is echo. Callers' speech
reaches it in one frame of a hundred."""

NOISE_BELOW = 0.1
"""A probability of voice below which a frame tells how loud the line itself is."""

_NOISE_KEPT = 0.9
_SIZE = 16384
_QUIET = 1e4

Samples = npt.NDArray[np.float64]


class EchoProof:
    """A voice detector that does not hear the bot."""

    def __init__(self, vad: Vad) -> None:
        """`vad` hears both; nothing was sent yet."""
        self._vad = vad
        self._ahead = bytearray()
        self._sent: Samples = np.zeros(REACH + WINDOW)
        self._heard: Samples = np.zeros(WINDOW)
        self._noise = 0.0

    def sent(self, mu_law: bytes) -> None:
        """This is played to the caller, after what was sent before."""
        self._ahead += mu_law

    def cleared(self) -> None:
        """What was not played yet is not played."""
        self._ahead.clear()

    def probability(self, pcm: bytes) -> float:
        """How likely the frame holds the voice of the caller."""
        heard = np.frombuffer(pcm, dtype="<i2")
        played = bytes(self._ahead[: heard.size])
        del self._ahead[: heard.size]
        out = np.frombuffer(codec.decode(played), dtype="<i2")
        self._sent = np.concatenate((self._sent[heard.size :], out, np.zeros(heard.size - out.size)))
        self._heard = np.concatenate((self._heard[heard.size :], heard))
        probability = self._vad.probability(pcm)
        if probability < NOISE_BELOW:
            power = float(np.mean(np.square(heard, dtype=np.float64)))
            self._noise = min(power, _NOISE_KEPT * self._noise + (1 - _NOISE_KEPT) * power)
        if probability < VOICE_WHILE:
            return probability
        return 0.0 if explained(self._heard, self._sent, self._noise) >= EXPLAINED else probability


def explained(heard: Samples, sent: Samples, noise: float = 0.0) -> float:
    """How much of the energy of `heard` a short filter over `sent` can make, 0 to 1.

    `noise` is the power of the line's own noise, which nothing explains and which is left out of the account.
    `sent` ends where `heard` ends, and reaches further back by the longest delay.
    """
    window = heard.size
    energy = float(heard @ heard)
    if energy < _QUIET or float(sent @ sent) < _QUIET:
        return 0.0
    products = np.fft.irfft(np.fft.rfft(sent, _SIZE) * np.conj(np.fft.rfft(heard, _SIZE)), _SIZE)
    sums = np.concatenate(((0.0,), np.cumsum(sent * sent)))
    powers = np.maximum(sums[window:] - sums[:-window], _QUIET)
    likeness = np.abs(products[: powers.size]) / np.sqrt(powers)
    # A room answers after the direct sound, so most of the delays tried are longer: further back in `sent`.
    first = int(np.clip(int(likeness.argmax()) - 3 * TAPS // 4, 0, sent.size - window - TAPS))
    part = sent[first : first + window + TAPS]
    squares = np.empty((TAPS, TAPS))
    squares[0] = [part[:window] @ part[shift : shift + window] for shift in range(TAPS)]
    for row in range(1, TAPS):
        # One sample further: the first product of each sum goes, a new last one comes.
        squares[row, 0] = squares[0, row]
        gone = part[row - 1] * part[: TAPS - 1]
        come = part[row - 1 + window] * part[window : window + TAPS - 1]
        squares[row, 1:] = squares[row - 1, :-1] - gone + come
    squares[np.diag_indices(TAPS)] += np.trace(squares) / TAPS * 1e-3 + 1.0
    crossed = products[first : first + TAPS]
    above_noise = max(energy - noise * window, energy / 4)
    return float(np.clip(crossed @ np.linalg.solve(squares, crossed) / above_noise, 0.0, 1.0))
