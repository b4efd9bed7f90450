"""How much of a question's words, or groups of letters, a text shares: rare ones count more.

Cosines of tf-idf vectors, so always between nought and one; letters forgive what is mistyped.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from actions.normalise import words


def letters(text: str) -> list[str]:
    """Groups of three and four letters inside the words, their edges marked."""
    return [group for word in words(text) for group in _groups(f" {word} ")]


def _groups(word: str) -> Iterator[str]:
    for size in (3, 4):
        yield from (word[start : start + size] for start in range(max(1, len(word) - size + 1)))


class Overlap:
    """An index of texts by what `parts` cuts them into."""

    def __init__(self, texts: Sequence[str], parts: Callable[[str], list[str]]) -> None:
        """Index the texts."""
        self._parts = parts
        self._size = len(texts)
        counted = [Counter(parts(text)) for text in texts]
        spread = Counter(part for counts in counted for part in counts)
        self._rarity = {part: math.log(1 + self._size / count) for part, count in spread.items()}
        self._unknown = math.log(1 + self._size)
        where: dict[str, list[int]] = {part: [] for part in spread}
        much: dict[str, list[float]] = {part: [] for part in spread}
        for place, counts in enumerate(counted):
            weights = self._weights(counts)
            for part, weight in weights.items():
                where[part].append(place)
                much[part].append(weight)
        self._postings = {
            part: (np.array(places, dtype=np.int32), np.array(much[part], dtype=np.float32))
            for part, places in where.items()
        }

    def scores(self, question: str) -> NDArray[np.float32]:
        """One cosine per text."""
        scores = np.zeros(self._size, dtype=np.float32)
        for part, weight in self._weights(Counter(self._parts(question))).items():
            posting = self._postings.get(part)
            if posting is not None:
                scores[posting[0]] += posting[1] * weight
        return scores

    def known(self, question: str) -> float:
        """The share of the question, rare parts counting more, that occurs in any text."""
        rarities = [
            (part in self._rarity, self._rarity.get(part, self._unknown))
            for part in set(self._parts(question))
        ]
        total = sum(rarity for _, rarity in rarities)
        return sum(rarity for found, rarity in rarities if found) / total if total else 0.0

    def _weights(self, counts: Counter[str]) -> dict[str, float]:
        raw = {
            part: (1 + math.log(count)) * self._rarity.get(part, self._unknown)
            for part, count in counts.items()
        }
        length = math.sqrt(sum(weight * weight for weight in raw.values()))
        return {part: weight / length for part, weight in raw.items()} if length else {}
