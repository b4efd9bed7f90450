"""What may not be trained on is found, and nothing of a test is ever printed."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import yaml

from bench import data_check
from bench.data_check import Example, Finding, Vectors
from bot.engine.places import ROOT


def directions(*degrees: float) -> Vectors:
    """Vectors of length one at the given angles; 18 degrees apart is a cosine of 0.95."""
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def hard(findings: Sequence[Finding]) -> list[str]:
    return [finding.text for finding in findings if finding.hard]


def test_the_repositorys_examples_contradict_nowhere_and_every_intent_has_enough() -> None:
    lines = data_check.examples(ROOT)
    assert hard([*data_check.repeated(lines), *data_check.unbalanced(lines)]) == []


def test_the_same_words_under_two_intents_are_an_error_whatever_their_case_and_punctuation() -> None:
    lines = [Example("I'd like a loan!", "take_policy_loan"), Example("id like a  loan", "repay_loan")]
    assert hard(data_check.repeated(lines)) == ['"id like a loan" in repay_loan and take_policy_loan']


def test_the_same_words_twice_under_one_intent_are_only_named() -> None:
    found = data_check.repeated([Example("thanks", "thank"), Example("Thanks.", "thank")])
    assert [(finding.kind, finding.hard) for finding in found] == [("repeated", False)]


def test_signs_without_words_are_told_apart() -> None:
    assert data_check.repeated([Example("👍", "affirm"), Example("👎", "deny")]) == []


def test_an_intent_with_too_few_examples_is_an_error_and_one_with_far_more_is_named() -> None:
    sizes = {"few": 59, "fair": 60, "good": 70, "many": 200, "out_of_scope": 300}
    lines = [
        Example(f"{intent} {number}", intent) for intent, size in sizes.items() for number in range(size)
    ]
    found = data_check.unbalanced(lines)
    assert hard(found) == ["few: 59 examples, 60 needed"]
    assert [finding.text.split(":")[0] for finding in found] == ["few", "many"]


@pytest.mark.parametrize(("degrees", "leaks"), [(17, True), (19, False)])
def test_a_near_copy_of_a_guarded_text_is_a_leak(degrees: float, leaks: bool) -> None:
    lines = [Example("please lend me some money", "take_policy_loan")]
    found = data_check.leaked(lines, directions(0), ["could you lend me money"], directions(degrees))
    assert bool(hard(found)) is leaks


def test_a_leak_names_the_training_line_and_never_the_guarded_one() -> None:
    lines = [Example("please lend me some money", "take_policy_loan")]
    found = data_check.leaked(lines, directions(0), ["Secret wording of a test"], directions(1))
    assert hard(found) == ['take_policy_loan: take out "please lend me some money" (1.00)']


def test_a_word_for_word_copy_is_a_leak_however_far_its_vector() -> None:
    lines = [Example("please lend me money", "take_policy_loan")]
    found = data_check.leaked(lines, directions(0), ["Please, lend me money!"], directions(90))
    assert len(hard(found)) == 1


def test_what_everybody_says_is_counted_and_no_leak() -> None:
    found = data_check.leaked([Example("hello", "greet")], directions(0), ["Hello!"], directions(0))
    assert [(finding.kind, finding.hard) for finding in found] == [("commonplace", False)]


def test_near_neighbours_of_different_intents_are_named_once_the_closest_first() -> None:
    lines = [Example(text, text[0]) for text in ("a one", "b one", "c one", "d one", "e far")]
    found = data_check.contradicting(lines, directions(0, 10, 50, 55, 150))
    assert [finding.text for finding in found] == [
        '1.00 c: "c one" / d: "d one"',
        '0.98 a: "a one" / b: "b one"',
    ]


def test_near_neighbours_of_one_intent_are_welcome() -> None:
    lines = [Example("a one", "a"), Example("a two", "a"), Example("b", "b")]
    assert data_check.contradicting(lines, directions(0, 1, 90)) == []


def test_signs_without_words_have_no_neighbours() -> None:
    lines = [Example("👍", "affirm"), Example("👎", "deny"), Example("yes", "affirm"), Example("no", "deny")]
    assert data_check.contradicting(lines, directions(0, 0, 40, 80)) == []


def test_a_repository_is_read_and_judged_as_a_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "nlu_data").mkdir()
    (tmp_path / "tests/data").mkdir(parents=True)
    (tmp_path / "bot/engine").mkdir(parents=True)
    block = {"intent": "greet", "examples": "- hello to you all\n- good morning to you\n"}
    (tmp_path / "nlu_data/greet.yml").write_text(yaml.safe_dump({"nlu": [block]}))
    (tmp_path / "tests/data/one.yml").write_text(
        yaml.safe_dump({"all": [{"text": "Hello to you all", "intent": "greet"}]})
    )
    (tmp_path / "bot/engine/regression.yml").write_text(
        yaml.safe_dump({"talk": {"greet": ["Good morning to you."]}})
    )
    angles = {"hello to you all": 0.0, "good morning to you": 90.0}

    def encode(texts: Sequence[str]) -> Vectors:
        return directions(*(angles.get(text, 45.0) for text in texts))

    lines, findings = data_check.check(tmp_path, encode)
    assert lines == [Example("hello to you all", "greet"), Example("good morning to you", "greet")]
    assert data_check.report(lines, findings) == 1
    printed = capsys.readouterr().out
    assert "greet: 2 examples, 60 needed" in printed
    assert 'take out "hello to you all"' in printed
    assert 'take out "good morning to you"' in printed


def test_a_report_without_errors_lets_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert data_check.report([Example("hello", "greet")], [Finding("conflict", "look at this")]) == 0
    assert "0 errors, 1 to look at" in capsys.readouterr().out
