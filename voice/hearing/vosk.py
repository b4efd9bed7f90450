"""Vosk, with the model in a folder: the recogniser for free speech where a model of people is installed.

Runs in a worker process: libvosk aborts its process over a damaged model or a call at the wrong time. Its own
end of an utterance is not used, its grammar is never changed while it listens, and nothing is downloaded.
"""

import json
from math import exp, log
from pathlib import Path
from typing import Any

import vosk  # type: ignore[import-untyped]

from voice.codec import Resampler
from voice.hearing.base import Grammar, GrammarKind, Heard, Word
from voice.hearing.grammars import jsgf, spoken_words, words_of
from voice.hearing.phrases import LEAVING, NO, YES
from voice.speech_model import built

NAME = "vosk"
RATE = 16000
"""Every model takes it; some abort on 8000."""

_TAIL = bytes(2 * 800)
"""A tenth of a second at 8 kHz: brings out what the resampler and the net still hold."""

_NOTHING = frozenset(("the", "huh", "a", "uh"))
"""What models hear in noise."""

_NOTHING_BELOW = 0.6


class Vosk:
    """The engine: one model, and one of digits alone where the folder has it."""

    def __init__(self, folder: Path) -> None:
        """Load it.

        Raises:
            ModelDamaged: it was built here and is not what was built.
            FileNotFoundError: there is no such folder.
        """
        vosk.SetLogLevel(-1)
        if not folder.is_dir():
            raise FileNotFoundError(folder)
        if (folder / built.RECORD).exists():
            built.verified(folder)
        self._model = vosk.Model(str(folder))
        digits = folder / built.DIGITS
        self._digits = vosk.Model(str(digits)) if digits.is_dir() else None
        # Only a graph that is put together at run time takes a grammar; others keep to free speech.
        self._takes_grammars = any(folder.glob("**/HCLr.fst"))

    def listen(self, grammar: Grammar) -> "Utterance":
        """Begin an utterance."""
        if grammar.kind is GrammarKind.DIGITS and self._digits is not None:
            return Utterance(vosk.KaldiRecognizer(self._digits, RATE))
        phrases = phrases_of(grammar) if self._takes_grammars else []
        if not phrases:
            return Utterance(vosk.KaldiRecognizer(self._model, RATE))
        return Utterance(vosk.KaldiRecognizer(self._model, RATE, json.dumps(phrases, ensure_ascii=False)))


def phrases_of(grammar: Grammar) -> list[str]:
    """What Vosk is told to listen for: phrases, whose words it may still mix; none for free speech."""
    if grammar.kind is GrammarKind.FREE:
        return []
    said = [*LEAVING, *(" ".join(spoken_words(phrase)) for phrase in grammar.phrases)]
    if grammar.kind is GrammarKind.YES_NO:
        said += [*YES, *NO]
    else:
        said += words_of(jsgf(grammar))
    # Without it, noise is forced into a phrase.
    return [*dict.fromkeys(said), "[unk]"]


class Utterance:
    """One utterance in its own recogniser."""

    def __init__(self, recognizer: Any) -> None:
        """With a recogniser that has heard nothing yet."""
        recognizer.SetWords(True)
        self._recognizer = recognizer
        self._resampler = Resampler(8000, RATE)
        self._words: list[Word] = []
        self._is_fresh = True

    @property
    def partial(self) -> str:
        """The newest words."""
        newest = "" if self._is_fresh else json.loads(self._recognizer.PartialResult())["partial"]
        return " ".join([*(word.text for word in self._words), *newest.split()])

    def feed(self, pcm: bytes) -> None:
        """Take 8 kHz PCM16."""
        self._accept(self._resampler.feed(pcm))

    def settle(self) -> Heard:
        """The result so far. The recogniser begins anew after it; what is heard next is joined."""
        if not self._is_fresh:
            self._accept(self._resampler.feed(_TAIL))
            self._take(self._recognizer.FinalResult())
            self._is_fresh = True
        if len(self._words) == 1 and self._words[0].text in _NOTHING:
            lonely = self._words[0].confidence or 0.0
            if lonely < _NOTHING_BELOW:
                return Heard("", 0.0, engine=NAME)
        return Heard(
            " ".join(word.text for word in self._words), _sureness(self._words), tuple(self._words), NAME
        )

    def close(self) -> None:
        """The recogniser goes with the utterance."""

    def _accept(self, sound: bytes) -> None:
        if not sound:
            return
        self._is_fresh = False
        if self._recognizer.AcceptWaveform(sound):
            # Its own endpoint: the words are kept, and it goes on.
            self._take(self._recognizer.Result())

    def _take(self, result: str) -> None:
        for word in json.loads(result).get("result", ()):
            if word["word"] != "[unk]":
                self._words.append(
                    Word(word["word"], float(word["conf"]), float(word["start"]), float(word["end"]))
                )


def _sureness(words: list[Word]) -> float:
    if not words:
        return 0.0
    return exp(sum(log(max(word.confidence or 0.0, 1e-4)) for word in words) / len(words))
