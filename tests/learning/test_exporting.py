"""What reviewers decided becomes a change for a person to merge, and nothing else does."""

from pathlib import Path

import pytest
import yaml

from actions.learning.exporting import change_of, line_of, summary, trained_lines, write
from records.clock import ManualClock


def test_an_accepted_line_is_new_training_data_once() -> None:
    change = change_of([("End it!", "surrender_policy"), ("end it", "surrender_policy")], {}, set())
    assert change.lines == {"surrender_policy": ["End it!"]}


def test_a_line_of_the_regression_set_never_becomes_training_data() -> None:
    change = change_of([("Drop it!", "cancel_task")], {}, {"drop it"})
    assert (change.lines, change.kept_out) == ({}, ["Drop it!"])


def test_contradicting_labels_are_told_and_not_written() -> None:
    accepted = [("end it", "surrender_policy"), ("end it", "cancel_task"), ("stop", "cancel_task")]
    change = change_of(accepted, {"stop": "deny"}, set())
    assert change.lines == {}
    assert change.conflicts == ["end it (cancel_task, surrender_policy)", "stop (cancel_task, deny)"]


@pytest.mark.parametrize(
    "said", ["[a](b) {c}", "- - two\nlines", "# not a comment", "a: b | c", "`x` (y)", "'quoted\" ones", "%é"]
)
def test_whatever_was_said_is_read_back_as_one_plain_line(
    said: str, tmp_path: Path, clock: ManualClock
) -> None:
    change = change_of([(said, "greet")], {}, set())
    (path,) = write(change, tmp_path, clock.now().date())
    (block,) = yaml.safe_load(path.read_text())["nlu"]
    assert block["examples"] == f"- {line_of(said)}\n"
    assert change_of([(said, "greet")], trained_lines(tmp_path), set()).known == 1


def test_an_export_never_writes_over_another(tmp_path: Path, clock: ManualClock) -> None:
    day = clock.now().date()
    first = write(change_of([("one", "greet")], {}, set()), tmp_path, day)
    second = write(change_of([("two", "greet")], {}, set()), tmp_path, day)
    assert [path.name for path in (*first, *second)] == ["2026-03-02.yml", "2026-03-02-2.yml"]
    assert "1 new lines for 1 intents" in summary(change_of([("two", "greet")], {}, set()), second, tmp_path)
