"""How well the classifier understands examples it has not learnt from, fold by fold.

Never lets an example judge a model it was part of, nor lend it words: each fold has a lexicon of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.engine.components.kernel import SHARES, Examples, Shares, train

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

FOLDS = 5


@dataclass(frozen=True)
class Validation:
    """Scores of every example by a model that had not seen it."""

    labels: list[str]
    """The classes, in the order of the columns."""

    scores: NDArray[np.float32]
    truth: list[str]

    @property
    def guesses(self) -> list[str]:
        """The best guess for each example."""
        return [self.labels[place] for place in self.scores.argmax(axis=1)]

    @property
    def accuracy(self) -> float:
        """Share of right guesses."""
        return float((np.array(self.guesses) == np.array(self.truth)).mean())

    @property
    def macro_f1(self) -> float:
        """Mean over the classes of precision and recall taken together."""
        return macro_f1(self.truth, self.guesses)

    def confusions(self, most: int = 20) -> list[list[str | int]]:
        """Return the pairs (meant, understood, times) most often mistaken for one another."""
        counts: dict[tuple[str, str], int] = {}
        for meant, understood in zip(self.truth, self.guesses, strict=True):
            if meant != understood:
                counts[meant, understood] = counts.get((meant, understood), 0) + 1
        common = sorted(counts.items(), key=lambda item: -item[1])[:most]
        return [[meant, understood, times] for (meant, understood), times in common]


def validate(
    texts: Sequence[str],
    vectors: NDArray[np.float32],
    names: Sequence[str],
    *,
    folds: int = FOLDS,
    shares: Shares = SHARES,
    named: Examples | None = None,
) -> Validation:
    """Understand every example by a model trained on the other folds (and on the names, if given)."""
    truth = np.array(names)
    labels = [str(label) for label in np.unique(truth)]
    columns = {label: place for place, label in enumerate(labels)}
    scores = np.zeros((len(truth), len(labels)), dtype=np.float32)
    for held_out in _folds(truth, folds):
        seen, unseen = np.flatnonzero(~held_out), np.flatnonzero(held_out)
        learnt = truth[seen].tolist()
        names_learnt = named.only(learnt) if named is not None else None
        model = train([texts[i] for i in seen], vectors[seen], learnt, shares, names_learnt)
        found = model.scores([texts[i] for i in unseen], vectors[unseen])
        # An intent whose only example is held out has no column in this fold: nought is what it scores.
        scores[np.ix_(unseen, [columns[label] for label in model.labels])] = found
    return Validation(labels, scores, truth.tolist())


def macro_f1(truth: Sequence[str], guesses: Sequence[str]) -> float:
    """Return the mean F1 of the classes that are meant."""
    meant, guessed = np.array(truth), np.array(guesses)
    found = []
    for name in np.unique(meant):
        hits = float(((meant == name) & (guessed == name)).sum())
        found.append(2 * hits / ((meant == name).sum() + (guessed == name).sum()))
    return float(np.mean(found))


def _folds(truth: NDArray[np.str_], folds: int) -> Iterator[NDArray[np.bool_]]:
    """Yield the held-out examples of each part; neighbours in a file go to different parts."""
    part = np.empty(len(truth), dtype=np.int64)
    for name in np.unique(truth):
        places = np.flatnonzero(truth == name)
        part[places] = np.arange(len(places)) % folds
    for fold in range(folds):
        if (part == fold).any() and (part != fold).any():
            yield part == fold
