"""Numbers and names as they are spoken: digits in rows, letters one by one."""

import pytest

from actions.normalise import Misread, read_name, read_person
from actions.normalise.spelling import read_spelling
from actions.normalise.spoken import digits, in_figures


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("C for Charlie H E N", "Chen"),
        ("C for Charlie, H for hotel, E, N", "Chen"),
        ("charlie hotel echo november", "Chen"),
        ("s as in sugar u n", "Sun"),
        ("L I, W E I", "Li Wei"),
        ("l i space w e i", "Li Wei"),
        ("W double O D", "Wood"),
        ("x-ray i", "Xi"),
    ],
)
def test_a_name_can_be_spelt(said: str, name: str) -> None:
    assert read_spelling(said) == name
    assert read_name(f"my name is {said}") == name


@pytest.mark.parametrize("said", ["Li Wei", "b for apple", "I", "a policy for me", "double", ""])
def test_what_is_no_spelling_is_left_alone(said: str) -> None:
    assert read_spelling(said) is None


def test_a_spelt_person_is_a_person_and_a_number_is_none() -> None:
    assert read_person("it's w a n g space f a n g") == "Wang Fang"
    with pytest.raises(Misread):
        read_person("one two three four")


@pytest.mark.parametrize(
    ("said", "figures"),
    [
        ("double four", "44"),
        ("eight triple oh one", "80001"),
        ("nine treble two", "9222"),
        ("quadruple zero", "0000"),
    ],
)
def test_repeated_digits_are_said_with_their_count(said: str, figures: str) -> None:
    assert digits(said) == figures


def test_rows_of_digits_in_a_sentence_become_figures_and_quantities_stay_words() -> None:
    assert in_figures("policy eight eight double oh zero one please") == "policy 880001 please"
    assert in_figures("I want two of the three") == "I want two of the three"
    assert in_figures("") == ""
