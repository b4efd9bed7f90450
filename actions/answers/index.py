"""The index over the articles: finds what answers a question, quotes it, or says that nothing does.

What it learns is kept on disk under the hash of what it was made from, so a start costs nothing.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from actions.answers import fitting
from actions.answers.articles import Article, Library
from actions.answers.evidence import Evidence
from actions.answers.likeness import Fitted, Floats, Likeness, fit
from actions.answers.ruling import OFFERED, Judged, Ruling
from actions.answers.units import Sort, Units

LONGEST = 500
"""Letters of a question that are read."""

FORM = 2
"""Raised when the same texts are learnt differently, so that what was kept is made anew."""

ADDING = 0.04
"""By so much a later passage must be more like the question than the first to be quoted after it."""

CLOSE = 0.1
"""Share of the best title's chance that another one needs to be offered beside it."""

GIVEN = Ruling(
    weights=(8.0, 6.0, 12.0, 4.0, 0.0, 2.0, 4.0, 4.0),
    answerable=(0.0, 0.0, 0.0, 0.0, 0.0, 8.0, 8.0, 0.0, 0.0, 0.0, 0.0, 0.0, -8.0),
    right=(0.0, 1.5, 0.0, 0.0, 0.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -5.0),
    known=0.6,
    sure=0.75,
)
"""For a library too small to fit its own: weights near the demonstration's, a gate by likeness and lead."""


class Encoder(Protocol):
    """Whatever turns texts into vectors of length one.

    One that also has `encode_deep` (more than one such vector in a row) is asked for these.
    """

    def encode(self, texts: Sequence[str]) -> Floats:
        """One row per text."""
        ...


class Kind(StrEnum):
    """What a search came to."""

    ANSWER = "answer"
    OFFER = "offer"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Found:
    """The result of a search."""

    kind: Kind
    articles: tuple[Article, ...] = ()
    """The article quoted, or those to choose from, best first."""

    passage: str = ""
    """What is quoted."""

    score: float = 0.0
    """How likely it is that the best article answers, from nought to one."""

    follow_up: str = ""
    """Something the same article answers too, in a customer's words; empty where there is nothing more."""


@dataclass(frozen=True, slots=True)
class _Learnt:
    likeness: Likeness
    ruling: Ruling


class Index:
    """All articles, ready to be searched."""

    def __init__(self, library: Library | Sequence[Article], encoder: Encoder, cache: Path | None) -> None:
        """Learn from the library, or take what was learnt from `cache`."""
        self._library = library if isinstance(library, Library) else Library(tuple(library))
        self._articles = {article.id: article for article in self._library.articles}
        self._encoder = encoder
        self._units = Units.of(self._library)
        self._learnt: _Learnt | None = None
        if self._articles:
            self._learnt = _kept(self._library, self._units, encoder, cache)
            self._evidence = Evidence(self._library, self._units, self._learnt.likeness)

    @property
    def ruling(self) -> Ruling:
        """The weights and thresholds in use."""
        return self._learnt.ruling if self._learnt is not None else GIVEN

    def article(self, article_id: str) -> Article | None:
        """The article of that id."""
        return self._articles.get(article_id)

    def find(self, question: str, vector: Floats | None = None) -> Found:
        """Search for what answers the question.

        Args:
            question: as it was asked.
            vector: the encoder's row for exactly this text, where it is at hand already; a row of another
                length than the library's own is not used.
        """
        if self._learnt is None or not question.strip():
            return Found(Kind.NOTHING)
        asked = self._vector(question, vector)
        judged = self._judged(question, asked)
        ruling = self._learnt.ruling
        score, ranked = float(judged.right[0]), judged.ranked[0]
        if judged.answerable[0] < ruling.known:
            return Found(Kind.NOTHING, score=score)
        if score >= ruling.sure:
            return self._answer(int(ranked[0]), asked, score)
        shares = judged.shares[0]
        close = [
            int(place)
            for nth, place in enumerate(ranked[:OFFERED])
            if nth < 2 or shares[place] >= CLOSE * shares[ranked[0]]
        ]
        return Found(Kind.OFFER, tuple(self._library.articles[place] for place in close), score=score)

    def ranked(self, question: str) -> list[str]:
        """The ids of all articles, the likeliest first, whatever is made of them: for measuring."""
        asked = self._vector(question, None)
        return [self._library.articles[place].id for place in self._judged(question, asked).ranked[0]]

    def quote(self, article_id: str, question: str) -> Found:
        """The passage of one article, chosen by the customer, that fits the question best."""
        article = self._articles.get(article_id)
        if article is None:
            return Found(Kind.NOTHING)
        if not question.strip():
            return Found(Kind.ANSWER, (article,), article.passages[0], 1.0, next(iter(article.questions), ""))
        return self._answer(self._library.articles.index(article), self._vector(question, None), 1.0)

    def _judged(self, question: str, asked: Floats) -> Judged:
        return self.ruling.judge(self._evidence.of(question[:LONGEST], asked))

    def _vector(self, question: str, vector: Floats | None) -> Floats:
        if vector is not None and self._learnt is not None and len(question) <= LONGEST:
            if len(vector) == len(self._learnt.likeness.directions):
                return vector
        found: Floats = encoded([question[:LONGEST]], self._encoder)[0]
        return found

    def _answer(self, place: int, asked: Floats, score: float) -> Found:
        """The article's direct answer, which is its first passage, and the one that fits clearly better."""
        article = self._library.articles[place]
        like = self._learnt.likeness.to(asked[None])[0] if self._learnt is not None else asked
        owned = self._units.owners == place
        fits = like[owned & (self._units.sorts == Sort.PASSAGE)]
        best = int(np.argmax(fits))
        first = article.passages[0]
        passage = f"{first}\n\n{article.passages[best]}" if fits[best] - fits[0] >= ADDING else first
        return Found(Kind.ANSWER, (article,), passage, score, self._next(article, like, owned))

    def _next(self, article: Article, like: Floats, owned: NDArray[np.bool_]) -> str:
        """Of the questions readers of the article begin with, the one least like what was just asked."""
        asked = like[owned & (self._units.sorts == Sort.QUESTION)][: article.told]
        return article.questions[int(np.argmin(asked))] if len(asked) > 1 else ""


def encoded(texts: Sequence[str], encoder: Encoder) -> Floats:
    """The fullest vectors that the encoder has."""
    found: Floats = getattr(encoder, "encode_deep", encoder.encode)(texts)
    return found


def _kept(library: Library, units: Units, encoder: Encoder, cache: Path | None) -> _Learnt:
    if cache is None:
        return _learn(library, units, encoder)
    digest = hashlib.sha256("\x00".join((str(FORM), *units.texts)).encode())
    digest.update(units.owners.tobytes() + np.round(encoded(["a question"], encoder), 3).tobytes())
    path = cache / f"articles-{digest.hexdigest()[:32]}.npz"
    if path.exists():
        with np.load(path, allow_pickle=False) as kept:
            ruling = Ruling.from_json(str(kept["ruling"]))
            names = ("directions", "points", "squares", "coefficients")
            return _Learnt(Likeness(*(kept[name] for name in names)), ruling)
    learnt = _learn(library, units, encoder)
    cache.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    with draft.open("wb") as file:
        np.savez(
            file,
            directions=learnt.likeness.directions,
            points=learnt.likeness.points,
            squares=learnt.likeness.squares,
            coefficients=learnt.likeness.coefficients,
            ruling=np.array(learnt.ruling.as_json()),
        )
    draft.replace(path)
    for old in cache.glob("articles-*.np[yz]"):
        if old != path:
            old.unlink(missing_ok=True)
    return learnt


def _learn(library: Library, units: Units, encoder: Encoder) -> _Learnt:
    vectors = encoded(units.texts, encoder)
    fitted: Fitted = fit(vectors, units.owners, len(library.articles) + 1, units.folds)
    asked = units.places(Sort.QUESTION, Sort.UNANSWERABLE)
    if len(asked) < fitting.FEWEST or not len(units.places(Sort.UNANSWERABLE)):
        return _Learnt(fitted.likeness, GIVEN)
    seen = Evidence(library, units, fitted.likeness).held_out(fitted.held_out, vectors)
    return _Learnt(fitted.likeness, fitting.fit(seen, units.owners[asked], units.folds[asked]))
