"""What is synthesised: the language of the line, with a part that is kept for measuring."""

from itertools import islice

import pytest

from voice.speech_model import corpus, sentences
from voice.speech_model.lexicon import known


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "zero"),
        (15, "fifteen"),
        (42, "forty two"),
        (300, "three hundred"),
        (5_317, "five thousand three hundred seventeen"),
        (120_000, "one hundred twenty thousand"),
    ],
)
def test_numbers_are_words(value: int, said: str) -> None:
    assert sentences.number(value) == said


def test_every_day_of_a_month_has_its_ordinal() -> None:
    said = [sentences.ordinal(day) for day in range(1, 32)]
    assert len(set(said)) == 31
    assert (said[0], said[11], said[19], said[30]) == ("first", "twelfth", "twentieth", "thirty first")


def test_the_dictionary_knows_every_word_of_the_forms() -> None:
    assert [one for one in islice(sentences.forms(7), 2000) if not known(one.split())] == []


def test_what_measures_is_not_learnt_from() -> None:
    learnt = {" ".join(words) for words in sentences.utterances()}
    held_out = {" ".join(words) for words in sentences.utterances(held_out=True)}
    assert len(held_out) > 200
    # Two lines may differ in a comma only; that is all that may be in both.
    assert len(held_out & learnt) < len(held_out) / 20
    assert not set(corpus.HELD_OUT_VARIANTS) & set(corpus.VARIANTS)
    assert corpus.MEASURING_SEED != corpus.LEARNING_SEED


def test_the_same_seed_says_the_same() -> None:
    first, again, other = (list(islice(sentences.forms(seed), 50)) for seed in (3, 3, 4))
    assert first == again != other
