"""Names an intent by likeness to the training examples: ridge regression on a Gaussian kernel.

Never sure of what it has not met: far from every example all scores go to nought, which is what lets the gate
tell a strange request from a badly worded one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.engine.components.lexicon import Lexicon, Postings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path
    from typing import IO

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Shares:
    """How much each kind of likeness counts.

    Chosen by cross-validation on our own examples and on training parts of BANKING77 and CLINC150; all have
    their best near here, and half as much again of anything moves none of them by half a point.
    """

    last: float = 1.0
    """The sentence vector: what the text is about."""

    middle: float = 0.7
    """The vector of the middle layer: how it is put."""

    words: float = 0.1
    """Words and letter groups in common. More hurts where examples are few."""

    width: float = 1.4
    """How fast likeness falls with distance."""

    ridge: float = 0.05
    """How far single examples may be overruled by their neighbours."""


SHARES = Shares()

DIRECTIONS = 256
"""Main directions of the vectors that are compared: as good as all 768, and a third of the work."""


@dataclass(frozen=True)
class Examples:
    """Texts, their vectors, and what they mean."""

    texts: list[str]
    vectors: NDArray[np.float32]
    names: list[str]

    @classmethod
    def of_names(cls, names: Iterable[str], encode: Callable[[list[str]], NDArray[np.float32]]) -> Examples:
        """Return each intent's name, in plain words, as an example of it."""
        intents = sorted(set(names))
        texts = [intent.replace("_", " ") for intent in intents]
        return cls(texts, encode(texts), intents)

    def only(self, names: Iterable[str]) -> Examples:
        """Return those that mean one of the names."""
        wanted = set(names)
        places = [place for place, name in enumerate(self.names) if name in wanted]
        return Examples(
            [self.texts[i] for i in places], self.vectors[places], [self.names[i] for i in places]
        )


@dataclass(frozen=True)
class KernelModel:
    """A trained classifier."""

    labels: list[str]
    """Names of the classes, in the order of the columns."""

    directions: NDArray[np.float32]
    """What turns a vector into the directions that are compared; the shares are multiplied in."""

    examples: NDArray[np.float32]
    """One column per training example, in these directions: one text is compared with all of them twice as
    fast as if each example were a row."""

    squares: NDArray[np.float32]
    """Half the squared length of each."""

    postings: Postings
    """The words of the examples."""

    coefficients: NDArray[np.float32]
    """What each example says for and against each class."""

    shares: Shares

    @classmethod
    def read(cls, source: Path | IO[bytes]) -> KernelModel:
        """Read what `write` kept."""
        with np.load(source, allow_pickle=False) as kept:
            return cls(
                [str(label) for label in kept["labels"]],
                kept["directions"],
                np.ascontiguousarray(kept["examples"].T),
                kept["squares"],
                Postings.unpack(kept),
                kept["coefficients"],
                Shares(*(float(share) for share in kept["shares"])),
            )

    def write(self, path: Path) -> None:
        """Keep the model in a file."""
        shares = self.shares
        np.savez(
            path,
            labels=np.array(self.labels),
            directions=self.directions,
            examples=self.examples.T,
            squares=self.squares,
            coefficients=self.coefficients,
            shares=np.array([shares.last, shares.middle, shares.words, shares.width, shares.ridge]),
            **self.postings.pack(),
        )

    def scores(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return a row per text: about one for the class that is meant, about nought for the others."""
        likeness = _likeness(vectors @ self.directions, self.examples, self.squares)
        if self.shares.words:
            for row, text in enumerate(texts):
                likeness[row] += self.shares.words * (self.postings.in_common(text) / 2 - 1)
        found: NDArray[np.float32] = _gaussian(likeness, self.shares) @ self.coefficients
        return found


def train(
    texts: Sequence[str],
    vectors: NDArray[np.float32],
    names: Sequence[str],
    shares: Shares = SHARES,
    named: Examples | None = None,
) -> KernelModel:
    """Fit the classifier; time grows with the third power of the number of examples (15,000: half a minute).

    Args:
        texts: the examples.
        vectors: one row per example: last layer, then middle layer.
        names: the intent of each example.
        shares: how much each kind of likeness counts.
        named: the intents' own names as examples: worth half a point where examples are few.
    """
    # Imported here: serving needs only numpy.
    from scipy.linalg import cho_factor, cho_solve

    if named is not None:
        texts, names = [*texts, *named.texts], [*names, *named.names]
        vectors = np.concatenate([vectors, named.vectors])
    labels, places = np.unique(np.array(names), return_inverse=True)
    aims = np.full((len(places), len(labels)), -1 / len(labels), dtype=np.float32)
    aims[np.arange(len(places)), places] = 1
    lexicon = Lexicon.of(texts)
    groups = lexicon.matrix(texts)
    directions = _directions(vectors, shares)
    examples = vectors @ directions
    squares = (examples * examples).sum(axis=1) / 2
    likeness = _likeness(examples, examples.T, squares)
    if shares.words:
        for start in range(0, len(texts), 1000):  # in strips: the whole product would double the memory
            strip = slice(start, start + 1000)
            likeness[strip] += shares.words * ((groups[strip] @ groups.T).toarray() / 2 - 1)
    kernel = _gaussian(likeness, shares)
    kernel[np.diag_indices_from(kernel)] += shares.ridge
    factor = cho_factor(kernel, lower=True, overwrite_a=True, check_finite=False)
    coefficients = cho_solve(factor, aims, check_finite=False).astype(np.float32)
    postings = Postings.of(lexicon, groups)
    known = [str(label) for label in labels]
    columns = np.ascontiguousarray(examples.T)
    return KernelModel(known, directions, columns, squares, postings, coefficients, shares)


def _directions(vectors: NDArray[np.float32], shares: Shares) -> NDArray[np.float32]:
    """Return the main directions of the weighted vectors, one per column."""
    half = vectors.shape[1] // 2
    weights = np.sqrt(np.repeat([shares.last, shares.middle], [half, vectors.shape[1] - half]))
    weighted = vectors * weights.astype(np.float32)
    _, turned = np.linalg.eigh((weighted.T @ weighted).astype(np.float64))
    return np.ascontiguousarray(weights[:, None] * turned[:, ::-1][:, :DIRECTIONS], dtype=np.float32)


def _likeness(
    rows: NDArray[np.float32], examples: NDArray[np.float32], squares: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return half the squared distances, below nought: nought for the same, the less the farther.

    `rows` holds a text a row, `examples` one a column.
    """
    likeness = rows @ examples
    likeness -= (rows * rows).sum(axis=1)[:, None] / 2
    likeness -= squares
    return likeness


def _gaussian(likeness: NDArray[np.float32], shares: Shares) -> NDArray[np.float32]:
    """Turn likeness into kernel values, in place."""
    likeness *= np.float32(shares.width)
    return np.exp(likeness, out=likeness)
