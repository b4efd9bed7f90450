"""The voice detector knows a voice from a line's noise, and keeps calls apart."""

import numpy as np
import pytest

from bench.voices import of_flite
from voice.hearing.vad import FRAME_SAMPLES, SileroVad

FRAME = 2 * FRAME_SAMPLES


def frames(pcm: bytes) -> list[bytes]:
    return [pcm[place : place + FRAME] for place in range(0, len(pcm) - FRAME + 1, FRAME)]


def noise(seconds: float) -> bytes:
    return np.random.default_rng(1).normal(0, 200, int(8000 * seconds)).astype("<i2").tobytes()


def test_a_voice_is_a_voice_and_noise_is_none() -> None:
    voice = [one for one in frames(next(of_flite(["what is my policy worth today"], "rms")).pcm)]
    vad, other = SileroVad(), SileroVad()

    assert max(other.probability(frame) for frame in frames(noise(2))) < 0.5
    assert sum(vad.probability(frame) > 0.5 for frame in voice) > 0.5 * len(voice)


def test_calls_do_not_hear_one_another() -> None:
    voice = frames(next(of_flite(["report a claim"], "rms")).pcm)
    alone, one, two = SileroVad(), SileroVad(), SileroVad()
    expected = [alone.probability(frame) for frame in voice]
    found = []
    for frame, disturbing in zip(voice, frames(noise(len(voice) * 0.04)), strict=False):
        found.append(one.probability(frame))
        two.probability(disturbing)

    assert found == pytest.approx(expected, abs=1e-6)


def test_a_frame_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="512 bytes"):
        SileroVad().probability(bytes(100))
