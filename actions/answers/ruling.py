"""From numbers to a decision: which article, how sure, and whether to answer, to offer, or to say no.

Two regressions and two thresholds, fitted on questions that were held out; nothing here is set by taste.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from actions.answers.evidence import NAMES, Seen, chosen
from actions.answers.likeness import Floats, Numbers

SIGNS = ("share", "lead", "nobody", "strange", *NAMES)
"""What the gate looks at: the lead of the best article, what speaks for none, the best one's own numbers."""


FARTHEST = 3.0
"""A lead beyond this adds nothing."""

OFFERED = 3
"""Titles that are offered at most."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Questions with their articles in order, and how much can be relied on it."""

    ranked: Numbers
    """(questions, articles), best first."""

    shares: Floats
    """(questions, articles): how likely each is to be the right one, if one is."""

    answerable: Floats
    """How likely it is that any article answers."""

    right: Floats
    """How likely it is that the best article does."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """Weights and thresholds."""

    weights: tuple[float, ...]
    """What each of NAMES counts for an article."""

    answerable: tuple[float, ...]
    """What each of SIGNS counts for there being an answer; the last is the constant."""

    right: tuple[float, ...]
    """What each of SIGNS counts for the best article being it; the last is the constant."""

    known: float
    """Below this probability of being answerable the answer is not known."""

    sure: float
    """From this probability of being right on the best article is quoted; below, titles are offered."""

    @classmethod
    def from_json(cls, text: str) -> Self:
        """What `as_json` wrote."""
        kept: dict[str, Any] = json.loads(text)
        return cls(
            weights=tuple(kept["weights"]),
            answerable=tuple(kept["answerable"]),
            right=tuple(kept["right"]),
            known=kept["known"],
            sure=kept["sure"],
        )

    def as_json(self) -> str:
        """For keeping, and for people to read."""
        return json.dumps(asdict(self))

    def judge(self, seen: Seen) -> Judged:
        """Rank the articles and say how sure that is."""
        scores = seen.table @ np.array(self.weights, dtype=np.float32)
        ranked, shares, signs = signs_of(seen, scores)
        return Judged(ranked, shares, chance(signs, self.answerable), chance(signs, self.right))


def signs_of(seen: Seen, scores: Floats) -> tuple[Numbers, Floats, Floats]:
    """The order of the articles, their shares, and what the gate looks at."""
    ranked: Numbers = np.argsort(-scores, axis=1, kind="stable").astype(np.int64)
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Floats = (raised / raised.sum(axis=1, keepdims=True)).astype(np.float32)
    best = ranked[:, 0]
    ordered = np.take_along_axis(scores, ranked, axis=1)
    lead = ordered[:, 0] - ordered[:, 1] if ordered.shape[1] > 1 else np.full(len(scores), FARTHEST)
    signs = np.column_stack(
        [
            shares[np.arange(len(shares)), best],
            np.minimum(lead, FARTHEST),
            seen.nobody,
            seen.strange,
            chosen(seen.table, best),
        ]
    )
    return ranked, shares, signs.astype(np.float32)


def chance(signs: Floats, weights: tuple[float, ...]) -> Floats:
    """The probability that a regression gives."""
    sums = signs @ np.array(weights[:-1], dtype=np.float32) + np.float32(weights[-1])
    found: Floats = (1 / (1 + np.exp(-sums))).astype(np.float32)
    return found
