"""Decides whether an understanding is acted upon, asked about, declined, or left to a person.

Never looks at the words: it weighs calibrated probabilities, and by what it has learnt of their worth.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.engine.components.costs import Group, group_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

OPTIONS = 3
LEAST_SHARE = 0.04
"""A third option less likely than this only makes the list longer."""

SPOKEN_CHANNELS = frozenset({"phone", "voice"})


class Decision(str, Enum):
    """What is done with an understanding."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    OUTSIDE = "outside"
    PERSON = "person"


@dataclass(frozen=True)
class Thresholds:
    """The limits of one channel."""

    answer: dict[str, float]
    """By group: probability from which an intent is acted upon."""

    ask: float
    """Probability the options must have together to be worth a question."""

    outside: float
    """Probability from which a request that nothing else decides is declined."""


@dataclass(frozen=True)
class Verdict:
    """A decision, and what there is to ask about."""

    decision: Decision
    probability: float
    """Of what was decided for."""

    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gate:
    """Calibration and thresholds, as training fitted them."""

    sharpness: float
    """By what scores are multiplied to make their softmax a probability."""

    channels: dict[str, Thresholds]

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Gate:
        """Read what `as_json` made."""
        channels = {name: Thresholds(**limits) for name, limits in content["channels"].items()}
        return cls(float(content["sharpness"]), channels)

    def as_json(self) -> dict[str, Any]:
        """For a file."""
        return asdict(self)

    def probabilities(self, scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """Turn rows of scores into rows of probabilities."""
        return softmax(scores, self.sharpness)

    def decide(
        self, labels: Sequence[str], found: NDArray[np.float32], channel: str = "chat", hearing: float = 1.0
    ) -> Verdict:
        """Decide about one understanding.

        Args:
            labels: the intents.
            found: their probabilities.
            channel: of the conversation.
            hearing: how sure the recogniser is of the words, 1 where they were typed.
        """
        limits = self.channels["spoken" if channel in SPOKEN_CHANNELS else "written"]
        return decide(labels, found * min(max(hearing, 0.0), 1.0), limits)


def softmax(scores: NDArray[np.float32], sharpness: float) -> NDArray[np.float32]:
    """Return probabilities, row by row."""
    sharp = scores * np.float32(sharpness)
    sharp = np.exp(sharp - sharp.max(axis=-1, keepdims=True))
    probabilities: NDArray[np.float32] = sharp / sharp.sum(axis=-1, keepdims=True)
    return probabilities


def decide(labels: Sequence[str], found: NDArray[np.float32], limits: Thresholds) -> Verdict:
    """Decide by given limits."""
    order = np.argsort(found)[::-1]
    best = int(order[0])
    sure = float(found[best])
    group = group_of(labels[best])
    if sure >= limits.answer[group.value]:
        return Verdict(Decision.OUTSIDE if group is Group.OUTSIDE else Decision.ANSWER, sure)
    options, together = options_of(labels, found, order)
    if options and together >= limits.ask:
        return Verdict(Decision.CLARIFY, together, options)
    strange = sum(float(found[i]) for i in order if group_of(labels[i]) is Group.OUTSIDE)
    if strange >= limits.outside:
        return Verdict(Decision.OUTSIDE, strange)
    return Verdict(Decision.PERSON, 1 - together - strange)


def options_of(
    labels: Sequence[str], found: NDArray[np.float32], order: NDArray[np.int64]
) -> tuple[tuple[str, ...], float]:
    """Return the two or three requests worth asking about, best first, and their common probability."""
    likely = [i for i in order[: 2 * OPTIONS] if group_of(labels[i]) not in _NO_OPTION]
    chosen = [
        i for rank, i in enumerate(likely[:OPTIONS]) if rank < OPTIONS - 1 or float(found[i]) >= LEAST_SHARE
    ]
    return tuple(labels[i] for i in chosen), float(sum(found[i] for i in chosen))


_NO_OPTION = frozenset({Group.CONVERSATION, Group.OUTSIDE})
