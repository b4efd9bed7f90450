"""What speaks for each article as the answer to a question, in a few numbers.

The same numbers are taken when a question is served and when examples are held out to fit their weights.
"""

from dataclasses import dataclass

import numpy as np

from actions.answers.articles import Library
from actions.answers.bm25 import Bm25, terms
from actions.answers.likeness import Floats, Likeness, Numbers
from actions.answers.overlap import Overlap
from actions.answers.units import Sort, Units

NAMES = ("votes", "question", "passage", "sentence", "title", "words_of_questions", "words_of_text", "bm25")
"""The columns: what the kernel says, the likest text of each sort, words in common."""

BM25_SCALE = 20.0


@dataclass(frozen=True, slots=True)
class Seen:
    """One or many questions beside all articles."""

    table: Floats
    """(questions, articles, NAMES)."""

    nobody: Floats
    """What the kernel says for "no article"."""

    strange: Floats
    """How like the question is to the likest one without an answer."""


class Evidence:
    """Takes the numbers."""

    def __init__(self, library: Library, units: Units, likeness: Likeness) -> None:
        """Index the words of all texts."""
        self._units = units
        self._likeness = likeness
        self._count = len(library.articles)
        self._known = units.places(Sort.QUESTION, Sort.PASSAGE, Sort.SENTENCE)
        self._words = Overlap([units.texts[place] for place in self._known], terms)
        sorts = units.sorts[self._known]

        def group(places: Numbers, among: Numbers) -> _Group:
            return _Group(places, units.owners[among][places], self._count)

        every = np.arange(len(units.texts))
        self._strange = units.places(Sort.UNANSWERABLE)
        self._alike = [
            group(units.places(sort), every)
            for sort in (Sort.QUESTION, Sort.PASSAGE, Sort.SENTENCE, Sort.TITLE)
        ]
        self._worded = [
            group(np.flatnonzero(sorts == Sort.QUESTION), self._known),
            group(np.flatnonzero(sorts != Sort.QUESTION), self._known),
        ]
        self._whole = Bm25([" ".join((one.title, *one.passages)) for one in library.articles])

    def of(self, question: str, vector: Floats) -> Seen:
        """One question as it is served."""
        like = self._likeness.to(vector[None])
        return self._seen(like, self._likeness.votes(like), self._shared([question]))

    def held_out(self, votes: Floats, vectors: Floats) -> Seen:
        """All questions of the library, each without those of its own fold."""
        asked = self._units.places(Sort.QUESTION, Sort.UNANSWERABLE)
        folds = self._units.folds
        hidden = folds[asked][:, None] == folds[None]
        like = np.where(hidden, np.float32(0), self._likeness.to(vectors[asked]))
        words, whole = self._shared([self._units.texts[place] for place in asked])
        words = np.where(hidden[:, self._known], np.float32(0), words)
        return self._seen(like, votes[asked], (words, whole))

    def _shared(self, questions: list[str]) -> tuple[Floats, Floats]:
        return (
            np.stack([self._words.scores(text) for text in questions]),
            np.stack([self._whole.scores(text) for text in questions]) / np.float32(BM25_SCALE),
        )

    def _seen(self, like: Floats, votes: Floats, shared: tuple[Floats, Floats]) -> Seen:
        words, whole = shared
        columns = (
            votes[:, : self._count],
            *(group.greatest(like) for group in self._alike),
            *(group.greatest(words) for group in self._worded),
            whole,
        )
        strange = like[:, self._strange].max(axis=1, initial=0.0)
        return Seen(np.stack(columns, axis=2), votes[:, self._count], strange)


class _Group:
    """Texts of some sorts, article by article."""

    def __init__(self, places: Numbers, owners: Numbers, count: int) -> None:
        order = np.argsort(owners, kind="stable")
        self._places = places[order]
        self._present, self._starts = np.unique(owners[order], return_index=True)
        self._count = count

    def greatest(self, values: Floats) -> Floats:
        """The greatest value per article; nought where it has no such text."""
        found = np.zeros((len(values), self._count), dtype=np.float32)
        if len(self._present):
            found[:, self._present] = np.maximum.reduceat(values[:, self._places], self._starts, axis=1)
        return found


def chosen(table: Floats, ranked: Numbers) -> Floats:
    """The numbers of one article per question."""
    found: Floats = table[np.arange(len(table)), ranked]
    return found
