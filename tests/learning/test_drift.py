"""Drift is seen where there is some, likeness groups what is alike, and the weekly report says so."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from actions.learning import drift
from actions.learning.weekly import report
from records.models import LearningReport
from tests.learning.conftest import Talks

COUNTS = st.dictionaries(st.sampled_from("abcde"), st.integers(0, 50), max_size=5)


@given(COUNTS, COUNTS)
def test_stability_is_never_negative_and_the_same_both_ways(
    before: dict[str, int], now: dict[str, int]
) -> None:
    index = drift.stability(before, now)
    assert index >= 0
    assert index == pytest.approx(drift.stability(now, before))


def test_the_same_talk_is_stable_and_another_is_not() -> None:
    before = {"loan": 60, "claim": 40}
    assert drift.words_of(drift.stability(before, {"loan": 30, "claim": 20})) == "is as before"
    assert drift.words_of(drift.stability(before, {"loan": 10, "claim": 90})) == "has changed"


def test_likeness_groups_what_points_the_same_way() -> None:
    rows = np.array([[1, 0], [0.99, 0.14], [0, 1], [0.1, 0.99], [0.05, 0.998], [-1, 0]], dtype=np.float32)
    assert drift.clusters(rows) == [[2, 3, 4], [0, 1]]
    assert drift.clusters(rows[:1]) == []


def by_first_letter(texts: Sequence[str]) -> Any:
    return np.eye(26, dtype=np.float32)[[ord(text[0].lower()) - 97 for text in texts]]


def test_a_week_is_reported_once_with_its_drift_and_its_unknown_clusters(talks: Talks) -> None:
    for _ in range(4):
        talks.turn(talks.opened(), "borrow", "take_policy_loan", 0.9)
    talks.clock.advance(days=7)
    for said in ("pet cover 12345678", "pets please", "my dog"):
        talks.turn(talks.opened(), said, "nlu_fallback", 0.2)
    talks.turn(talks.opened(), "A button", "take_policy_loan", 1.0, button={"intent": "take_policy_loan"})
    talks.clock.advance(days=7)
    assert report(talks.store, talks.clock, by_first_letter)
    assert not report(talks.store, talks.clock, by_first_letter)
    with talks.store.reading() as session:
        made = session.scalars(select(LearningReport)).one()
    monday = talks.clock.now().date() - timedelta(days=talks.clock.now().weekday() + 7)
    assert made.week == monday
    content = made.content
    assert content["turns"] == 3
    assert content["psi_intents"] > drift.SHIFTED
    assert content["shifts"][0][1:] in ([1.0, 0.0], [0.0, 1.0])
    assert content["clusters"] == [{"size": 2, "lines": ["pets please", "pet cover 00000000"]}]


def test_a_silent_week_makes_no_report_and_a_missing_sentence_model_only_no_clusters(talks: Talks) -> None:
    assert not report(talks.store, talks.clock, by_first_letter)
    talks.turn(talks.opened(), "pets", "nlu_fallback", 0.2)
    talks.clock.advance(days=7)
    assert report(talks.store, talks.clock, lambda texts: None)
