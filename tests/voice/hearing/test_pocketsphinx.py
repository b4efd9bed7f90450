"""The embedded recogniser, with a synthetic caller on a telephone line."""

from pathlib import Path

import pytest

from bench.voices import of_flite
from voice.hearing.answers import normalised
from voice.hearing.base import Grammar, GrammarKind
from voice.hearing.pocketsphinx import Pocketsphinx

POLICY = Grammar(GrammarKind.DIGITS, length=12, shape="policy_number")
YES_NO = Grammar(GrammarKind.YES_NO)
KINDS = Grammar(GrammarKind.CHOICE, ("Hospital stay", "Accident", "Qwxz plan"))
PIECE = 512


def said(text: str) -> bytes:
    """In the voice of flite's that nothing is learnt from."""
    return next(of_flite([text], "rms")).pcm


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Pocketsphinx:
    return Pocketsphinx(tmp_path_factory.mktemp("language"))


def typed(engine: Pocketsphinx, grammar: Grammar, text: str) -> tuple[str, float]:
    listener = engine.listen(grammar)
    listener.feed(said(text))
    heard = listener.settle()
    listener.close()
    return normalised(heard, grammar), heard.confidence


@pytest.mark.parametrize(
    ("grammar", "text", "wanted"),
    [
        (YES_NO, "yes please", "yes please"),
        (YES_NO, "no that's wrong", "no that's wrong"),
        (YES_NO, "agent", "agent"),
        (Grammar(GrammarKind.DATE), "march twelfth nineteen eighty five", "march 12 1985"),
        (Grammar(GrammarKind.AMOUNT), "twelve thousand five hundred yuan", "12,500 yuan"),
        (KINDS, "hospital stay", "Hospital stay"),
        (POLICY, "eight eight zero zero, zero zero one two, three four five six", "880000123456"),
        (POLICY, "i don't have it with me", "i don't have it with me"),
    ],
)
def test_an_answer_is_heard(engine: Pocketsphinx, grammar: Grammar, text: str, wanted: str) -> None:
    found, confidence = typed(engine, grammar, text)

    assert found == wanted
    assert 0 < confidence <= 1


def test_who_says_something_else_than_asked_is_heard_freely(engine: Pocketsphinx) -> None:
    found, _ = typed(engine, YES_NO, "i would like to change the address of my policy")

    assert "change" in found and "address" in found


def test_a_result_in_a_pause_does_not_end_the_number(engine: Pocketsphinx) -> None:
    listener = engine.listen(POLICY)
    sound = said("eight eight zero zero, zero zero one two")
    for place in range(0, len(sound), PIECE):
        listener.feed(sound[place : place + PIECE])
    first = normalised(listener.settle(), POLICY)
    listener.feed(said("three four five six"))
    whole = normalised(listener.settle(), POLICY)
    partial = listener.partial
    listener.close()

    assert first == "88000012"
    assert whole == "880000123456"
    assert partial


def test_silence_is_nothing(engine: Pocketsphinx) -> None:
    listener = engine.listen(POLICY)
    assert (listener.settle().text, listener.settle().confidence) == ("", 0.0)
    listener.feed(bytes(16000))
    assert listener.settle().confidence < 0.9
    listener.close()
    listener.close()


def test_decoders_are_used_again_and_not_kept_without_end(engine: Pocketsphinx) -> None:
    rules = engine.rules(YES_NO)
    first = engine.decoder(rules)
    engine.give_back(rules, first)

    assert engine.decoder(rules) is first
    engine.give_back(rules, first)


def test_the_language_is_made_once(tmp_path: Path) -> None:
    Pocketsphinx(tmp_path)
    made = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    Pocketsphinx(tmp_path)

    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == made
    assert len(made) == 2
