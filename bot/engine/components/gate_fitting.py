"""Fits the gate on understandings of examples that the understanding model had not seen.

Never sees a test set, and never judges thresholds by the examples they were fitted on: the reported cost is
of parts that were left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from bot.engine.components.costs import CHANNELS, Costs, Group, group_of
from bot.engine.components.gate import Gate, Thresholds, options_of, softmax

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SHARPNESSES = np.geomspace(2, 40, 61)
LIMITS = np.array([*np.round(np.arange(0.1, 0.95, 0.025), 3), 0.95, 0.965, 0.98, 0.99])
ROUNDS = 3
PARTS = 5
OUTCOMES = ("right", "asked", "asked in vain", "declined", "refused", "wrong")


@dataclass(frozen=True)
class Held:
    """Understandings of held-out examples, in the form the fitting needs."""

    groups: NDArray[np.int64]
    """Group of the best guess, as its place among `Group`."""

    sure: NDArray[np.float64]
    right: NDArray[np.bool_]
    together: NDArray[np.float64]
    """Probability of the options; below nought where there are none."""

    offered: NDArray[np.bool_]
    """Whether what was meant is among the options."""

    strange: NDArray[np.float64]
    """Probability of being none of our business."""

    outside: NDArray[np.bool_]
    """Whether it is none of our business."""

    @classmethod
    def of(cls, labels: Sequence[str], found: NDArray[np.float32], truth: Sequence[str]) -> Held:
        """Read probabilities."""
        places = {group: place for place, group in enumerate(Group)}
        label_groups = np.array([places[group_of(label)] for label in labels])
        best = found.argmax(axis=1)
        options = [options_of(labels, row, np.argsort(row)[::-1]) for row in found]
        meant = np.array(truth)
        return cls(
            label_groups[best],
            found.max(axis=1).astype(np.float64),
            np.array(labels)[best] == meant,
            np.array([together if names else -1.0 for names, together in options]),
            np.array([name in names for name, (names, _) in zip(truth, options, strict=True)]),
            found[:, label_groups == places[Group.OUTSIDE]].sum(axis=1).astype(np.float64),
            np.array([group_of(name) is Group.OUTSIDE for name in truth]),
        )

    def part(self, chosen: NDArray[np.bool_]) -> Held:
        """Return some of them."""
        return Held(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))


def calibrate(scores: NDArray[np.float32], places: NDArray[np.int64]) -> float:
    """Return the sharpness under which what was meant has the highest likelihood."""
    rows = np.arange(len(places))
    losses = [
        -np.log(np.maximum(softmax(scores, float(one))[rows, places], 1e-9)).mean() for one in SHARPNESSES
    ]
    return float(SHARPNESSES[int(np.argmin(losses))])


def outcomes(held: Held, limits: Thresholds) -> NDArray[np.int64]:
    """Return what comes of each, as its place among `OUTCOMES`."""
    needed = np.array([limits.answer[group.value] for group in Group])[held.groups]
    acts = held.sure >= needed
    asks = ~acts & (held.together >= limits.ask)
    says_outside = held.groups == list(Group).index(Group.OUTSIDE)
    declines = (acts & says_outside) | (~acts & ~asks & (held.strange >= limits.outside))
    found = np.full(len(acts), OUTCOMES.index("refused"))
    found[asks] = np.where(held.offered[asks], OUTCOMES.index("asked"), OUTCOMES.index("asked in vain"))
    begun = acts & ~says_outside
    found[begun] = np.where(held.right[begun], OUTCOMES.index("right"), OUTCOMES.index("wrong"))
    found[declines] = np.where(held.outside[declines], OUTCOMES.index("right"), OUTCOMES.index("declined"))
    return found


def cost(held: Held, limits: Thresholds, costs: Costs) -> NDArray[np.float64]:
    """Return what each costs."""
    came = outcomes(held, limits)
    wrong = np.array([costs.wrong[group] for group in Group])[held.groups]
    stranger = held.outside
    table = {
        "right": np.zeros(len(came)),
        "asked": np.full(len(came), costs.question),
        "asked in vain": np.where(stranger, costs.question_to_a_stranger, costs.question_in_vain),
        "declined": np.full(len(came), costs.wrong[Group.OUTSIDE]),
        "refused": np.where(stranger, costs.person_to_a_stranger, costs.person),
        "wrong": wrong,
    }
    return np.choose(came, [table[name] for name in OUTCOMES])


def fit_limits(held: Held, costs: Costs) -> Thresholds:
    """Return the thresholds of the least cost; of equally cheap ones the most careful."""
    limits = Thresholds({group.value: 0.5 for group in Group}, ask=0.5, outside=0.5)
    for _ in range(ROUNDS):
        for group in Group:
            limits = _best(
                held,
                costs,
                [replace(limits, answer={**limits.answer, group.value: float(one)}) for one in LIMITS],
            )
        limits = _best(held, costs, [replace(limits, ask=float(one)) for one in LIMITS])
        limits = _best(held, costs, [replace(limits, outside=float(one)) for one in LIMITS])
    return limits


def _best(held: Held, costs: Costs, candidates: list[Thresholds]) -> Thresholds:
    totals = [float(cost(held, one, costs).sum()) for one in candidates]
    least = min(totals)
    # The last of the equal ones: candidates ascend, and the higher threshold is the more careful.
    return next(
        one for one, total in zip(candidates[::-1], totals[::-1], strict=True) if total <= least + 1e-9
    )


@dataclass(frozen=True)
class Fitted:
    """A gate, and what held-out parts say of it."""

    gate: Gate
    report: dict[str, object]


def fit(labels: Sequence[str], scores: NDArray[np.float32], truth: Sequence[str]) -> Fitted:
    """Fit calibration and thresholds.

    Args:
        labels: the intents, in the order of the columns.
        scores: of examples, each by a model that had not seen it.
        truth: what each example means.
    """
    places = np.array([list(labels).index(name) for name in truth])
    sharpness = calibrate(scores, places)
    found = softmax(scores, sharpness)
    held = Held.of(labels, found, truth)
    channels = {name: fit_limits(held, costs) for name, costs in CHANNELS.items()}
    report: dict[str, object] = {"calibration": calibration(held)}
    for name, costs in CHANNELS.items():
        report[name] = _left_out(held, costs)
    return Fitted(Gate(sharpness, channels), report)


def _left_out(held: Held, costs: Costs) -> dict[str, object]:
    """Fit on all parts but one, judge on that one; add the parts up."""
    part = np.arange(len(held.sure)) * PARTS // max(1, len(held.sure))
    part = np.random.default_rng(0).permutation(part)
    came = np.empty(len(part), dtype=np.int64)
    paid = np.empty(len(part))
    for one in range(PARTS):
        out = part == one
        limits = fit_limits(held.part(~out), costs)
        came[out], paid[out] = outcomes(held.part(out), limits), cost(held.part(out), limits, costs)
    never_asks = Thresholds({group.value: 0.0 for group in Group}, ask=2.0, outside=2.0)
    inside = ~held.outside
    return {
        "cost": round(float(paid.mean()), 4),
        "cost_without_gate": round(float(cost(held, never_asks, costs).mean()), 4),
        "inside": _shares(came[inside]),
        "outside": _shares(came[~inside]),
        "by_group": {
            group.value: {
                "examples": int((held.groups == place).sum()),
                "cost": round(float(paid[held.groups == place].mean()), 4),
                "wrong": round(float((came[held.groups == place] == OUTCOMES.index("wrong")).mean()), 4),
            }
            for place, group in enumerate(Group)
            if (held.groups == place).any()
        },
    }


def _shares(came: NDArray[np.int64]) -> dict[str, float]:
    if not len(came):
        return {}
    return {name: round(float((came == place).mean()), 4) for place, name in enumerate(OUTCOMES)}


def calibration(held: Held, bins: int = 10) -> dict[str, object]:
    """Return the reliability curve of the best guess: said and found in bins of equal size, and their gap."""
    order = np.argsort(held.sure)
    curve = [
        [round(float(held.sure[some].mean()), 4), round(float(held.right[some].mean()), 4), len(some)]
        for some in np.array_split(order, bins)
        if len(some)
    ]
    gap = sum(abs(said - right) * count for said, right, count in curve) / max(1, len(order))
    return {"curve": curve, "gap": round(gap, 4)}
