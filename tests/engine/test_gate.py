"""The gate acts on what is sure, asks where it pays, declines what is none of ours: by what mistakes cost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from bot.engine.components.costs import SPOKEN, WRITTEN, Group, group_of
from bot.engine.components.gate import Decision, Gate, Thresholds, decide
from bot.engine.components.gate_fitting import OUTCOMES, Held, calibrate, cost, fit, fit_limits, outcomes

LABELS = [
    "check_claim_status",
    "find_branch",
    "greet",
    "out_of_scope",
    "surrender_policy",
    "take_policy_loan",
]
LIMITS = Thresholds({group.value: 0.5 for group in Group} | {"money-out": 0.9}, ask=0.5, outside=0.4)


def found(**shares: float) -> np.ndarray:
    return np.array([shares.get(label, 0.0) for label in LABELS], dtype=np.float32)


def test_what_is_sure_is_acted_upon() -> None:
    verdict = decide(LABELS, found(find_branch=0.8, greet=0.2), LIMITS)
    assert verdict.decision is Decision.ANSWER


def test_money_needs_more_certainty_than_a_look_up() -> None:
    verdict = decide(LABELS, found(surrender_policy=0.8, take_policy_loan=0.2), LIMITS)
    assert verdict.decision is Decision.CLARIFY
    assert verdict.options == ("surrender_policy", "take_policy_loan")


def test_small_talk_and_strangers_are_no_options() -> None:
    verdict = decide(LABELS, found(surrender_policy=0.5, greet=0.3, out_of_scope=0.2), LIMITS)
    assert verdict.decision is Decision.CLARIFY
    assert not {"greet", "out_of_scope"} & set(verdict.options)


def test_a_third_option_must_be_worth_hearing() -> None:
    short = decide(LABELS, found(surrender_policy=0.6, take_policy_loan=0.38, find_branch=0.02), LIMITS)
    long = decide(LABELS, found(surrender_policy=0.5, take_policy_loan=0.3, find_branch=0.2), LIMITS)
    assert (len(short.options), len(long.options)) == (2, 3)


def test_what_is_none_of_ours_is_declined_and_what_is_nothing_goes_to_a_person() -> None:
    assert decide(LABELS, found(out_of_scope=0.9, greet=0.1), LIMITS).decision is Decision.OUTSIDE
    assert decide(LABELS, found(out_of_scope=0.45, greet=0.4), LIMITS).decision is Decision.OUTSIDE
    assert decide(LABELS, found(out_of_scope=0.3, greet=0.4), LIMITS).decision is Decision.PERSON


def test_what_was_hardly_heard_is_asked_about() -> None:
    gate = Gate(10.0, {"written": LIMITS, "spoken": LIMITS})
    sure = found(find_branch=0.9, surrender_policy=0.1)
    assert gate.decide(LABELS, sure, "phone", 1.0).decision is Decision.ANSWER
    assert gate.decide(LABELS, sure, "phone", 0.52).decision is Decision.CLARIFY
    assert gate.decide(LABELS, sure, "phone", 0.2).decision is Decision.PERSON


def test_a_new_intent_is_never_cheap() -> None:
    assert group_of("an_intent_added_tomorrow") is Group.SERVICE
    assert WRITTEN.wrong[Group.SERVICE] > WRITTEN.wrong[Group.INQUIRY]


def test_calibration_finds_how_sharp_the_scores_are() -> None:
    chance = np.random.default_rng(1)
    scores = chance.normal(size=(4000, 4)).astype(np.float32)
    shares = np.exp(8.0 * scores) / np.exp(8.0 * scores).sum(axis=1, keepdims=True)
    truth = np.array([chance.choice(4, p=row) for row in shares])
    assert calibrate(scores, truth) == pytest.approx(8.0, rel=0.15)


def _understandings(rightness: float, count: int = 600) -> Held:
    """Make guesses of which a given share is right, surer when right; half loans, half branches."""
    chance = np.random.default_rng(3)
    rows, truth = [], []
    for number in range(count):
        meant, other = (
            ("take_policy_loan", "surrender_policy") if number % 2 else ("find_branch", "check_claim_status")
        )
        right = chance.random() < rightness
        sure = chance.uniform(0.7, 1.0) if right else chance.uniform(0.5, 0.9)
        rows.append(found(**{meant if right else other: sure, other if right else meant: 1 - sure}))
        truth.append(meant)
    return Held.of(LABELS, np.stack(rows), truth)


def test_what_costs_more_gets_the_higher_threshold() -> None:
    limits = fit_limits(_understandings(0.8), WRITTEN)
    assert limits.answer["money-out"] > limits.answer["inquiry"]


def test_dearer_questions_are_asked_less() -> None:
    held = _understandings(0.8)
    dear = replace(SPOKEN, question=6.0, question_in_vain=9.0)

    def asked(limits: Thresholds) -> float:
        return float(np.char.startswith(np.array(OUTCOMES)[outcomes(held, limits)], "asked").mean())

    assert asked(fit_limits(held, dear)) < asked(fit_limits(held, WRITTEN))


def test_the_fitted_thresholds_cost_no_more_than_any_single_one() -> None:
    held = _understandings(0.85)
    fitted = cost(held, fit_limits(held, WRITTEN), WRITTEN).sum()
    for limit in np.arange(0.1, 0.95, 0.1):
        single = Thresholds({group.value: float(limit) for group in Group}, ask=0.5, outside=0.5)
        assert fitted <= cost(held, single, WRITTEN).sum() + 1e-9


def test_a_gate_is_kept_whole_and_reports_its_reliability() -> None:
    chance = np.random.default_rng(5)
    truth = [LABELS[place] for place in chance.integers(0, len(LABELS), 300)]
    scores = chance.normal(0, 0.2, (300, len(LABELS))).astype(np.float32)
    scores[np.arange(300), [LABELS.index(name) for name in truth]] += 0.6
    fitted = fit(LABELS, scores, truth)
    assert Gate.from_json(fitted.gate.as_json()) == fitted.gate
    written = fitted.report["written"]
    assert isinstance(written, dict) and written["cost"] < written["cost_without_gate"]
    calibration = fitted.report["calibration"]
    assert isinstance(calibration, dict) and sum(count for _, _, count in calibration["curve"]) == 300
