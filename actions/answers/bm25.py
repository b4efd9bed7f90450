"""BM25: how well the words of a question fit a text, rare words counting more.

Scores are over all texts at once; a text without any word of the question has zero.
"""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from actions.normalise import words

K1 = 1.2
B = 0.75
_STOP = frozenset(
    "a an the is are was were be been do does did i me my you your we our it its of to in on at for and or "
    "if with can could will would what how when where which who why that this there have has had not no so "
    "as by from about please tell".split()
)


def terms(text: str) -> list[str]:
    """The words that count, endings taken off."""
    return [_stem(word) for word in words(text) if word not in _STOP]


class Bm25:
    """An index of texts by their words."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Index the texts."""
        counted = [Counter(terms(text)) for text in texts]
        lengths = np.array([sum(counts.values()) for counts in counted], dtype=np.float32)
        average = float(lengths.mean()) if len(texts) else 1.0
        norms = K1 * (1 - B + B * lengths / average)
        postings: dict[str, list[tuple[int, int]]] = {}
        for index, counts in enumerate(counted):
            for term, count in counts.items():
                postings.setdefault(term, []).append((index, count))
        self._size = len(texts)
        self._postings: dict[str, tuple[NDArray[np.int32], NDArray[np.float32]]] = {}
        for term, entries in postings.items():
            where = np.array([index for index, _ in entries], dtype=np.int32)
            counts_there = np.array([count for _, count in entries], dtype=np.float32)
            rarity = math.log(1 + (self._size - len(entries) + 0.5) / (len(entries) + 0.5))
            weights = rarity * counts_there * (K1 + 1) / (counts_there + norms[where])
            self._postings[term] = (where, weights.astype(np.float32))

    def scores(self, question: str) -> NDArray[np.float32]:
        """One score per text."""
        scores = np.zeros(self._size, dtype=np.float32)
        for term in set(terms(question)):
            posting = self._postings.get(term)
            if posting is not None:
                scores[posting[0]] += posting[1]
        return scores


def _stem(word: str) -> str:
    for ending in ("ing", "ies", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word
