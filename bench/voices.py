"""Utterances in voices that our speech model has never heard, as a telephone brings them.

Synthesised ones are the same at every run. People's recordings are read from where they lie and kept nowhere.
"""

import random
import re
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from gzip import open as open_packed
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voice import codec
from voice.speech_model import corpus
from voice.speech_model.clips import Clip, at_phone_rate, from_pcm, to_pcm
from voice.speech_model.espeak import Espeak
from voice.speech_model.flite import Flite
from voice.speech_model.sentences import ONES, digits

PROMPTS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
"""One woman's recorded announcements: Debian's asterisk-core-sounds-en-wav."""

PROMPTS_PACKAGE = "asterisk-core-sounds-en-wav"
_PROMPT_TEXTS = Path("/usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz")
_LEVEL = 0.4
_SEED = corpus.MEASURING_SEED
_BEFORE, _AFTER = 2400, 3200


@dataclass(frozen=True, slots=True)
class Utterance:
    """Words and how they sound."""

    said: str
    pcm: bytes
    """8 kHz, 16 bit, one channel."""


def over_the_phone(samples: NDArray[np.float32]) -> bytes:
    """With a moment of silence around it, through mu-law."""
    return codec.decode(codec.encode(bytes(_BEFORE * 2) + to_pcm(samples).tobytes() + bytes(_AFTER * 2)))


def _phoned(clip: Clip) -> bytes:
    samples = at_phone_rate(clip).samples
    return over_the_phone(samples * np.float32(_LEVEL / max(1e-6, float(np.abs(samples).max()))))


def sentences_in(words: set[str], count: int) -> list[str]:
    """Sentences for measuring that have words of the model only."""
    found = [one for one in corpus.measuring_sentences(8 * count) if words.issuperset(one.split())]
    return found[:count]


def digit_strings(count: int) -> list[str]:
    """Four to eight digits each, zero always "zero"."""
    chooser = random.Random(_SEED)  # noqa: S311 - the same at every run
    return [digits(chooser, chooser.randint(4, 8)).replace("oh", "zero") for _ in range(count)]


def of_espeak(sentences: list[str]) -> Iterator[Utterance]:
    """In espeak-ng's voices and its dialect that are held out."""
    espeak, chooser = Espeak(), random.Random(_SEED)  # noqa: S311 - the same at every run
    for said in sentences:
        voice = chooser.choice(corpus.HELD_OUT_LANGUAGES) + chooser.choice(corpus.HELD_OUT_VARIANTS)
        yield Utterance(said, _phoned(espeak.say(said, voice, chooser.randint(130, 190))))


def of_flite(sentences: list[str], voice: str = "rms") -> Iterator[Utterance]:
    """In a voice of flite's; `rms` is the one that is held out."""
    flite = Flite()
    for said in sentences:
        yield Utterance(said, _phoned(flite.say(said, voice)))


def of_people_single(folder: Path) -> Iterator[Utterance]:
    """One digit each, as `<digit>_<speaker>_<take>.wav` in the folder."""
    for path in sorted(folder.glob("*.wav")):
        yield Utterance(ONES[int(path.name.split("_")[0])], over_the_phone(_read(path)))


def of_people_strings(folder: Path, length: int = 6) -> Iterator[Utterance]:
    """Digits of one speaker in strings, 0.15 s apart: single digits put together, not fluent speech."""
    chooser = random.Random(_SEED)  # noqa: S311 - the same at every run
    gap = np.zeros(1200, np.float32)
    speakers = sorted({path.name.split("_")[1] for path in folder.glob("*.wav")})
    for speaker in speakers:
        paths = sorted(folder.glob(f"*_{speaker}_*.wav"))
        chooser.shuffle(paths)
        for start in range(0, len(paths) - length + 1, length):
            chosen = paths[start : start + length]
            said = " ".join(ONES[int(path.name[0])] for path in chosen)
            sound = [piece for path in chosen for piece in (_read(path), gap)]
            yield Utterance(said, over_the_phone(np.concatenate(sound)))


def of_prompts() -> Iterator[Utterance]:
    """The recorded announcements whose text is plain words."""
    with open_packed(_PROMPT_TEXTS, "rt", encoding="utf-8", errors="replace") as texts:
        for line in texts:
            name, _, text = line.strip().partition(": ")
            path = PROMPTS / f"{name}.wav"
            if line.startswith(";") or re.search(r"[\d\[(]", text) or not path.is_file():
                continue
            said = " ".join(re.findall(r"[a-z]+(?:'[a-z]+)?", text.lower()))
            if said:
                yield Utterance(said, over_the_phone(_read(path)))


def _read(path: Path) -> NDArray[np.float32]:
    with wave.open(str(path)) as file:
        samples = from_pcm(np.frombuffer(file.readframes(file.getnframes()), "<i2"))
        return at_phone_rate(Clip(samples, file.getframerate(), ())).samples
