"""Calendar dates as people give them: relative to an injected today, partial, in either order.

What can be read two ways is asked back, never guessed; whether a date suits is for the field to say.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum

from actions.normalise.misread import Misread, Option
from actions.normalise.spoken import figures, is_number_word, is_ordinal, number


class Tense(StrEnum):
    """Where the date of a field usually lies; completes what was left out."""

    PAST = "past"
    FUTURE = "future"


_MONTHS = {
    name: index
    for index, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
            "august aug", "september sep sept", "october oct", "november nov", "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_NAMES = "January February March April May June July August September October November December".split()
_DAYS = {
    name: index
    for index, names in enumerate(
        ("monday mon", "tuesday tue tues", "wednesday wed", "thursday thu thurs", "friday fri",
         "saturday sat", "sunday sun")
    )
    for name in names.split()
}  # fmt: skip
_UNITS = {"day": 1, "week": 7, "fortnight": 14}

_M = "|".join(sorted(_MONTHS, key=len, reverse=True))
_W = "|".join(sorted(_DAYS, key=len, reverse=True))
_ISO = re.compile(r"(?<!\d)(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?(?!\d)")
_SLASHED = re.compile(r"(?<!\d)(\d{1,2})\s?[/.\-]\s?(\d{1,2})(?:\s?[/.\-]\s?(\d{4}|\d{2}))?(?!\d)")
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d\d)(\d\d)(\d\d)(?!\d)")
_YEAR = r"(?:[,\s]+(?:of\s+)?(\d{4}|'\d\d|\d{2}(?!\d|:)))?"
_DAY_MONTH = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?[\s.\-]*(?:day\s+)?(?:of\s+)?({_M})\b\.?{_YEAR}(?!\d)", re.IGNORECASE
)
_MONTH_DAY = re.compile(
    rf"\b({_M})\.?[\s\-]+(?:the\s+)?(\d{{1,2}})(?:st|nd|rd|th)?(?!\d){_YEAR}(?!\d)", re.IGNORECASE
)
_MONTH = re.compile(rf"\b({_M})\b(?:\s+(\d{{4}}))?", re.IGNORECASE)
_AGO = re.compile(
    r"\b(\d+|an?|[a-z]+)\s+(day|week|fortnight|month|year)s?\s+(ago|before|back)\b", re.IGNORECASE
)
_AHEAD = re.compile(
    r"\b(?:in\s+(\d+|an?|[a-z]+)\s+(day|week|fortnight|month|year)s?(?:'? time)?)\b", re.IGNORECASE
)
_NAMED = re.compile(rf"\b(?:(last|past|this past|next|coming|this|on)\s+)?({_W})\b", re.IGNORECASE)
_NTH = re.compile(r"\bthe\s+(\d{1,2})(?:st|nd|rd|th)?\b|(?<!\d)(\d{1,2})(?:st|nd|rd|th)\b", re.IGNORECASE)
_PHRASES = (
    (re.compile(r"\bday before yesterday\b", re.IGNORECASE), -2),
    (re.compile(r"\b(?:yesterday|last night)\b|昨天", re.IGNORECASE), -1),
    (re.compile(r"\bday after tomorrow\b", re.IGNORECASE), 2),
    (re.compile(r"\b(?:tomorrow|tmrw|tmr)\b|明天", re.IGNORECASE), 1),
    (
        re.compile(
            r"\b(?:today|tonight|this (?:morning|afternoon|evening)|just now|now)\b|今天", re.IGNORECASE
        ),
        0,
    ),
)


_DATE_WORDS = frozenset(
    "yesterday today tomorrow tonight day days week weeks fortnight month months year years ago before after "
    "last next this past coming morning afternoon evening night noon date now o'clock".split()
)
_ORDINAL = re.compile(r"\d{1,2}(?:st|nd|rd|th)")


def is_date_word(word: str) -> bool:
    """Whether the word, in lower case, can be part of a date; small words ("the", "on") are not asked for."""
    return (
        word in _DATE_WORDS
        or word in _MONTHS
        or word in _DAYS
        or is_number_word(word)
        or is_ordinal(word)
        or bool(_ORDINAL.fullmatch(word))
    )


def show_date(value: date) -> str:
    """A date as customers read it: "3 March 2026"."""
    return f"{value.day} {_NAMES[value.month - 1]} {value.year}"


def read_date(text: str, today: date, tense: Tense | None = None) -> date:
    """The one date in the text.

    Raises:
        Misread: not_a_date, impossible, ambiguous (with both readings), partial, several.
    """
    found = find_dates(text, today, tense)
    if len(set(found)) > 1:
        raise Misread(
            "several",
            "I see more than one date. Which one do you mean?",
            tuple(Option(value.isoformat(), show_date(value)) for value in dict.fromkeys(found))[:4],
        )
    if found:
        return found[0]
    month = _MONTH.search(text)
    # "may" and "mar" are also other words: they need "in" before them.
    sure = month and (
        len(month.group(1)) > 3 or re.search(r"\b(?:in|last|this|next)\s+$", text[: month.start()])
    )
    if month and sure and len(text) <= 40:
        raise Misread("partial", f"Which day in {_NAMES[_MONTHS[month.group(1).casefold()] - 1]} was it?")
    if re.fullmatch(r"\D*(?:19|20)\d\d\D*", text):
        raise Misread("partial", "I need the day and the month too, for example 3 March 2026.")
    if re.search(r"\b(?:last|next|this) (?:week|month|year)\b", text, re.IGNORECASE):
        raise Misread("partial", "Which day was it exactly? An example is 3 March 2026.")
    raise Misread("not_a_date", "I did not find a date. An example is 3 March 2026.")


def read_birth(text: str, today: date) -> date:
    """A date of birth; a year of two digits lies in the past.

    Raises:
        Misread: as for `read_date`, and future, too_long_ago, partial when the year is missing.
    """
    value = read_date(text, today, Tense.PAST)
    if not re.search(r"\d{4}|[/.\-']\s?\d\d\s*$|\s\d\d\s*$", figures(text)):
        raise Misread("partial", "I need the year of birth too, for example 12 March 1985.")
    if value > today:
        raise Misread("future", "That date is still to come. Please give the date of birth.")
    if value.year < today.year - 120:
        raise Misread("too_long_ago", "That date is too long ago. Please check the year.")
    return value


def find_dates(text: str, today: date, tense: Tense | None = None) -> list[date]:
    """All dates in the text, in order of appearance inside each way of writing.

    Raises:
        Misread: impossible, ambiguous.
    """
    text = figures(text[:2000])
    found: list[date] = []
    for pattern, reader in (
        (_ISO, _iso),
        (_COMPACT, _iso),
        (_DAY_MONTH, _day_month),
        (_MONTH_DAY, _month_day),
    ):
        for match in pattern.finditer(text):
            found.append(reader(match, today, tense))
        text = pattern.sub(" ", text)
    for match in _SLASHED.finditer(text):
        found.append(_slashed(match, today, tense))
    text = _SLASHED.sub(" ", text)
    return found + list(_relative(text, today, tense))


def _iso(match: re.Match[str], today: date, tense: Tense | None) -> date:
    return _made(int(match.group(1)), int(match.group(2)), int(match.group(3)))


def _day_month(match: re.Match[str], today: date, tense: Tense | None) -> date:
    month = _MONTHS[match.group(2).casefold()]
    return _completed(int(match.group(1)), month, match.group(3), today, tense)


def _month_day(match: re.Match[str], today: date, tense: Tense | None) -> date:
    month = _MONTHS[match.group(1).casefold()]
    return _completed(int(match.group(2)), month, match.group(3), today, tense)


def _slashed(match: re.Match[str], today: date, tense: Tense | None) -> date:
    first, second = int(match.group(1)), int(match.group(2))
    if first > 12 or first == second:
        return _completed(first, second, match.group(3), today, tense)
    if second > 12:
        return _completed(second, first, match.group(3), today, tense)
    both = (
        _completed(first, second, match.group(3), today, tense),
        _completed(second, first, match.group(3), today, tense),
    )
    raise Misread(
        "ambiguous",
        f"Do you mean {show_date(both[0])} or {show_date(both[1])}?",
        tuple(Option(value.isoformat(), show_date(value)) for value in both),
    )


def _relative(text: str, today: date, tense: Tense | None) -> Iterator[date]:
    for pattern, days in _PHRASES:
        if pattern.search(text):
            yield today + timedelta(days=days)
            text = pattern.sub(" ", text)
    for pattern, sign in ((_AGO, -1), (_AHEAD, 1)):
        for match in pattern.finditer(text):
            count = _count(match.group(1))
            if count is not None:
                yield _shifted(today, sign * count, match.group(2).casefold())
        text = pattern.sub(" ", text)
    for match in _NAMED.finditer(text):
        # "sun" and "mon" are also other words; short names count only with a word like "last".
        if len(match.group(2)) > 4 or match.group(1):
            yield _weekday(match, today, tense)
    for match in _NTH.finditer(text):
        yield _nth(int(match.group(1) or match.group(2)), today, tense)


def _count(word: str) -> int | None:
    if word.isdigit():
        return int(word) if len(word) < 5 else None
    return {"couple": 2, "few": None}.get(word.casefold(), number([word.casefold()]))


def _shifted(today: date, count: int, unit: str) -> date:
    try:
        if unit in _UNITS:
            return today + timedelta(days=count * _UNITS[unit])
        months = today.year * 12 + today.month - 1 + count * (12 if unit == "year" else 1)
        year, month = divmod(months, 12)
        last = (date(year + month // 11, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
        return date(year, month + 1, min(today.day, last))
    except (OverflowError, ValueError):
        raise Misread("impossible", "I cannot find that day in the calendar. Please check it.") from None


def _weekday(match: re.Match[str], today: date, tense: Tense | None) -> date:
    word = (match.group(1) or "").casefold()
    ahead = (_DAYS[match.group(2).casefold()] - today.weekday()) % 7
    if word in ("next", "coming") or (tense is Tense.FUTURE and word not in ("last", "past", "this past")):
        return today + timedelta(days=ahead or 7)
    return today - timedelta(days=(7 - ahead) % 7 or (7 if word in ("last", "past", "this past") else 0))


def _nth(day: int, today: date, tense: Tense | None) -> date:
    if not 1 <= day <= 31:
        raise Misread("impossible", f"There is no day {day} in a month. Please check it.")
    step = 1 if tense is Tense.FUTURE else -1
    year, month = today.year, today.month
    for _ in range(3):
        try:
            value = date(year, month, day)
            if (value >= today) if step == 1 else (value <= today):
                return value
        except ValueError:
            pass  # that month is too short: the day lies in the month before or after
        month += step
        if month in (0, 13):
            year, month = year + step, 12 if month == 0 else 1
    raise Misread("impossible", f"I cannot find a day {day}. Please give day and month.")


def _completed(day: int, month: int, year: str | None, today: date, tense: Tense | None) -> date:
    if year is None:
        value = _made(today.year, month, day, leap_known=False)
        if tense is Tense.PAST and value > today:
            return _made(today.year - 1, month, day)
        if tense is Tense.FUTURE and value < today:
            return _made(today.year + 1, month, day)
        return value
    digits = year.lstrip("'")
    if len(digits) == 4:
        return _made(int(digits), month, day)
    full = 2000 + int(digits)
    too_late = full > today.year + (0 if tense is Tense.PAST else 20)
    return _made(full - 100 if too_late else full, month, day)


def _made(year: int, month: int, day: int, *, leap_known: bool = True) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        pass  # said below in words a customer understands
    if month == 2 and day == 29 and not leap_known:
        raise Misread("partial", "Which year was that 29 February in?")
    if not 1 <= month <= 12:
        raise Misread("impossible", f"There is no month {month}. Please check the date.")
    if year < 1:
        raise Misread("impossible", "That year does not exist. Please check the date.")
    raise Misread("impossible", f"{_NAMES[month - 1]} {year} has no day {day}. Please check the date.")
