"""Fits weights and thresholds on the library's own questions, each judged while its fold was held out.

The same library gives the same ruling, to the last digit that matters; nothing of a test set is ever read.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actions.answers.evidence import Seen
from actions.answers.likeness import Floats, Numbers
from actions.answers.ruling import OFFERED, Ruling, signs_of

Exact = NDArray[np.float64]

PENALTY = 1e-3
"""Keeps weights small where the examples do not speak."""

FEWEST = 200
"""Example questions from which on weights of one's own are better than the ones given."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What each outcome costs; a right answer and an honest no to what has no answer cost nothing."""

    answered_wrongly: float = 2.0
    answered_without: float = 3.0
    """Quoting an article to what none answers."""

    offered: float = 0.5
    """One more press, the right title among those offered."""

    offered_without: float = 1.5
    """No title offered was right; there may be none."""

    declined: float = 1.0
    """An honest no to what could have been answered."""


COSTS = Costs()


def fit(seen: Seen, owners: Numbers, folds: Numbers, costs: Costs = COSTS) -> Ruling:
    """Fit all of it.

    Args:
        seen: every question of the library, held out.
        owners: the article that answers each; the number of articles where none does.
        folds: the fold of each.
        costs: what the thresholds keep as low as they can.
    """
    count = seen.table.shape[1]
    asked = owners < count
    signs, judged_right = _held_out_signs(seen, owners, folds)
    answerable = _logistic(signs, asked)
    right = _logistic(signs, judged_right)
    # The gate's own probabilities are held out too: thresholds are not chosen on what it was fitted on.
    chances = np.zeros((2, len(owners)))
    for fold in range(int(folds.max()) + 1):
        rest, inside = folds != fold, folds == fold
        chances[0, inside] = _probability(signs[inside], _logistic(signs[rest], asked[rest]))
        chances[1, inside] = _probability(signs[inside], _logistic(signs[rest], judged_right[rest]))
    weights = _softmax(seen.table[asked], owners[asked])
    among = _among(seen, owners, weights)
    known, sure = _thresholds(chances, asked, judged_right, among, costs)
    return Ruling(_plain(weights), _plain(answerable), _plain(right), known, sure)


def _held_out_signs(seen: Seen, owners: Numbers, folds: Numbers) -> tuple[Exact, NDArray[np.bool_]]:
    count = seen.table.shape[1]
    scores = np.zeros(seen.table.shape[:2], dtype=np.float32)
    for fold in range(int(folds.max()) + 1):
        rest = (folds != fold) & (owners < count)
        weights = _softmax(seen.table[rest], owners[rest])
        scores[folds == fold] = seen.table[folds == fold] @ weights.astype(np.float32)
    ranked, _, signs = signs_of(seen, scores)
    return signs.astype(np.float64), ranked[:, 0] == owners


def _among(seen: Seen, owners: Numbers, weights: Exact) -> NDArray[np.bool_]:
    ranked = np.argsort(-(seen.table @ weights.astype(np.float32)), axis=1, kind="stable")
    found: NDArray[np.bool_] = (ranked[:, :OFFERED] == owners[:, None]).any(axis=1)
    return found


def _each(
    chances: Exact,
    asked: NDArray[np.bool_],
    right: NDArray[np.bool_],
    among: NDArray[np.bool_],
    limits: tuple[float, float],
    costs: Costs,
) -> Exact:
    known, sure = chances[0] >= limits[0], chances[1] >= limits[1]
    answered = np.where(asked, np.where(right, 0.0, costs.answered_wrongly), costs.answered_without)
    offered = np.where(asked & among, costs.offered, costs.offered_without)
    declined = np.where(asked, costs.declined, 0.0)
    return np.where(known, np.where(sure, answered, offered), declined)


def _thresholds(
    chances: Exact,
    asked: NDArray[np.bool_],
    right: NDArray[np.bool_],
    among: NDArray[np.bool_],
    costs: Costs,
) -> tuple[float, float]:
    grid = [(known / 50, sure / 50) for known in range(1, 50) for sure in range(1, 50)]
    paid = [float(_each(chances, asked, right, among, limits, costs).mean()) for limits in grid]
    # Where a whole range costs the same, its middle is the farthest from a mistake.
    least = np.array(grid)[np.isclose(paid, min(paid), rtol=0, atol=1e-9)]
    known, sure = np.median(least, axis=0)
    return float(known), float(sure)


def _softmax(table: Floats, owners: Numbers) -> Exact:
    """Weights under which the right article leads its rivals as often and as far as it can."""
    scaled = table.astype(np.float64)
    spread = scaled.reshape(-1, scaled.shape[2]).std(axis=0) + 1e-9
    scaled /= spread
    rows = np.arange(len(owners))
    flat = scaled.reshape(-1, scaled.shape[2])

    def slope(weights: Exact) -> tuple[float, Exact, Exact]:
        scores = scaled @ weights
        top = scores.max(axis=1, keepdims=True)
        raised = np.exp(scores - top)
        total = raised.sum(axis=1, keepdims=True)
        shares = raised / total
        loss = float((np.log(total[:, 0]) + top[:, 0] - scores[rows, owners]).mean())
        expected = np.einsum("qa,qan->qn", shares, scaled)
        bend = (flat * shares.reshape(-1, 1)).T @ flat - expected.T @ expected
        return loss, (expected - scaled[rows, owners]).mean(axis=0), bend / len(owners)

    return _newton(slope, scaled.shape[2]) / spread


def _logistic(signs: Exact, truth: NDArray[np.bool_]) -> Exact:
    """Weights and constant of a logistic regression."""
    middle, spread = signs.mean(axis=0), signs.std(axis=0) + 1e-9
    scaled = np.column_stack([(signs - middle) / spread, np.ones(len(signs))])
    sides = np.where(truth, 1.0, -1.0)

    def slope(weights: Exact) -> tuple[float, Exact, Exact]:
        margins = sides * (scaled @ weights)
        wrong = 1 / (1 + np.exp(margins))
        bend = (scaled * (wrong * (1 - wrong))[:, None]).T @ scaled / len(sides)
        return float(np.logaddexp(0, -margins).mean()), -(scaled.T @ (sides * wrong)) / len(sides), bend

    found = _newton(slope, scaled.shape[1])
    weights = found[:-1] / spread
    return np.append(weights, found[-1] - float(weights @ middle))


def _newton(slope: Callable[[Exact], tuple[float, Exact, Exact]], size: int) -> Exact:
    """The least of a convex loss; steps are halved until they help."""
    weights = np.zeros(size)
    loss, gradient, bend = slope(weights)
    for _ in range(50):
        step = np.linalg.solve(bend + PENALTY * np.eye(size), gradient + PENALTY * weights)
        now = loss + PENALTY / 2 * float(weights @ weights)
        length = 1.0
        while length > 1e-4:
            tried = weights - length * step
            loss, gradient, bend = slope(tried)
            if loss + PENALTY / 2 * float(tried @ tried) <= now:
                break
            length /= 2
        else:
            break
        gained = now - loss - PENALTY / 2 * float(tried @ tried)
        weights = tried
        if gained < 1e-9:
            break
    return weights


def _probability(signs: Exact, weights: Exact) -> Exact:
    found: Exact = 1 / (1 + np.exp(-(signs @ weights[:-1] + weights[-1])))
    return found


def _plain(values: Exact) -> tuple[float, ...]:
    return tuple(round(float(value), 4) for value in values)
