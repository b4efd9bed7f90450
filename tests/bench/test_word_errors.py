"""Words heard against words said."""

import pytest

from bench.word_errors import Tally, distance


@pytest.mark.parametrize(
    ("said", "heard", "errors"),
    [
        ("one two three", "one two three", 0),
        ("one two three", "one three", 1),
        ("one two three", "one four three", 1),
        ("one two three", "one two two three", 1),
        ("one two three", "", 3),
        ("", "one", 1),
    ],
)
def test_changed_missing_and_inserted_words_each_count_once(said: str, heard: str, errors: int) -> None:
    assert distance(said.split(), heard.split()) == errors


def test_rates_are_of_the_words_said() -> None:
    tally = Tally()
    tally.add("one two", "one two")
    tally.add("one two", "one")
    assert tally.error_rate == 0.25
    assert tally.figures()["all_right"] == 0.5
