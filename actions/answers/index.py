"""The index over the articles: sentence vectors and words together, calibrated to say when it does not know.

Vectors are kept on disk under the hash of what they were made from, so a start costs no encoding.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from actions.answers.articles import Article
from actions.answers.bm25 import Bm25


class Encoder(Protocol):
    """Whatever turns texts into vectors of length one."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row per text."""
        ...


@dataclass(frozen=True, slots=True)
class Calibration:
    """When a find is good enough.

    Fitted on the articles' example questions, each left out in turn: about two thirds are answered at once,
    nine in ten of these rightly; of what an insurer has nothing to do with, one in ten.
    """

    answer: float = 0.60
    """From this score on the best article is quoted, if it also leads by `margin`."""

    sure: float = 0.88
    """From this score on no lead is needed."""

    margin: float = 0.06
    adding: float = 0.04
    """By so much a later passage must fit better than the first to be quoted after it."""

    offer: float = 0.50
    """From this score on titles are offered; below, the answer is not known."""

    words_weight: float = 0.3
    words_scale: float = 20.0
    """BM25 that counts as a full hit."""


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


class Index:
    """All articles, ready to be searched."""

    def __init__(
        self,
        articles: Sequence[Article],
        encoder: Encoder,
        cache: Path | None,
        calibration: Calibration | None = None,
    ) -> None:
        """Encode the articles, or take their vectors from `cache`."""
        self._articles = {article.id: article for article in articles}
        self._encoder = encoder
        self._calibration = calibration or Calibration()
        units = [(number, text) for number, article in enumerate(articles) for text in _units(article)]
        self._order = list(articles)
        self._owner = np.array([number for number, _ in units], dtype=np.int32)
        self._starts = np.searchsorted(self._owner, np.arange(len(self._order)))
        self._vectors = _vectors([text for _, text in units], encoder, cache)
        self._words = Bm25([" ".join(_units(article)) for article in articles])

    def article(self, article_id: str) -> Article | None:
        """The article of that id."""
        return self._articles.get(article_id)

    def find(self, question: str, vector: NDArray[np.float32] | None = None) -> Found:
        """Search for what answers the question; `vector` is the question's, where it is known already."""
        if not self._order or not question.strip():
            return Found(Kind.NOTHING)
        rule = self._calibration
        near = self._vectors @ (self._encoder.encode([question[:500]])[0] if vector is None else vector)
        closest = np.maximum.reduceat(near, self._starts)
        fit = np.minimum(self._words.scores(question[:500]) / rule.words_scale, 1.0)
        scores = closest + rule.words_weight * fit
        ranked = np.argsort(-scores)[:3]
        best = float(scores[ranked[0]])
        lead = best - float(scores[ranked[1]]) if len(ranked) > 1 else 1.0
        if best >= rule.answer and (lead >= rule.margin or best >= rule.sure):
            article = self._order[int(ranked[0])]
            return Found(Kind.ANSWER, (article,), self._quoted(int(ranked[0]), article, near), best)
        if best >= rule.offer:
            close = [int(place) for place in ranked if best - float(scores[place]) <= 0.15]
            return Found(Kind.OFFER, tuple(self._order[place] for place in close), score=best)
        return Found(Kind.NOTHING, score=best)

    def quote(self, article_id: str, question: str) -> Found:
        """The passage of one article, chosen by the customer, that fits the question best."""
        article = self._articles.get(article_id)
        if article is None:
            return Found(Kind.NOTHING)
        place = self._order.index(article)
        if not question.strip():
            return Found(Kind.ANSWER, (article,), article.passages[0], 1.0)
        near = self._vectors @ self._encoder.encode([question[:500]])[0]
        return Found(Kind.ANSWER, (article,), self._quoted(place, article, near), 1.0)

    def _quoted(self, place: int, article: Article, near: NDArray[np.float32]) -> str:
        """The article's direct answer, which is its first passage, and the one that fits clearly better."""
        start = int(self._starts[place])
        fits = near[start : start + len(article.passages)]
        best = int(np.argmax(fits))
        first = article.passages[0]
        adds = float(fits[best] - fits[0]) >= self._calibration.adding
        return f"{first}\n\n{article.passages[best]}" if adds else first


def _units(article: Article) -> list[str]:
    """What is compared with a question: each passage under its title, each example question, the title."""
    return [f"{article.title}. {text}" for text in article.passages] + [*article.questions, article.title]


def _vectors(texts: Sequence[str], encoder: Encoder, cache: Path | None) -> NDArray[np.float32]:
    if cache is None:
        return encoder.encode(texts)
    digest = hashlib.sha256("\x00".join(texts).encode()).hexdigest()[:32]
    path = cache / f"articles-{digest}.npy"
    if path.exists():
        return np.load(path)  # type: ignore[no-any-return]
    vectors = encoder.encode(texts)
    cache.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    with draft.open("wb") as file:
        np.save(file, vectors)
    draft.replace(path)
    for old in cache.glob("articles-*.npy"):
        if old != path:
            old.unlink(missing_ok=True)
    return vectors
