"""Recordings are found by what they say, and there are never too many."""

import os
from pathlib import Path

import numpy as np
import pytest

from voice import codec
from voice.speaking.base import Pace, SpeakingFailed
from voice.speaking.prompts import SUFFIX, Prompts
from voice.speaking.telephone_audio import telephone_audio


def test_a_recording_is_named_by_engine_pace_and_words() -> None:
    name = Prompts.name("a", Pace.NORMAL, "Hello there.")
    assert name == Prompts.name("a", Pace.NORMAL, "Hello  there.")
    others = [
        ("b", Pace.NORMAL, "Hello there."),
        ("a", Pace.SLOW, "Hello there."),
        ("a", Pace.NORMAL, "Hello."),
    ]
    assert name not in {Prompts.name(*other) for other in others}


def test_memory_forgets_what_was_not_used_for_longest(tmp_path: Path) -> None:
    prompts = Prompts(None, memory_bytes=25)
    prompts.put("a", b"x" * 10, lasting=True)
    prompts.put("b", b"x" * 10, lasting=True)
    assert prompts.get("a") is not None
    prompts.put("c", b"x" * 10, lasting=True)
    assert prompts.get("b") is None
    assert prompts.get("a") is not None


def test_the_same_recording_again_counts_once() -> None:
    prompts = Prompts(None, memory_bytes=25)
    for _ in range(5):
        prompts.put("a", b"x" * 10, lasting=False)
    prompts.put("b", b"x" * 10, lasting=False)
    assert prompts.get("a") is not None


def test_the_disk_forgets_what_was_not_used_for_longest(tmp_path: Path) -> None:
    prompts = Prompts(tmp_path, memory_bytes=0, disk_bytes=25)
    for place, name in enumerate("ab"):
        prompts.put(name, b"x" * 10, lasting=True)
        os.utime(tmp_path / f"{name}{SUFFIX}", (place, place))
    prompts.put("c", b"x" * 10, lasting=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"b{SUFFIX}", f"c{SUFFIX}"]


def tone(seconds: float, silent_before: float, silent_after: float, rate: int) -> bytes:
    sound = 8000 * np.sin(2 * np.pi * 440 * np.arange(int(seconds * rate)) / rate)
    parts = (np.zeros(int(silent_before * rate)), sound, np.zeros(int(silent_after * rate)))
    return np.concatenate(parts).astype("<i2").tobytes()


@pytest.mark.parametrize("rate", [8000, 16000, 22050])
def test_silence_around_the_words_is_left_out(rate: int) -> None:
    audio = telephone_audio(tone(0.5, 0.2, 0.4, rate), rate)
    assert 0.5 <= len(audio) / 8000 <= 0.6
    heard = np.abs(np.frombuffer(codec.decode(audio), dtype="<i2").astype(np.int32)).max()
    assert 7000 < heard < 9000


@pytest.mark.parametrize("pcm", [b"", b"\0" * 8000, b"\0"])
def test_a_file_without_sound_is_a_failure(pcm: bytes) -> None:
    with pytest.raises(SpeakingFailed):
        telephone_audio(pcm, 22050)
