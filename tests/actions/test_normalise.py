"""Readings of what people type: what is understood, what is refused, and that nothing crashes."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.normalise import (
    LIMIT,
    Choice,
    Misread,
    Share,
    Tense,
    clean,
    read_amount,
    read_birth,
    read_choice,
    read_claim_number,
    read_date,
    read_id_ending,
    read_name,
    read_phone,
    read_policy_number,
    read_yes_no,
    show_date,
    words,
)

TODAY = date(2026, 11, 22)
CHOICES = (
    Choice("illness", "Illness", ("sick",)),
    Choice("stay", "Hospital stay", ("hospital",)),
    Choice("accident", "Accident", ("fell",)),
)


def code_of(read: Callable[..., object], *given: object) -> str:
    with pytest.raises(Misread) as caught:
        read(*given)
    assert caught.value.message.endswith((".", "?"))
    return caught.value.code


@pytest.mark.parametrize(
    "text",
    [
        "880000100101",
        "8800 0010 0101",
        "8800-0010-0101",
        "it's 880 000 100 101, thanks",
        "eight eight oh oh oh oh one zero zero one oh one",
        "double eight oh oh oh oh one oh oh one oh one",
        "８８００００１００１０１",
    ],
)
def test_a_policy_number_is_read_however_it_is_written(text: str) -> None:
    assert read_policy_number(clean(text)) == "880000100101"


def test_a_policy_number_of_another_length_is_refused_with_its_length() -> None:
    with pytest.raises(Misread, match="I read 11"):
        read_policy_number("88000010010")
    assert code_of(read_policy_number, "my policy") == "not_a_policy_number"
    assert code_of(read_policy_number, "880000100101 or 880000100102") == "several"


@pytest.mark.parametrize(
    "text", ["CL20260007", "cl 2026 0007", "c l two oh two six oh oh oh seven", "cl-20260007"]
)
def test_a_claim_number_is_read_however_it_is_written(text: str) -> None:
    assert read_claim_number(text) == "CL20260007"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+1 202 555 0101", "+12025550101"),
        ("202-555-0101", "+12025550101"),
        ("(202) 555-0101", "+12025550101"),
        ("my number is 2025550101", "+12025550101"),
        ("001 202 555 0101", "+12025550101"),
        ("two oh two five five five oh one oh one", "+12025550101"),
        ("138 1234 5678", "+8613812345678"),
        ("010-65881234", "+861065881234"),
    ],
)
def test_a_phone_number_is_read_in_one_form(text: str, number: str) -> None:
    assert read_phone(text) == number


@pytest.mark.parametrize("text", ["call me", "12345", "+1 202", "880000100101"])
def test_what_is_no_phone_number_is_refused(text: str) -> None:
    assert code_of(read_phone, text) == "not_a_phone_number"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("12k", "12000"),
        ("50,000 yuan", "50000"),
        ("fifty thousand", "50000"),
        ("CNY 12,000.50", "12000.50"),
        ("¥3 000", "3000"),
        ("5万", "50000"),
        ("a hundred and twenty-five", "125"),
        ("1.5 million", "1500000"),
        ("about 200 rmb please", "200"),
    ],
)
def test_an_amount_is_read_to_the_cent(text: str, amount: str) -> None:
    assert read_amount(text) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "part"), [("half of it", "0.5"), ("all of it", "1"), ("50 %", "0.5"), ("three quarters", "0.75")]
)
def test_a_share_stays_a_share_until_its_base_is_known(text: str, part: str) -> None:
    share = read_amount(text)
    assert isinstance(share, Share)
    assert share.part == Decimal(part)
    assert share.of(Decimal("100.01")) <= Decimal("100.01")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("abc", "not_an_amount"),
        ("-5", "negative"),
        ("minus fifty", "negative"),
        ("0", "zero"),
        ("50.000", "ambiguous"),
        ("10.12345", "cents"),
        ("5000 or 6000", "several"),
        ("99999999999999", "too_large"),
        ("150%", "not_an_amount"),
    ],
)
def test_what_is_no_amount_is_refused_with_its_reason(text: str, code: str) -> None:
    assert code_of(read_amount, text) == code


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", TODAY),
        ("yesterday evening", TODAY - timedelta(days=1)),
        ("the day before yesterday", TODAY - timedelta(days=2)),
        ("three days ago", TODAY - timedelta(days=3)),
        ("two weeks ago", TODAY - timedelta(days=14)),
        ("a year ago", date(2025, 11, 22)),
        ("last Monday", date(2026, 11, 16)),
        ("on Friday", date(2026, 11, 20)),
        ("3rd of March", date(2026, 3, 3)),
        ("24 December", date(2025, 12, 24)),
        ("March 3, 2025", date(2025, 3, 3)),
        ("2026-03-04", date(2026, 3, 4)),
        ("2026年3月4日", date(2026, 3, 4)),
        ("20260304", date(2026, 3, 4)),
        ("13/04/2026", date(2026, 4, 13)),
        ("04/13/2026", date(2026, 4, 13)),
        ("the 14th", date(2026, 11, 14)),
        ("the 30th", date(2026, 10, 30)),
        ("third of march twenty twenty-five", date(2025, 3, 3)),
    ],
)
def test_a_past_date_is_read_however_it_is_said(text: str, day: date) -> None:
    assert read_date(text, TODAY, Tense.PAST) == day


def test_a_future_field_completes_dates_forwards() -> None:
    assert read_date("3 March", TODAY, Tense.FUTURE) == date(2027, 3, 3)
    assert read_date("on Friday", TODAY, Tense.FUTURE) == date(2026, 11, 27)
    assert read_date("in 3 days", TODAY, Tense.FUTURE) == date(2026, 11, 25)


def test_a_date_that_can_be_read_two_ways_is_asked_back_with_both() -> None:
    with pytest.raises(Misread) as caught:
        read_date("03/04/2026", TODAY, Tense.PAST)
    assert caught.value.code == "ambiguous"
    assert [option.value for option in caught.value.options] == ["2026-04-03", "2026-03-04"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("31 February", "impossible"),
        ("2026-13-01", "impossible"),
        ("November 31", "impossible"),
        ("2026-00-10", "impossible"),
        ("in March", "partial"),
        ("in May", "partial"),
        ("2024", "partial"),
        ("last week", "partial"),
        ("no idea", "not_a_date"),
        ("3 May to 9 May", "several"),
        ("99999 days ago", "not_a_date"),
    ],
)
def test_what_is_no_date_is_refused_with_its_reason(text: str, code: str) -> None:
    assert code_of(read_date, text, TODAY, Tense.PAST) == code


def test_a_birth_date_needs_its_year_and_lies_in_the_past() -> None:
    assert read_birth("12 March 1985", TODAY) == date(1985, 3, 12)
    assert read_birth("13/03/85", TODAY) == date(1985, 3, 13)
    assert read_birth("second of november nineteen fifty one", TODAY) == date(1951, 11, 2)
    assert code_of(read_birth, "12 March", TODAY) == "partial"
    assert code_of(read_birth, "12 March 2027", TODAY) == "future"
    assert code_of(read_birth, "12 March 1801", TODAY) == "too_long_ago"


@pytest.mark.parametrize(
    ("text", "ending"), [("0011", "0011"), ("it ends in 00 1x", "001X"), ("zero zero one one", "0011")]
)
def test_the_ending_of_an_identity_document_is_read(text: str, ending: str) -> None:
    assert read_id_ending(text) == ending


def test_a_whole_identity_number_is_not_taken_for_its_ending() -> None:
    assert code_of(read_id_ending, "110101198503120011") == "not_four"


@pytest.mark.parametrize("text", ["yes", "Yes please", "that's right", "👍", "ok", "correct", "是"])
def test_yes_is_understood(text: str) -> None:
    assert read_yes_no(text) is True


@pytest.mark.parametrize("text", ["no", "nope", "No, that's wrong", "not really", "👎"])
def test_no_is_understood(text: str) -> None:
    assert read_yes_no(text) is False


@pytest.mark.parametrize("text", ["maybe", "", "yes, that is wrong", "ask my wife"])
def test_what_is_neither_yes_nor_no_is_refused(text: str) -> None:
    assert code_of(read_yes_no, text) == "not_yes_or_no"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Illness", "illness"),
        ("the second one", "stay"),
        ("2", "stay"),
        ("option 3", "accident"),
        ("the last one", "accident"),
        ("one", "illness"),
        ("I fell", "accident"),
        ("a hospital stay please", "stay"),
    ],
)
def test_a_choice_is_found_by_title_number_or_synonym(text: str, value: str) -> None:
    assert read_choice(text, CHOICES) == value


def test_a_choice_that_fits_twice_or_not_at_all_is_asked_back() -> None:
    assert code_of(read_choice, "I fell and was in hospital", CHOICES) == "several"
    assert code_of(read_choice, "none of them", CHOICES) == "not_offered"
    assert code_of(read_choice, "7", CHOICES) == "not_offered"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("by e-mail please", "email"),
        ("by email", "email"),
        ("by mail", "paper"),
        ("send it by post", "paper"),
    ],
)
def test_a_short_name_inside_a_longer_one_does_not_count(text: str, value: str) -> None:
    paper = Choice("paper", "On paper, by post", ("paper", "post", "mail"))
    email = Choice("email", "By e-mail", ("email", "e-mail"))
    assert read_choice(text, (paper, email)) == value


def test_a_name_loses_only_the_words_around_it() -> None:
    assert read_name("my name is Li Wei.") == "Li Wei"
    assert read_name("李伟") == "李伟"
    assert code_of(read_name, "12345") == "not_a_name"
    assert code_of(read_name, "x" * 200) == "too_long"


def test_cleaning_drops_what_cannot_be_seen() -> None:
    assert clean("a\x00b\u202ec\u200bd") == "a bcd"
    assert clean("  two  spaces ") == "two spaces"
    assert clean("١٢٣") == "١٢٣"
    assert len(clean("x" * 50_000)) == LIMIT


READERS: list[Callable[[str], object]] = [
    read_policy_number,
    read_claim_number,
    read_phone,
    read_amount,
    read_id_ending,
    read_name,
    read_yes_no,
    lambda text: read_date(text, TODAY),
    lambda text: read_date(text, TODAY, Tense.FUTURE),
    lambda text: read_birth(text, TODAY),
    lambda text: read_choice(text, CHOICES),
]
NASTY = [
    "",
    " " * 50,
    "<script>alert(1)</script>",
    "😀" * 3000,
    "\u202eمرحبا بالعالم",
    "a" * LIMIT,
    "1" * LIMIT,
    "1 " * (LIMIT // 2),
    "-" * LIMIT,
    "1/" * (LIMIT // 2),
    "one " * (LIMIT // 4),
    "march " * 1600,
    "\x00\x07\x1b[31m",
    "٣٠ مارس",
    "9" * 400 + " days ago",
]


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
@pytest.mark.parametrize("read", READERS, ids=range(len(READERS)))
def test_hostile_texts_are_read_or_refused_and_never_crash(read: Callable[[str], object], text: str) -> None:
    try:
        read(clean(text))
    except Misread as misread:
        assert misread.message


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    words(cleaned)
    for read in READERS:
        try:
            read(cleaned)
        except Misread as misread:
            assert misread.message


@given(st.dates(min_value=date(1930, 1, 1), max_value=date(2035, 1, 1)))
def test_a_date_shown_is_read_back_as_itself(day: date) -> None:
    assert read_date(show_date(day), TODAY) == day
    assert read_date(day.isoformat(), TODAY) == day


@given(st.decimals(min_value="0.01", max_value="9999999", places=2))
def test_an_amount_shown_is_read_back_as_itself(amount: Decimal) -> None:
    if amount * 1000 % 10 == 0 and not f"{amount:,.2f}".endswith("00"):
        assert read_amount(f"{amount:,.2f} yuan") == amount
    assert read_amount(f"CNY {amount:,.2f}") == amount


@given(st.from_regex(r"[0-9]{12}", fullmatch=True), st.sampled_from([" ", "-", "", " - "]), st.integers(1, 6))
def test_a_policy_number_survives_any_grouping(number: str, gap: str, size: int) -> None:
    grouped = gap.join(number[start : start + size] for start in range(0, 12, size))
    assert read_policy_number(grouped) == number
