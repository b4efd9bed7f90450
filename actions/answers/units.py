"""The texts that a question is compared with: example questions, passages, their sentences, titles.

Every text belongs to one article, or to none: those teach what is to be declined.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

import numpy as np

from actions.answers.articles import Article, Library
from actions.answers.likeness import Numbers, spread

FOLDS = 5
"""Parts that are held out in turn when weights and thresholds are fitted."""

_SHORTEST = 15
"""Letters from which a sentence says something by itself."""


class Sort(IntEnum):
    """What a text is."""

    QUESTION = 0
    PASSAGE = 1
    SENTENCE = 2
    TITLE = 3
    UNANSWERABLE = 4


@dataclass(frozen=True, slots=True)
class Units:
    """All texts, the example questions first, then those without an article."""

    texts: tuple[str, ...]
    sorts: Numbers
    owners: Numbers
    """The place of the article; one more than the last for those that have none."""

    folds: Numbers
    """The fold of every question; -1 for what is never held out."""

    @classmethod
    def of(cls, library: Library) -> Self:
        """All texts of a library."""
        nobody = len(library.articles)
        rows = [(text, Sort.QUESTION, i) for i, one in enumerate(library.articles) for text in one.questions]
        asked = len(rows)
        rows += [(text, Sort.UNANSWERABLE, nobody) for group in library.unanswerable for text in group]
        questions = len(rows)
        rows += [(text, sort, i) for i, one in enumerate(library.articles) for sort, text in _told(one)]
        folds = np.full(len(rows), -1)
        folds[:asked] = spread([asked], FOLDS, blocks=False)
        sizes = [len(group) for group in library.unanswerable]
        folds[asked:questions] = spread(sizes, FOLDS, blocks=True)
        return cls(
            tuple(text for text, _, _ in rows),
            np.array([int(sort) for _, sort, _ in rows], dtype=np.int64),
            np.array([owner for _, _, owner in rows], dtype=np.int64),
            folds,
        )

    def places(self, *sorts: Sort) -> Numbers:
        """Where the texts of these sorts are."""
        return np.flatnonzero(np.isin(self.sorts, [int(sort) for sort in sorts]))


def _told(article: Article) -> Iterator[tuple[Sort, str]]:
    for text in article.passages:
        yield Sort.PASSAGE, f"{article.title}. {text}"
    for text in article.passages:
        for sentence in re.split(r"(?<=[.?!;])\s+", text):
            if len(sentence) > _SHORTEST:
                yield Sort.SENTENCE, sentence
    yield Sort.TITLE, article.title
