"""Vosk behind our protocol, with the model that is built here: sound in, words out, nothing aborts."""

from pathlib import Path
from shutil import copytree

import pytest

from bench.voices import of_flite
from records.settings import settings
from voice.hearing.base import Grammar, GrammarKind
from voice.hearing.vosk import Vosk
from voice.speech_model import built

DIGITS = Grammar(GrammarKind.DIGITS, length=4)


@pytest.fixture(scope="module")
def folder() -> Path:
    return built.verified(built.place(settings().data))


@pytest.fixture(scope="module")
def engine(folder: Path) -> Vosk:
    return Vosk(folder)


def test_digits_are_heard_with_confidence_and_more_may_follow(engine: Vosk) -> None:
    listener = engine.listen(DIGITS)
    listener.feed(next(of_flite(["one two three four"], "rms")).pcm)
    first = listener.settle()
    listener.feed(next(of_flite(["five six"], "rms")).pcm)
    both = listener.settle()
    listener.close()

    assert first.words and len(first.words) == len(first.text.split())
    assert all(word.confidence is not None and 0 <= word.confidence <= 1 for word in first.words)
    assert 0 < first.confidence <= 1
    assert both.text.startswith(first.text) and len(both.words) > len(first.words)


@pytest.mark.parametrize(
    "grammar", [Grammar(), DIGITS, Grammar(GrammarKind.YES_NO), Grammar(GrammarKind.DATE)]
)
def test_silence_odd_pieces_and_results_without_sound_abort_nothing(engine: Vosk, grammar: Grammar) -> None:
    listener = engine.listen(grammar)
    assert listener.settle().text == ""
    for piece in (b"", b"\x01", bytes(3), bytes(16001)):
        listener.feed(piece)
        listener.settle()
    assert listener.settle().text == listener.partial == ""
    listener.close()


def test_a_damaged_or_missing_model_is_refused_before_it_is_loaded(folder: Path, tmp_path: Path) -> None:
    copy = copytree(folder, tmp_path / "copy")
    (copy / "graph" / "words.txt").write_text("nothing 0\n")

    with pytest.raises(built.ModelDamaged):
        Vosk(copy)
    with pytest.raises(FileNotFoundError):
        Vosk(tmp_path / "none")
