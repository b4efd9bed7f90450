"""How a message sounds: no figure, no markdown, no link, short sentences, three choices."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.speaking.figures import in_words
from voice.speaking.plainness import LINK_BY_TEXT
from voice.speaking.wording import LONGEST_SENTENCE, MORE, choices, has_more, spoken


def body(text: str, *titles: str, payload: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"text": text, "buttons": [{"title": title, "payload": payload or {}} for title in titles]}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("CNY 1,234.50", "one thousand two hundred and thirty-four yuan and fifty fen"),
        ("CNY 12,000.00", "twelve thousand yuan"),
        ("CNY 0.05", "zero yuan and five fen"),
        ("CNY 7.5", "seven yuan and fifty fen"),
        ("3 March 2026", "March third, twenty twenty-six"),
        ("March 21, 2005", "March twenty-first, two thousand and five"),
        ("2026-10-15", "October fifteenth, twenty twenty-six"),
        ("880000123456", "eight eight zero zero, zero zero one two, three four five six"),
        ("8800 0012 3456", "eight eight zero zero, zero zero one two, three four five six"),
        ("CL20260001", "C L, two zero two six, zero zero zero one"),
        ("SR20261107", "S R, two zero two six, one one zero seven"),
        ("+86 138 0013 8000", "plus eight six, one three eight, zero zero one three, eight zero zero zero"),
        ("13800138000", "one three eight, zero zero one three, eight zero zero zero"),
        ("95500", "nine five five zero zero"),
        ("120 for an ambulance", "one two zero for an ambulance"),
        ("the account ending 1204", "the account ending one two zero four"),
        ("2.75%", "two point seven five percent"),
        ("100%", "one hundred percent"),
        ("26.5", "twenty-six point five"),
        ("8:00-20:00", "eight in the morning to eight in the evening"),
        ("14:05", "two oh five in the afternoon"),
        ("12:00", "noon"),
        ("in 1998", "in nineteen ninety-eight"),
        ("10,000 to 1,000,000", "ten thousand to one million"),
        ("10-20 days", "ten to twenty days"),
        ("the 2nd", "the second"),
        ("12 digits", "twelve digits"),
    ],
)
def test_figures_are_said_as_people_say_them(written: str, said: str) -> None:
    assert in_words(written) == said


@given(st.text(alphabet="0123456789 .,:-+%/CNYLMarch()ending¥", max_size=40))
def test_no_figure_is_ever_left_to_the_engine(text: str) -> None:
    assert not re.search(r"[0-9]", in_words(text))


@given(st.text(max_size=300))
def test_any_text_becomes_sentences_that_end(text: str) -> None:
    for sentence in spoken({"text": text}):
        assert sentence.strip()
        assert sentence[-1] in ".!?,"


@given(st.lists(st.text(alphabet="abc, ", min_size=1, max_size=30), max_size=40))
def test_long_sentences_are_cut_and_nothing_is_lost(parts: list[str]) -> None:
    text = ", ".join(parts)
    said = spoken({"text": text})
    assert sorted("".join(re.findall(r"[a-c]", text))) == sorted(
        "".join(re.findall(r"[a-c]", " ".join(said).lower()))
    )
    assert all(len(sentence) <= LONGEST_SENTENCE + 31 for sentence in said)


def test_sentences_are_cut_at_their_ends_and_not_inside_an_amount() -> None:
    assert spoken(body("You get CNY 1,000.50. Is that right?")) == [
        "You get one thousand yuan and fifty fen.",
        "Is that right?",
    ]


def test_a_read_back_is_said_line_by_line() -> None:
    text = "Claim for: accident\nPerson: Li Wei (yourself)\nDate: 12 March 2025"
    assert spoken(body(text)) == [
        "Claim for, accident.",
        "Person, Li Wei, yourself.",
        "Date, March twelfth, twenty twenty-five.",
    ]


def test_markdown_is_not_read_out() -> None:
    text = "# Papers\n- **A copy** of the _bill_\n- see [the list](https://x.example/list)"
    assert spoken(body(text)) == ["Papers.", "A copy of the bill.", "See the list."]


def test_an_address_is_never_spelled_but_offered_by_text_message() -> None:
    said = spoken(body("Please open this page: https://insurer.example/l/9f3k?x=1"))
    assert said == ["Please open this page.", LINK_BY_TEXT]


def test_abbreviations_and_the_keyboard_are_put_into_words_of_a_call() -> None:
    assert spoken(body("You got an SMS, e.g. from Dr. Wang. Please type the code.")) == [
        "You got a text message, for example from Doctor Wang.",
        "Please say the code.",
    ]


def test_a_type_of_claim_stays_a_type() -> None:
    assert spoken(body("Which type of claim is it?")) == ["Which type of claim is it?"]


def test_at_most_three_choices_are_said_and_the_rest_on_request() -> None:
    message = body("What is it about?", "Illness", "Accident", "Hospital stay", "Disability", "Death")
    assert spoken(message) == [
        "What is it about?",
        "You can say: Illness, or: Accident, or: Hospital stay.",
        MORE,
    ]
    assert spoken(message, page=1) == ["You can say: Disability, or: Death."]
    assert choices(message) == ("Illness", "Accident", "Hospital stay")
    assert not has_more(message, page=1)


def test_yes_and_no_need_no_offer() -> None:
    assert spoken(body("Is that right?", "Yes", "No")) == ["Is that right?"]


def test_a_third_answer_beside_yes_and_no_is_offered() -> None:
    assert spoken(body("Do you know?", "Yes", "No", "I am not sure"))[-1] == (
        "You can say: Yes, or: No, or: I am not sure."
    )


def test_choices_that_the_question_names_are_not_said_twice() -> None:
    message = body("Would you like to report a claim, or find a branch?", "Report a claim", "Find a branch")
    assert len(spoken(message)) == 1
    assert choices(message) == ("Report a claim", "Find a branch")


def test_policies_of_one_product_are_told_apart_by_the_end_of_their_numbers() -> None:
    message = body("Which?", "Saver (880000123456)", "Saver (880000129999)", "Shield (880000121111)")
    assert choices(message) == ("Saver ending 3456", "Saver ending 9999", "Shield")
    assert spoken(message)[-1] == (
        "You can say: Saver ending three four five six, or: Saver ending nine nine nine nine, or: Shield."
    )


def test_a_rating_is_not_asked_for_aloud() -> None:
    assert spoken(body("It pays.", "That helped", payload={"feedback": "up"})) == ["It pays."]


def test_a_message_without_words_is_silent() -> None:
    assert spoken({}) == []
    assert spoken({"text": "👍 \n --- "}) == []
