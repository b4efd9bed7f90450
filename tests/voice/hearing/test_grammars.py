"""Every question's grammar can be read by the recogniser, and leaves the caller a way out."""

import pytest

from voice.hearing.base import Grammar, GrammarKind
from voice.hearing.grammars import jsgf, spoken_words, words_of
from voice.hearing.language import arpa, dictionary_of, pronounced
from voice.hearing.phrases import LEAVING
from voice.hearing.vosk import phrases_of
from voice.listening import ANYWHERE, IN_SERVICE
from voice.speech_model.language import counted

CLOSED = sorted(
    {
        listening.grammar
        for listening in (*ANYWHERE.values(), *IN_SERVICE.values())
        if listening.grammar.kind is not GrammarKind.FREE
    },
    key=repr,
)


@pytest.mark.parametrize("grammar", CLOSED, ids=repr)
def test_every_word_of_every_question_can_be_pronounced(grammar: Grammar) -> None:
    assert [word for word in words_of(jsgf(grammar)) if not pronounced(word)] == []


@pytest.mark.parametrize("grammar", CLOSED, ids=repr)
def test_every_question_can_be_left(grammar: Grammar) -> None:
    leaving = next(line for line in jsgf(grammar).splitlines() if line.startswith("<leaving> ="))

    assert set(LEAVING) <= {part.strip(" ;") for part in leaving.partition("=")[2].split("|")}
    assert set(LEAVING) <= set(phrases_of(grammar))


def test_fixed_digits_are_exactly_as_many_as_wanted_and_nothing_else() -> None:
    rules = jsgf(Grammar(GrammarKind.DIGITS, length=4), fixed=True)

    assert "public <s> = <digit> <digit> <digit> <digit>;" in rules
    assert len(words_of(rules)) == 10
    assert "zero" in words_of(rules) and "oh" not in words_of(rules)
    with pytest.raises(ValueError, match="known number"):
        jsgf(Grammar(GrammarKind.DIGITS), fixed=True)


def test_a_title_is_said_without_its_brackets_and_a_number_digit_by_digit() -> None:
    assert spoken_words("Hospital stay (one night or more)") == ["hospital", "stay"]
    assert spoken_words("8800 0010") == "eight eight zero zero zero zero one zero".split()


def test_what_only_one_choice_has_is_enough_to_mean_it() -> None:
    rules = jsgf(Grammar(GrammarKind.CHOICE, ("Term life", "Whole life")))
    titles = next(line for line in rules.splitlines() if line.startswith("<title> ="))

    assert {part.strip(" ;") for part in titles.partition("=")[2].split("|")} == {
        "term life", "term", "whole life", "whole",
    }  # fmt: skip


def test_free_speech_has_no_grammar() -> None:
    assert phrases_of(Grammar()) == []
    with pytest.raises(ValueError, match="language model"):
        jsgf(Grammar())


def test_an_unknown_word_is_pronounced_by_its_parts_or_not_at_all() -> None:
    assert pronounced("policy")[0] == ("P", "AA", "L", "AH", "S", "IY")
    assert pronounced("tumour") == pronounced("tumor")
    assert pronounced("passkey")[0] == ("P", "AE", "S", "K", "IY")
    assert pronounced("qqzzk") == ()
    assert dictionary_of(["qqzzk", "zero"]) == "zero Z IH R OW\nzero(2) Z IY R OW\n"


def test_the_language_is_written_whole() -> None:
    text = arpa(counted([["pay", "my", "premium"], ["my", "premium"]], {"pay", "my", "premium"}))

    assert "ngram 1=5" in text and "ngram 2=5" in text
    assert text.endswith("\\end\\\n")
    chances = [
        10 ** float(line.split("\t")[0]) for line in text.splitlines() if line.endswith("\tmy\tpremium")
    ]
    assert chances and 0.7 < chances[0] < 1
