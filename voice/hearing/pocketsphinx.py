"""The recogniser of the pocketsphinx wheel: good on closed grammars, fair on digits, poor on free speech.

Runs in a worker process. While somebody speaks, a decoder gives partial texts; the result is always heard
anew from the whole utterance, whose loudness and channel are known by then.
"""

import tempfile
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from importlib.resources import files
from math import exp, log
from pathlib import Path

import pocketsphinx  # type: ignore[import-untyped]

from actions.normalise.spoken import REPEATS
from voice.hearing.base import Grammar, GrammarKind, Heard, Word
from voice.hearing.grammars import jsgf, spoken_words, words_of
from voice.hearing.language import dictionary_of, prepared, pronounced
from voice.hearing.widening import gain_of, widened

NAME = "pocketsphinx"
FRAMES_PER_SECOND = 100

_KEPT = 12
"""Idle decoders kept; one is some 5 MB, the one of free speech more."""

_LONG = 8
"""So many digits cannot be found in words or in fewer digits: nothing is heard then. Fewer can."""

_NEAR = 1
"""Digits more or less than the few wanted that are put down to mishearing."""

_WORSE = 0.05
"""Nats a frame by which exactly so many digits may fit worse than any number of them."""

_OH = 0.2
"""Nats a frame by which "oh" must fit better than "zero": many sounds have something of an "oh"."""

_CLOSED = {"lw": 1.0, "wip": 1e-15}
"""With a grammar the language weight also scales the insertion penalty: these belong together."""

_SPELT = {**_CLOSED, "beam": 1e-30, "wbeam": 1e-15, "pbeam": 1e-30}
"""Letters sound so alike that with the usual beams one name takes ten seconds."""

_FREE = {"lw": 8.0, "wip": 0.65}
_FLOOR = 1e-300
_FAR = 1.0
"""Nats a frame by which free speech must fit better before the grammar is doubted."""


@dataclass(slots=True)
class _Result:
    words: list[Word] = field(default_factory=list)
    per_frame: float = 0.0
    """Logarithm of how well the sounds fit, for a frame of speech."""

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def sureness(self) -> float:
        if not self.words:
            return 0.0
        # The geometric mean: one doubtful word among twelve counts, but does not settle it.
        return exp(sum(log(max(word.confidence or 0.0, 1e-4)) for word in self.words) / len(self.words))


class Pocketsphinx:
    """The engine: decoders by grammar, made when first needed."""

    def __init__(self, folder: Path) -> None:
        """`folder` keeps the files of the domain's language."""
        self._language = prepared(folder)
        self._acoustics = str(files("pocketsphinx") / "model" / "en-us" / "en-us")
        self._idle: OrderedDict[str, list[pocketsphinx.Decoder]] = OrderedDict()
        self._keep(_FREE_RULES, self.decoder(_FREE_RULES))

    def listen(self, grammar: Grammar) -> "Utterance":
        """Begin an utterance."""
        return Utterance(self, grammar)

    def rules(self, grammar: Grammar, *, fixed: bool = False, oh: bool = False) -> str:
        """The rules of a grammar, with the words that can be pronounced; free speech has none."""
        if grammar.kind is GrammarKind.FREE:
            return _FREE_RULES
        said = (" ".join(word for word in spoken_words(one) if pronounced(word)) for one in grammar.phrases)
        return jsgf(replace(grammar, phrases=tuple(said)), fixed=fixed, oh=oh)

    def decoder(self, rules: str) -> pocketsphinx.Decoder:
        """An idle decoder for these rules, or a new one; it belongs to the caller until `give_back`."""
        idle = self._idle.get(rules)
        if idle:
            return idle.pop()
        if rules == _FREE_RULES:
            decoder = self._made(self._language.dictionary, _FREE)
            decoder.add_lm_file("free", str(self._language.model))
            decoder.activate_search("free")
            return decoder
        with tempfile.NamedTemporaryFile("w", suffix=".dict", encoding="utf-8") as words:
            words.write(dictionary_of(words_of(rules)))
            words.flush()
            decoder = self._made(Path(words.name), _SPELT if "<letter>" in rules else _CLOSED)
        decoder.add_jsgf_string("closed", rules)
        decoder.activate_search("closed")
        return decoder

    def give_back(self, rules: str, decoder: pocketsphinx.Decoder) -> None:
        """The decoder is not needed any more."""
        self._keep(rules, decoder)

    def heard(self, rules: str, sound: bytes) -> _Result:
        """What is heard in a whole utterance of wide-band sound."""
        decoder = self.decoder(rules)
        decoder.start_utt()
        decoder.process_raw(sound, full_utt=True)
        decoder.end_utt()
        result = _result(decoder)
        self.give_back(rules, decoder)
        return result

    def _keep(self, rules: str, decoder: pocketsphinx.Decoder) -> None:
        self._idle.setdefault(rules, []).append(decoder)
        self._idle.move_to_end(rules)
        while sum(map(len, self._idle.values())) > _KEPT:
            oldest = next(iter(self._idle))
            self._idle[oldest] = self._idle[oldest][1:]
            if not self._idle[oldest]:
                del self._idle[oldest]

    def _made(self, dictionary: Path, settings: dict[str, float]) -> pocketsphinx.Decoder:
        return pocketsphinx.Decoder(
            hmm=self._acoustics, dict=str(dictionary), lm=None, loglevel="FATAL", **settings
        )


class Utterance:
    """One utterance: all its sound is kept, for the result is heard from the whole of it."""

    def __init__(self, engine: Pocketsphinx, grammar: Grammar) -> None:
        """Listen for this."""
        self._engine = engine
        self._grammar = grammar
        self._rules = engine.rules(grammar)
        self._sound = bytearray()
        self._running: pocketsphinx.Decoder | None = None
        self._partial = ""

    @property
    def partial(self) -> str:
        """The newest words."""
        return self._partial

    def feed(self, pcm: bytes) -> None:
        """Take 8 kHz PCM16."""
        self._sound += pcm
        if self._running is None:
            self._running = self._engine.decoder(self._rules)
            self._running.start_utt()
        self._running.process_raw(widened(pcm))
        found = self._running.hyp()
        self._partial = found.hypstr if found else ""

    def settle(self) -> Heard:
        """Hear it again from the beginning."""
        whole = bytes(self._sound)
        sound = widened(whole, gain_of(whole))
        if not sound:
            return Heard("", 0.0, engine=NAME)
        if self._grammar.kind is GrammarKind.FREE:
            found = self._engine.heard(self._rules, sound)
            return Heard(found.text, found.sureness, tuple(found.words), NAME)
        if self._grammar.kind is GrammarKind.DIGITS:
            return self._digits(sound)
        return self._closed(sound)

    def close(self) -> None:
        """Give the decoder back."""
        if self._running is not None:
            self._running.end_utt()
            self._engine.give_back(self._rules, self._running)
            self._running = None

    def _digits(self, sound: bytes) -> Heard:
        loose = self._engine.heard(self._rules, sound)
        wanted = self._grammar.length
        if wanted is None or (wanted < _LONG and not _is_plain(loose, wanted)):
            return Heard(loose.text, loose.sureness, tuple(loose.words), NAME)
        exact = self._exactly(sound, loose)
        if not exact.words or exact.per_frame < loose.per_frame - _WORSE:
            return Heard(loose.text, loose.sureness, tuple(loose.words), NAME)
        # Two ways of listening that agree are a better sign than either's own confidence.
        agree = loose.text.endswith(exact.text)
        sureness = exact.sureness if agree else 0.7 * exact.sureness
        return Heard(exact.text, sureness, tuple(exact.words), NAME, () if agree else (loose.text,))

    def _exactly(self, sound: bytes, loose: _Result) -> _Result:
        zero = self._engine.heard(self._engine.rules(self._grammar, fixed=True), sound)
        words = {word.text for word in loose.words}
        if "oh" not in words or "zero" in words:
            return zero
        oh = self._engine.heard(self._engine.rules(self._grammar, fixed=True, oh=True), sound)
        if oh.words and (not zero.words or oh.per_frame > zero.per_frame + _OH):
            return oh
        return zero

    def _closed(self, sound: bytes) -> Heard:
        closed = self._engine.heard(self._rules, sound)
        free = self._engine.heard(_FREE_RULES, sound)
        lead = free.per_frame - closed.per_frame
        if closed.words and lead < _FAR:
            others = (free.text,) if free.text and free.text != closed.text else ()
            return Heard(closed.text, closed.sureness, tuple(closed.words), NAME, others)
        # Nothing of what was listened for fits: it was something else, or noise.
        return Heard(free.text, 0.6 * free.sureness, tuple(free.words), NAME, (closed.text,))


_FREE_RULES = ""
_DIGITS = frozenset("zero oh one two three four five six seven eight nine".split())


def _is_plain(loose: _Result, wanted: int) -> bool:
    """Whether it was digits, about as many as wanted, each said by itself."""
    said = sum(word.text in _DIGITS for word in loose.words)
    repeats = any(word.text in REPEATS for word in loose.words)
    return bool(said) and not repeats and abs(said - wanted) <= _NEAR


def _result(decoder: pocketsphinx.Decoder) -> _Result:
    found = _Result()
    if decoder.hyp() is None:
        return found
    fit, frames = 0.0, 0
    for piece in decoder.seg() or ():
        word = piece.word.split("(")[0]
        if word.startswith(("<", "[", "+")):
            continue
        frames += piece.end_frame - piece.start_frame + 1
        fit += log(max(piece.ascore, _FLOOR))
        found.words.append(
            Word(
                word,
                min(1.0, piece.prob),
                piece.start_frame / FRAMES_PER_SECOND,
                (piece.end_frame + 1) / FRAMES_PER_SECOND,
            )
        )
    found.per_frame = fit / frames if frames else 0.0
    return found
