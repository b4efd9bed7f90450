"""Which words and letter groups a text is made of, weighted by how much they tell.

Never learns from digits: a policy number says nothing about what its owner wants.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

_WORD = re.compile(r"\w+")
_DIGIT = re.compile(r"\d")

LEAST_TEXTS = 2
"""A group met in fewer texts is not kept; half of all groups occur once and teach nothing."""

MOST_TEXTS = 0.06
"""A group met in a larger share of the texts is not kept: it tells little, and is most of the work."""


@dataclass(frozen=True)
class Lexicon:
    """The groups that were kept, and their weight."""

    places: dict[str, int]
    """Column of each group."""

    rarity: NDArray[np.float32]
    """Inverse document frequency of each column."""

    @cached_property
    def weights(self) -> list[float]:
        """The same as plain numbers: taking them out of the array one by one is slow."""
        return [float(weight) for weight in self.rarity]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Lexicon:
        """Collect the groups of the texts."""
        met: Counter[str] = Counter()
        for text in texts:
            met.update({group for groups in _groups(text) for group in groups})
        most = max(LEAST_TEXTS, MOST_TEXTS * len(texts))
        kept = sorted(group for group, times in met.items() if LEAST_TEXTS <= times <= most)
        rarity = [math.log((1 + len(texts)) / (1 + met[group])) + 1 for group in kept]
        return cls({group: place for place, group in enumerate(kept)}, np.array(rarity, dtype=np.float32))

    def row(self, text: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the columns a text has and their values; words and letters each of length one."""
        columns: list[int] = []
        values: list[float] = []
        for groups in _groups(text):
            known = [(self.places[group], times) for group, times in groups.items() if group in self.places]
            found = [
                (1 + math.log(times) if times > 1 else 1) * self.weights[place] for place, times in known
            ]
            length = math.sqrt(sum(value * value for value in found)) or 1.0
            columns += [place for place, _ in known]
            values += [value / length for value in found]
        return np.array(columns, dtype=np.int64), np.array(values, dtype=np.float32)

    def matrix(self, texts: Sequence[str]) -> csr_matrix:
        """Return one row per text."""
        from scipy.sparse import csr_matrix

        rows = [self.row(text) for text in texts]
        starts = np.cumsum([0, *(len(columns) for columns, _ in rows)])
        columns = np.concatenate([columns for columns, _ in rows])
        values = np.concatenate([values for _, values in rows])
        return csr_matrix((values, columns, starts), shape=(len(texts), len(self.places)))


@dataclass(frozen=True)
class Postings:
    """Which examples hold which group: the transposed matrix, for looking up one text without scipy."""

    lexicon: Lexicon
    starts: NDArray[np.int64]
    """Where each group's examples begin; one more at the end."""

    examples: NDArray[np.int32]
    values: NDArray[np.float32]
    count: int
    """Number of examples."""

    @classmethod
    def of(cls, lexicon: Lexicon, rows: csr_matrix) -> Postings:
        """Turn a matrix of examples around."""
        columns = rows.tocsc()
        return cls(
            lexicon,
            columns.indptr.astype(np.int64),
            columns.indices.astype(np.int32),
            columns.data.astype(np.float32),
            rows.shape[0],
        )

    @classmethod
    def unpack(cls, kept: Mapping[str, NDArray[Any]]) -> Postings:
        """Read what `pack` made."""
        places = {str(group): place for place, group in enumerate(kept["groups"])}
        lexicon = Lexicon(places, kept["rarity"])
        return cls(lexicon, kept["starts"], kept["owners"], kept["values"], int(kept["count"]))

    def pack(self) -> dict[str, NDArray[Any]]:
        """Return arrays to keep."""
        return {
            "groups": np.array(list(self.lexicon.places)),
            "rarity": self.lexicon.rarity,
            "starts": self.starts,
            "owners": self.examples,
            "values": self.values,
            "count": np.array(self.count),
        }

    def in_common(self, text: str) -> NDArray[np.float32]:
        """Return, for each example, the cosine of its words with the text's plus the one of its letters."""
        columns, weights = self.lexicon.row(text)
        starts, ends = self.starts[columns].tolist(), self.starts[columns + 1].tolist()
        spans = [slice(start, end) for start, end in zip(starts, ends, strict=True)]
        if not spans:
            return np.zeros(self.count, dtype=np.float32)
        owners = np.concatenate([self.examples[span] for span in spans])
        shared = np.concatenate([self.values[span] for span in spans])
        # One product for all: numpy's overhead is paid once, not once a group.
        shared *= np.repeat(weights, [span.stop - span.start for span in spans])
        return np.bincount(owners, shared, minlength=self.count).astype(np.float32)


def _groups(text: str) -> Iterator[Counter[str]]:
    """Yield the words and word pairs of a text, then the groups of two to four letters inside its words."""
    words = _WORD.findall(_DIGIT.sub("0", text.lower()))
    yield Counter([*words, *(f"{first} {second}" for first, second in pairwise(words))])
    yield Counter([group for word in words for group in _letters(word)])


@lru_cache(maxsize=20_000)
def _letters(word: str) -> tuple[str, ...]:
    """Return the groups of a word; the same few thousand words make up nearly all that is said."""
    padded = f"<{word}>"
    return tuple(
        padded[start : start + size] for size in (2, 3, 4) for start in range(len(padded) - size + 1)
    )
