"""Which word follows which."""

from math import exp

import pytest

from voice.speech_model.language import BEGIN, END, Language, counted

SAID = ["yes please", "yes", "no", "no thank you", "yes please"]


@pytest.fixture
def language() -> Language:
    return counted([one.split() for one in SAID], {"yes", "no", "please", "thank", "you"})


def test_what_follows_a_word_adds_up_to_one(language: Language) -> None:
    for word in (BEGIN, *language.words):
        seen = language.after[word]
        unseen = (cost for other, cost in language.alone.items() if other not in seen)
        left = exp(-language.backing_off[word])
        assert sum(exp(-cost) for cost in seen.values()) + left * sum(
            map(exp, map(float.__neg__, unseen))
        ) == (pytest.approx(1.0))


def test_what_was_said_often_costs_less(language: Language) -> None:
    assert language.after[BEGIN]["yes"] < language.after[BEGIN]["no"]
    assert language.after["yes"]["please"] < language.after["yes"][END]


def test_a_sentence_is_cut_where_a_word_is_unknown() -> None:
    language = counted([["yes", "indeed", "please"]], {"yes", "please"})
    assert "please" not in language.after["yes"]
    assert language.after[BEGIN].keys() == {"yes"}
    assert language.after["please"].keys() == {END}
