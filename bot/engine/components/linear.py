"""Logistic regression over sentence vectors and word groups.

Never sees a test set: strength and threshold are chosen by cross-validation on the training examples alone.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.engine.components.lexicon import Lexicon

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import IO

    from numpy.typing import NDArray

STRENGTHS = (10.0, 30.0)
"""Inverse regularisation strengths tried; the best lay in this range on every data set measured."""

FOLDS = 5

LEXICAL_SHARE = 0.5
"""Weight of the word groups beside the sentence vector; 0.8 already hurt where examples are few."""

LEXICAL_DIMENSIONS = 300
"""Main directions through which word groups are learnt from: 600 gained nothing and took thrice as long."""


@dataclass(frozen=True)
class LinearModel:
    """A trained classifier."""

    labels: list[str]
    """Names of the classes, in the order of the columns."""

    weights: NDArray[np.float32]
    """One row per dimension of the sentence vector."""

    bias: NDArray[np.float32]
    """One number per class."""

    lexicon: Lexicon
    """The word groups known."""

    lexical_weights: NDArray[np.float32]
    """One row per word group."""

    @classmethod
    def read(cls, source: Path | IO[bytes]) -> LinearModel:
        """Read what `write` kept."""
        with np.load(source, allow_pickle=False) as kept:
            groups = [str(group) for group in kept["groups"]]
            lexicon = Lexicon({group: place for place, group in enumerate(groups)}, kept["rarity"])
            labels = [str(label) for label in kept["labels"]]
            return cls(labels, kept["weights"], kept["bias"], lexicon, kept["lexical_weights"])

    def write(self, path: Path) -> None:
        """Keep the model in a file."""
        np.savez(
            path,
            labels=np.array(self.labels),
            weights=self.weights,
            bias=self.bias,
            groups=np.array(list(self.lexicon.places)),
            rarity=self.lexicon.rarity,
            lexical_weights=self.lexical_weights,
        )

    def probabilities(self, text: str, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the probability of every class."""
        columns, values = self.lexicon.row(text)
        scores = vector @ self.weights + self.bias + values @ self.lexical_weights[columns]
        scores = np.exp(scores - scores.max())
        return scores / scores.sum()


@dataclass(frozen=True)
class Validation:
    """What cross-validation found out."""

    strength: float
    """Inverse regularisation strength with the best accuracy."""

    accuracy: float
    """Share of examples whose intent was named rightly by a model that had not seen them."""

    threshold: float
    """Confidence below which an answer is not acted upon."""

    refused_right: float
    """Share of right answers that the threshold refuses."""

    refused_wrong: float
    """Share of wrong answers that the threshold refuses."""

    guesses: list[str]
    """The held-out guess for every example, in the order of the examples."""


class Material:
    """Examples made ready for fitting: vectors beside the main directions of their word groups."""

    def __init__(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Collect the word groups and find their main directions."""
        from sklearn.utils.extmath import randomized_svd

        self.lexicon = Lexicon.of(texts)
        groups = self.lexicon.matrix(texts)
        directions = min(LEXICAL_DIMENSIONS, min(groups.shape) - 1)
        *_, self._directions = randomized_svd(groups, directions, n_iter=3, random_state=0)
        lexical = LEXICAL_SHARE * (groups @ self._directions.T)
        self._features = np.hstack([vectors, lexical]).astype(np.float32)
        self._dimensions = vectors.shape[1]

    def fit(self, names: Sequence[str], strength: float) -> LinearModel:
        """Fit the classifier."""
        # Imported here: serving needs only the products above, not scikit-learn's solvers.
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.linear_model import LogisticRegression

        solver = LogisticRegression(C=strength, tol=1e-3, max_iter=200)
        with warnings.catch_warnings():
            # Two hundred steps are enough for the accuracy; the last digits of the weights do not matter.
            warnings.simplefilter("ignore", ConvergenceWarning)
            solver.fit(self._features, list(names))
        weights, bias = solver.coef_.T, solver.intercept_
        if len(solver.classes_) == 2:  # scikit-learn keeps one column for two classes
            weights, bias = np.hstack([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
        # Everything here is linear, so the directions can be multiplied out: serving looks up word groups.
        lexical_weights = LEXICAL_SHARE * (self._directions.T @ weights[self._dimensions :])
        return LinearModel(
            [str(name) for name in solver.classes_],
            np.ascontiguousarray(weights[: self._dimensions], dtype=np.float32),
            bias.astype(np.float32),
            self.lexicon,
            np.ascontiguousarray(lexical_weights, dtype=np.float32),
        )


def train(
    texts: Sequence[str], vectors: NDArray[np.float32], names: Sequence[str], strength: float
) -> LinearModel:
    """Fit the classifier on all the examples."""
    return Material(texts, vectors).fit(names, strength)


def validate(
    texts: Sequence[str],
    vectors: NDArray[np.float32],
    names: Sequence[str],
    *,
    strengths: Sequence[float] = STRENGTHS,
    folds: int = FOLDS,
    refusable: float = 0.05,
) -> Validation:
    """Choose the strength and the threshold by cross-validation.

    Args:
        texts: the examples.
        vectors: one row per example.
        names: the intent of each example.
        strengths: what to choose from.
        folds: in how many parts the examples are split, each intent evenly.
        refusable: share of right answers that may be refused for the sake of refusing wrong ones.
    """
    truth = np.array(names)
    guesses = {strength: np.empty(len(truth), dtype=truth.dtype) for strength in strengths}
    confidences = {strength: np.zeros(len(truth), dtype=np.float32) for strength in strengths}
    for held_out in _folds(truth, folds):
        seen = np.flatnonzero(~held_out)
        material = Material([texts[i] for i in seen], vectors[seen])
        for strength in strengths:
            model = material.fit(truth[seen].tolist(), strength)
            for i in np.flatnonzero(held_out):
                found = model.probabilities(texts[i], vectors[i])
                best = int(found.argmax())
                guesses[strength][i], confidences[strength][i] = model.labels[best], found[best]
    strength = max(strengths, key=lambda one: float((guesses[one] == truth).mean()))
    right = guesses[strength] == truth
    threshold = choose_threshold(confidences[strength], right, refusable)
    refused = confidences[strength] < threshold
    return Validation(
        strength,
        float(right.mean()),
        threshold,
        float(refused[right].mean()) if right.any() else 0.0,
        float(refused[~right].mean()) if (~right).any() else 0.0,
        [str(guess) for guess in guesses[strength]],
    )


def choose_threshold(confidences: NDArray[np.float32], right: NDArray[np.bool_], refusable: float) -> float:
    """Return the confidence below which an answer is not acted upon.

    The highest threshold that refuses no more than the given share of the right answers: asking again
    costs a customer seconds, a wrong service costs trust, a text that is no request at all is refused by
    nothing else.
    """
    if not right.any():
        return 0.0
    return float(np.quantile(confidences[right], refusable))


def _folds(truth: NDArray[np.str_], folds: int) -> Iterator[NDArray[np.bool_]]:
    """Yield the held-out examples of each part; neighbours in a file go to different parts."""
    part = np.empty(len(truth), dtype=np.int64)
    for name in np.unique(truth):
        places = np.flatnonzero(truth == name)
        part[places] = np.arange(len(places)) % folds
    for fold in range(folds):
        yield part == fold
