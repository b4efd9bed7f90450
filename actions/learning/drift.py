"""How a week of talk differs from the weeks before, and what nobody understands yet.

Pure. Works on intents, confidences and vectors; never on who said something.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHIFTED = 0.25
"""A population stability index from here on means another population; below 0.1, the same one."""

SETTLED = 0.10

BINS = (0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
"""Edges between the bins of confidence, finer where most of it lies."""

LIKE = 0.60
"""Mean cosine from which two groups of sentences are one."""


def stability(before: Mapping[str, int], now: Mapping[str, int]) -> float:
    """Population stability index of two counts; nothing counted on a side is no change.

    Every class counts half more than it was met, so that a rare one does not make it infinite.
    """
    names = sorted({*before, *now})
    total_before, total_now = sum(before.values()), sum(now.values())
    if not total_before or not total_now:
        return 0.0
    index = 0.0
    for name in names:
        one = (before.get(name, 0) + 0.5) / (total_before + 0.5 * len(names))
        other = (now.get(name, 0) + 0.5) / (total_now + 0.5 * len(names))
        index += (other - one) * math.log(other / one)
    return index


def bins(confidences: Sequence[float]) -> Counter[str]:
    """Confidences counted by bin."""
    return Counter(f"bin {sum(value >= edge for edge in BINS)}" for value in confidences)


def shifts(before: Mapping[str, int], now: Mapping[str, int]) -> list[tuple[str, float, float]]:
    """Every intent with its share before and now, the greatest change first."""
    total_before, total_now = max(1, sum(before.values())), max(1, sum(now.values()))
    found = [
        (name, before.get(name, 0) / total_before, now.get(name, 0) / total_now) for name in {*before, *now}
    ]
    return sorted(found, key=lambda one: (-abs(one[2] - one[1]), one[0]))


def words_of(index: float) -> str:
    """What a stability index means."""
    if index >= SHIFTED:
        return "has changed"
    return "is changing a little" if index >= SETTLED else "is as before"


def clusters(vectors: "NDArray[np.float32]", like: float = LIKE) -> list[list[int]]:
    """Groups of sentences that resemble each other (average linkage), the largest first, singles left out.

    Args:
        vectors: one row of length one per sentence.
        like: mean cosine from which two groups are one.
    """
    import numpy as np

    groups = [[place] for place in range(len(vectors))]
    if len(groups) < 2:
        return []
    near = vectors @ vectors.T
    np.fill_diagonal(near, -2.0)
    sizes = np.ones(len(groups))
    while True:
        first, second = np.unravel_index(int(near.argmax()), near.shape)
        if near[first, second] < like:
            break
        groups[first] += groups[second]
        groups[second] = []
        total = sizes[first] + sizes[second]
        merged = (near[first] * sizes[first] + near[second] * sizes[second]) / total
        near[first, :] = near[:, first] = merged
        near[second, :] = near[:, second] = near[first, first] = -2.0
        sizes[first] = total
    return sorted(
        (sorted(group) for group in groups if len(group) > 1), key=lambda group: (-len(group), group)
    )
