"""How like a question is to texts whose article is known: ridge regression on a Gaussian kernel.

Far from every text all scores go to nought, so a strange question is told from one that is badly worded.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]

WIDTH = 1.1
"""How fast likeness falls with distance."""

RIDGE = 0.07
"""How far single texts may be overruled by their neighbours."""

MIDDLE = 0.7
"""What the second half of a vector counts: how a text is put, beside what it is about."""

SIZE = 384
DIRECTIONS = 256
"""Main directions of the vectors that are compared: as good as all, and a third of the work."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Texts in the directions that are compared, and what each says for and against each class."""

    directions: Floats
    points: Floats
    squares: Floats
    """Squared length of each text's vector, before what the directions leave out."""

    coefficients: Floats

    def to(self, vectors: Floats) -> Floats:
        """One row per vector: how like it is to each text, from nought to one."""
        plain = weighted(vectors)
        return _kernel(plain @ self.directions, _squares(plain), self.points, self.squares)

    def votes(self, like: Floats) -> Floats:
        """One column per class, from what `to` found."""
        return like @ self.coefficients


@dataclass(frozen=True, slots=True)
class Fitted:
    """A likeness, and what it says of its own texts when they are held out."""

    likeness: Likeness
    held_out: Floats
    """Votes for each text, from the texts of all other folds."""


def weighted(vectors: Floats) -> Floats:
    """The vectors as they are compared."""
    if vectors.shape[1] <= SIZE:
        return vectors
    return np.hstack([vectors[:, :SIZE], np.float32(np.sqrt(MIDDLE)) * vectors[:, SIZE:]])


def fit(vectors: Floats, classes: Numbers, count: int, folds: Numbers) -> Fitted:
    """Learn which texts stand for which of `count` classes.

    Args:
        vectors: one row per text.
        classes: the class of each.
        count: how many classes there are.
        folds: the fold of each text; -1 for those that are never held out.
    """
    plain = weighted(vectors)
    _, found = np.linalg.eigh((plain.T @ plain).astype(np.float64))
    directions = np.ascontiguousarray(found[:, ::-1][:, :DIRECTIONS], dtype=np.float32)
    points = plain @ directions
    wanted = np.eye(count)[classes]
    squares = _squares(plain)
    kernel = _kernel(points, squares, points, squares).astype(np.float64)
    kernel[np.diag_indices_from(kernel)] += RIDGE
    inverse = np.linalg.inv(kernel)
    coefficients = inverse @ wanted
    held_out = np.zeros_like(wanted)
    for fold in range(int(folds.max(initial=-1)) + 1):
        inside = np.flatnonzero(folds == fold)
        # What a model without these texts says of them, without training it anew.
        held_out[inside] = wanted[inside] - np.linalg.solve(
            inverse[np.ix_(inside, inside)], coefficients[inside]
        )
    return Fitted(
        Likeness(directions, points, squares, coefficients.astype(np.float32)), held_out.astype(np.float32)
    )


def spread(groups: Sequence[int], folds: int, *, blocks: bool) -> Numbers:
    """Folds for groups of texts, the same at every run: dealt out, or in `blocks` of neighbours.

    Neighbouring lines of unanswerable questions share a subject, which must be held out as a whole.
    """
    dealt: list[Numbers] = []
    for size in groups:
        places = np.arange(size)
        dealt.append(places * folds * 5 // max(1, size) % folds if blocks else places % folds)
    return np.concatenate(dealt) if dealt else np.zeros(0, dtype=np.int64)


def _squares(plain: Floats) -> Floats:
    found: Floats = (plain * plain).sum(axis=1)
    return found


def _kernel(left: Floats, left_squares: Floats, right: Floats, right_squares: Floats) -> Floats:
    distances = left_squares[:, None] + right_squares[None] - 2 * (left @ right.T)
    found: Floats = np.exp(distances * np.float32(-1 / (2 * WIDTH * WIDTH)))
    return found
