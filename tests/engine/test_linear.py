"""The classifier learns, chooses its threshold on held-out examples, and serves what it fitted."""

from __future__ import annotations

import numpy as np
import pytest
from bot.engine.components.lexicon import Lexicon
from bot.engine.components.linear import Material, choose_threshold, train, validate
from sentence_vectors import SentenceEncoder

from tests_engine_data import FEW

TEXTS = [text for texts in FEW.values() for text in texts]
NAMES = [intent for intent, texts in FEW.items() for _ in texts]


@pytest.fixture(scope="module")
def vectors(sentence_model: object) -> np.ndarray:
    return SentenceEncoder(str(sentence_model)).encode(TEXTS)


def test_it_names_what_it_has_seen_and_its_probabilities_add_up(vectors: np.ndarray) -> None:
    model = train(TEXTS, vectors, NAMES, 10.0)
    found = [model.probabilities(text, vector) for text, vector in zip(TEXTS, vectors, strict=True)]
    assert [model.labels[int(one.argmax())] for one in found] == NAMES
    assert [float(one.sum()) for one in found] == pytest.approx([1.0] * len(TEXTS), abs=1e-5)


def test_two_intents_are_enough(vectors: np.ndarray) -> None:
    model = train(TEXTS[:16], vectors[:16], NAMES[:16], 10.0)
    found = [model.probabilities(text, vector) for text, vector in zip(TEXTS[:16], vectors, strict=False)]
    assert [model.labels[int(one.argmax())] for one in found] == NAMES[:16]


def test_the_multiplied_out_weights_score_like_the_directions_they_came_from(vectors: np.ndarray) -> None:
    material = Material(TEXTS, vectors)
    model = material.fit(NAMES, 10.0)
    row = model.lexicon.matrix(TEXTS[:1]).toarray()[0]
    directly = vectors[0] @ model.weights + model.bias + row @ model.lexical_weights
    expected = np.exp(directly - directly.max()) / np.exp(directly - directly.max()).sum()
    assert model.probabilities(TEXTS[0], vectors[0]) == pytest.approx(expected, abs=1e-5)


def test_validation_judges_every_example_by_a_model_that_has_not_seen_it(vectors: np.ndarray) -> None:
    found = validate(TEXTS, vectors, NAMES, folds=4)
    assert len(found.guesses) == len(TEXTS)
    assert found.accuracy == np.mean(
        [guess == name for guess, name in zip(found.guesses, NAMES, strict=True)]
    )
    assert found.accuracy > 0.7


def test_the_threshold_refuses_no_more_right_answers_than_allowed() -> None:
    sure = np.linspace(0.01, 1, 100, dtype=np.float32)
    right = np.ones(100, dtype=bool)
    assert (sure[right] < choose_threshold(sure, right, 0.05)).mean() <= 0.05


def test_without_one_right_answer_nothing_is_refused() -> None:
    assert choose_threshold(np.array([0.5], dtype=np.float32), np.array([False]), 0.05) == 0.0


def test_digits_are_all_alike_to_the_lexicon() -> None:
    lexicon = Lexicon.of(["policy 880000100101", "policy 880000100201"])
    first, second = lexicon.row("policy 880000100101"), lexicon.row("policy 999999999999")
    assert np.array_equal(first[0], second[0])


def test_a_text_of_unknown_words_has_an_empty_row() -> None:
    columns, values = Lexicon.of(["borrow money", "borrow money"]).row("qqq")
    assert len(columns) == len(values) == 0
