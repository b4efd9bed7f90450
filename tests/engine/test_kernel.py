"""The classifier names what it has seen, is sure of nothing it has not met, and is judged fold by fold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from bot.engine.components.kernel import SHARES, Examples, KernelModel, train
from bot.engine.components.lexicon import Lexicon, Postings
from bot.engine.components.validation import validate
from sentence_vectors import SentenceEncoder

from tests_engine_data import FEW

TEXTS = [text for texts in FEW.values() for text in texts]
NAMES = [intent for intent, texts in FEW.items() for _ in texts]


@pytest.fixture(scope="module")
def encoder(sentence_model: Path) -> SentenceEncoder:
    return SentenceEncoder(sentence_model)


@pytest.fixture(scope="module")
def vectors(encoder: SentenceEncoder) -> np.ndarray:
    return encoder.encode_deep(TEXTS)


@pytest.fixture(scope="module")
def model(vectors: np.ndarray) -> KernelModel:
    return train(TEXTS, vectors, NAMES)


def test_it_names_what_it_has_seen(model: KernelModel, vectors: np.ndarray) -> None:
    best = model.scores(TEXTS, vectors).argmax(axis=1)
    assert [model.labels[place] for place in best] == NAMES


def test_two_intents_are_enough(vectors: np.ndarray) -> None:
    model = train(TEXTS[:16], vectors[:16], NAMES[:16])
    best = model.scores(TEXTS[:16], vectors[:16]).argmax(axis=1)
    assert [model.labels[place] for place in best] == NAMES[:16]


def test_what_is_unlike_every_example_scores_low_for_all(
    model: KernelModel, encoder: SentenceEncoder
) -> None:
    strange, known = ["purple elephants sing opera on mars"], ["could you lend me some money on my policy"]
    far = model.scores(strange, encoder.encode_deep(strange)).max()
    near = model.scores(known, encoder.encode_deep(known)).max()
    assert far < 0.5 * near


def test_a_kept_model_scores_as_it_did(model: KernelModel, vectors: np.ndarray, tmp_path: Path) -> None:
    model.write(tmp_path / "weights.npz")
    again = KernelModel.read(tmp_path / "weights.npz")
    assert again.labels == model.labels
    assert np.array_equal(again.scores(TEXTS[:3], vectors[:3]), model.scores(TEXTS[:3], vectors[:3]))


def test_a_name_teaches_an_intent_of_which_little_else_is_known(
    encoder: SentenceEncoder, vectors: np.ndarray
) -> None:
    names = ["greet"] * 8 + ["take_policy_loan"]
    texts, few = [*TEXTS[:8], "policy loan please"], np.concatenate([vectors[:8], vectors[11:12]])
    named = Examples.of_names(names, encoder.encode_deep)
    assert named.texts == ["greet", "take policy loan"]
    asked = ["take a loan"]
    without, with_names = train(texts, few, names), train(texts, few, names, named=named)
    place = with_names.labels.index("take_policy_loan")
    asked_vectors = encoder.encode_deep(asked)
    assert with_names.scores(asked, asked_vectors)[0, place] > without.scores(asked, asked_vectors)[0, place]


def test_validation_judges_every_example_by_a_model_that_has_not_seen_it(vectors: np.ndarray) -> None:
    found = validate(TEXTS, vectors, NAMES, folds=4)
    assert found.truth == NAMES
    assert found.accuracy > 0.7
    assert found.macro_f1 == pytest.approx(found.accuracy, abs=0.2)
    seen = train(TEXTS, vectors, NAMES, SHARES).scores(TEXTS, vectors)
    rows, places = np.arange(len(NAMES)), [found.labels.index(name) for name in NAMES]
    assert (found.scores[rows, places] < seen[rows, places]).mean() > 0.9


def test_an_intent_with_one_example_does_not_stop_the_validation(vectors: np.ndarray) -> None:
    found = validate(TEXTS[:9], vectors[:9], NAMES[:9], folds=4)
    assert found.scores.shape == (9, 2)


def test_the_postings_find_what_the_matrix_does() -> None:
    lexicon = Lexicon.of(TEXTS)
    rows = lexicon.matrix(TEXTS)
    expected = (rows @ rows[5].T).toarray().ravel()
    assert Postings.of(lexicon, rows).in_common(TEXTS[5]) == pytest.approx(expected, abs=1e-5)


def test_digits_are_all_alike_to_the_lexicon() -> None:
    lexicon = Lexicon.of(["policy 880000100101", "policy 880000100201"])
    first, second = lexicon.row("policy 880000100101"), lexicon.row("policy 999999999999")
    assert np.array_equal(first[0], second[0])


def test_a_text_of_unknown_words_has_nothing_in_common() -> None:
    lexicon = Lexicon.of(["borrow money", "borrow money"])
    postings = Postings.of(lexicon, lexicon.matrix(["borrow money"]))
    assert postings.in_common("qqq").tolist() == [0.0]
