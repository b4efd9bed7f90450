"""The real Vosk engine with our own model: voices it has not learnt from, and lines with nobody there."""

import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import vosk  # type: ignore[import-untyped]

from bench import voices
from bench.hearing import heard_by_vosk, words_of
from bench.voices import Utterance
from bench.word_errors import Tally

SECONDS = 20
CPU_SECONDS = 15.0
"""Far more than a quiet line needs, far less than one on which the number of paths explodes."""


def _error_rate(model: Any, utterances: Iterable[Utterance]) -> float:
    tally = Tally()
    for one in utterances:
        tally.add(one.said, heard_by_vosk(model, one.pcm))
    return tally.error_rate


@pytest.mark.parametrize("speaking", [voices.of_espeak, voices.of_flite])
def test_sentences_in_unseen_voices_are_mostly_understood(
    model: Any, folder: Path, speaking: Callable[[list[str]], Iterable[Utterance]]
) -> None:
    said = voices.sentences_in(words_of(folder), 30)
    assert _error_rate(model, speaking(said)) < 0.4


@pytest.mark.parametrize("speaking", [voices.of_espeak, voices.of_flite])
def test_digits_in_unseen_voices_are_understood(
    digits_model: Any, speaking: Callable[[list[str]], Iterable[Utterance]]
) -> None:
    assert _error_rate(digits_model, speaking(voices.digit_strings(30))) < 0.15


def _noise(loudness: float) -> bytes:
    samples = np.random.default_rng(1).normal(0, loudness, SECONDS * 8000)
    return np.clip(samples, -32767, 32767).astype("<i2").tobytes()


@pytest.mark.parametrize("loudness", [0, 4, 100, 1000])
def test_nothing_is_heard_when_nobody_speaks_and_soon(model: Any, loudness: float) -> None:
    pcm = _noise(loudness)
    begun = time.process_time()
    assert heard_by_vosk(model, pcm) == ""
    assert time.process_time() - begun < CPU_SECONDS


def test_words_come_with_their_times_and_confidences(digits_model: Any) -> None:
    (said,) = voices.of_flite(["one two three four"])
    recogniser = vosk.KaldiRecognizer(digits_model, 8000)
    recogniser.SetWords(True)
    recogniser.AcceptWaveform(said.pcm)
    words = json.loads(recogniser.FinalResult())["result"]
    times = [time for word in words for time in (word["start"], word["end"])]
    assert len(words) == 4
    assert times == sorted(times)
    assert 0.1 < times[0] < times[-1] < len(said.pcm) / 16000
    assert all(0 < word["conf"] <= 1 for word in words)


def test_a_turn_ends_after_a_pause(digits_model: Any) -> None:
    (said,) = voices.of_flite(["one two three four"])
    recogniser = vosk.KaldiRecognizer(digits_model, 8000)
    pcm = said.pcm + bytes(16000 * 2)
    ended = [recogniser.AcceptWaveform(pcm[start : start + 320]) for start in range(0, len(pcm), 320)]
    assert any(ended)
    assert ended.index(True) * 0.02 > len(said.pcm) / 16000 - 0.4
