"""Makes a clean utterance sound as on a telephone line: rooms, microphones, noise, levels, mu-law.

Keeps every sound at its time, so that the labels stay true; draws from the generator it is given only.
"""

import numpy as np
from numpy.typing import NDArray

from voice.speech_model.clips import Clip
from voice.speech_model.features import RATE

Samples = NDArray[np.float32]

_MU = 255.0


class Line:
    """One telephone line after another; `talk` is what others say in the background."""

    def __init__(self, generator: np.random.Generator, talk: list[Samples]) -> None:
        """Draw all chances from `generator`."""
        self._generator = generator
        self._talk = talk

    def carry(self, clip: Clip) -> tuple[Samples, float]:
        """The clip as it arrives, and how many seconds into it the clip begins."""
        chance = self._generator
        before = int(chance.uniform(0.1, 0.5) * RATE)
        after = int(chance.uniform(0.15, 0.6) * RATE)
        dry = np.concatenate([np.zeros(before, np.float32), clip.samples, np.zeros(after, np.float32)])
        wet = self._shaped(dry)
        wet *= 10 ** (chance.uniform(-27, -1) / 20) / max(1e-6, float(np.abs(wet).max()))
        return self._sent(wet + self._background(wet)), before / RATE

    def nobody(self) -> Samples:
        """A few seconds of a line on which nobody speaks."""
        chance = self._generator
        empty = np.zeros(int(chance.uniform(1, 3) * RATE), np.float32)
        if chance.random() < 0.25:
            return empty
        noise = self._hiss(len(empty)) * 10 ** (chance.uniform(-70, -15) / 20)
        return self._sent(np.asarray(noise, np.float32))

    def _shaped(self, samples: Samples) -> Samples:
        """Through a room, a microphone and a band."""
        chance = self._generator
        room = np.zeros(int(0.3 * RATE), np.float32)
        room[0] = 1.0
        if chance.random() < 0.35:
            tail = chance.standard_normal(len(room)) * np.exp(
                -np.arange(len(room)) / RATE * 6.9 / chance.uniform(0.1, 0.4)
            )
            room[16:] += np.asarray(tail[16:] * chance.uniform(0.02, 0.15), np.float32)
        # Lengths with large prime factors are slow to transform.
        length = -(-(len(samples) + len(room)) // 1024) * 1024
        hertz = np.fft.rfftfreq(length, 1 / RATE)
        octaves = np.log2(np.maximum(hertz, 50) / 1000)
        decibels = octaves * chance.uniform(-3, 3)
        for _ in range(3):
            middle, width = chance.uniform(-3, 2), chance.uniform(0.2, 1.0)
            decibels += chance.uniform(-6, 6) * np.exp(-0.5 * ((octaves - middle) / width) ** 2)
        low, high = chance.uniform(40, 300), chance.uniform(3100, 4100)
        decibels -= 10 * np.log10(1 + (low / np.maximum(hertz, 1)) ** 6) + 10 * np.log10(
            1 + (hertz / high) ** 20
        )
        spectrum = np.fft.rfft(samples, length) * np.fft.rfft(room, length) * 10 ** (decibels / 20)
        return np.asarray(np.fft.irfft(spectrum, length)[: len(samples)], np.float32)

    def _background(self, samples: Samples) -> Samples:
        chance = self._generator
        kind = chance.random()
        if kind < 0.2:
            return np.zeros_like(samples)
        noise = self._chatter(len(samples)) if kind < 0.4 else self._hiss(len(samples))
        loudness = float(np.sqrt(np.mean(samples**2)))
        return np.asarray(noise * loudness * 10 ** (-chance.uniform(6, 40) / 20), np.float32)

    def _hiss(self, count: int) -> Samples:
        """Noise of loudness 1 with a random slope, sometimes with the mains in it."""
        chance = self._generator
        length = -(-count // 1024) * 1024
        spectrum = np.fft.rfft(chance.standard_normal(length))
        hertz = np.maximum(np.fft.rfftfreq(length, 1 / RATE), 60)
        noise = np.fft.irfft(spectrum * (hertz / 1000) ** chance.uniform(-1.2, 0.3), length)[:count]
        if chance.random() < 0.2:
            mains = chance.choice([50, 60]) * np.arange(count) / RATE
            noise += sum(np.sin(2 * np.pi * mains * harmonic) for harmonic in (1, 2, 3)) * noise.std()
        return np.asarray(noise / max(1e-9, noise.std()), np.float32)

    def _chatter(self, count: int) -> Samples:
        mixed = np.zeros(count, np.float32)
        for _ in range(6):
            voice = self._talk[int(self._generator.integers(len(self._talk)))]
            mixed += np.roll(np.resize(voice, count), int(self._generator.integers(count)))
        return np.asarray(mixed / max(1e-9, float(mixed.std())), np.float32)

    def _sent(self, samples: Samples) -> Samples:
        """Cut where too loud, and most often as mu-law."""
        if self._generator.random() < 0.05:
            samples = samples * 3
        samples = np.clip(samples, -1.0, 1.0)
        if self._generator.random() < 0.25:
            return samples
        pressed = np.sign(samples) * np.log1p(_MU * np.abs(samples)) / np.log1p(_MU)
        steps = np.rint(pressed * 127) / 127
        return np.asarray(np.sign(steps) * np.expm1(np.abs(steps) * np.log1p(_MU)) / _MU, np.float32)
