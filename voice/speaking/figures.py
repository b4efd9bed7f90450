"""Everything in figures, put into words by what it is: money, dates, times, shares, numbers that name.

Works on a written text and gives a text without a figure; it knows nothing of what the text is about.
"""

import re
from collections.abc import Callable

from voice.speaking.numerals import cardinal, decimal, digit_by_digit, grouped, ordinal, year

_MONTHS = "January February March April May June July August September October November December".split()
_MONTH = "|".join(_MONTHS)
_AMOUNT = r"(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2}))?"
_CURRENCIES = {"CNY": "yuan", "RMB": "yuan", "¥": "yuan", "USD": "dollars", "$": "dollars", "EUR": "euros"}
_CENTS = {"yuan": "fen", "dollars": "cents", "euros": "cents"}
_NAMING_DIGITS = 7
"""From so many digits in a row on, a number names something and is said digit by digit."""


def _whole(text: str) -> int:
    return int(text.replace(",", ""))


def _money(match: re.Match[str]) -> str:
    currency = _CURRENCIES[match.group(1)]
    words = f"{cardinal(_whole(match.group(2)))} {currency}"
    cents = int((match.group(3) or "").ljust(2, "0") or 0)
    return words + (f" and {cardinal(cents)} {_CENTS[currency]}" if cents else "")


def _day(day: str, month: str, of: str | None) -> str:
    return f"{month} {ordinal(int(day))}" + (f", {year(int(of))}" if of else "")


def _day_month(match: re.Match[str]) -> str:
    return _day(match.group(1), match.group(2), match.group(3))


def _iso(match: re.Match[str]) -> str:
    number, month, day = (int(part) for part in match.groups())
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return " ".join(digit_by_digit(part) for part in match.groups())
    return _day(str(day), _MONTHS[month - 1], str(number))


def _time(match: re.Match[str]) -> str:
    hour, minute = int(match.group(1)), int(match.group(2))
    if hour > 23 or minute > 59:
        return f"{cardinal(hour)} {cardinal(minute)}"
    if minute == 0 and hour in (0, 12):
        return "noon" if hour else "midnight"
    half = "in the morning" if hour < 12 else "in the afternoon" if hour < 18 else "in the evening"
    clock = cardinal((hour - 1) % 12 + 1)
    minutes = "" if minute == 0 else f" {'oh ' if minute < 10 else ''}{cardinal(minute)}"
    return f"{clock}{minutes} {half}"


def _percent(match: re.Match[str]) -> str:
    return f"{_counted(match.group(1), match.group(2))} percent"


def _counted(whole: str, fraction: str | None) -> str:
    return decimal(whole.replace(",", ""), fraction) if fraction else cardinal(_whole(whole))


def _phone(match: re.Match[str]) -> str:
    parts = re.findall(r"\d+", match.group())
    return "plus " + ", ".join(grouped(part) for part in parts)


def _named(match: re.Match[str]) -> str:
    letters = " ".join(match.group(1).upper())
    return f"{letters}, {grouped(re.sub(r'\D', '', match.group(2)))}"


def _spaced(match: re.Match[str]) -> str:
    return ", ".join(grouped(run) for run in re.findall(r"\d+", match.group()))


def _ending(match: re.Match[str]) -> str:
    return f"{match.group(1)} {digit_by_digit(match.group(2))}"


def _plain(match: re.Match[str]) -> str:
    whole, fraction = match.group(1), match.group(2)
    digits = whole.replace(",", "")
    if fraction:
        return decimal(digits, fraction)
    if "," not in whole and (len(digits) >= _NAMING_DIGITS or (digits[0] == "0" and len(digits) > 1)):
        return grouped(digits)
    if "," not in whole and len(digits) == 4 and digits[:2] in ("19", "20"):
        return year(int(digits))
    return cardinal(int(digits))


_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"(?<=:\d\d)\s?[–-]\s?(?=\d{1,2}:\d\d)"), lambda _match: " to "),
    (re.compile(rf"(CNY|RMB|USD|EUR|¥|\$)\s?{_AMOUNT}(?![\d.]\d)"), _money),
    (re.compile(r"(?<![\d-])(\d{4})-(\d{2})-(\d{2})(?![\d-])"), _iso),
    (re.compile(rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)? ({_MONTH})(?:,? (\d{{4}}))?(?!\d)"), _day_month),
    (
        re.compile(rf"\b({_MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?(?:,? (\d{{4}}))?(?!\d)"),
        lambda match: _day(match.group(2), match.group(1), match.group(3)),
    ),
    (re.compile(r"(?<![\d:])(\d{1,2}):(\d{2})(?![\d:])"), _time),
    (re.compile(r"(\d[\d,]*)(?:\.(\d+))?\s?(?:%|per cent\b)"), _percent),
    (re.compile(r"\+\d[\d\s().-]{5,20}\d"), _phone),
    (re.compile(r"\b([A-Z]{1,3})[ -]?(\d{4,}(?:[ -]\d+)*)\b"), _named),
    (re.compile(r"\b(ending(?: in)?|ends with|ends in) (\d{3,4}[Xx]?)\b"), _ending),
    (re.compile(r"[*•…]+\s?(\d{3,4})\b"), lambda match: f"ending in {digit_by_digit(match.group(1))}"),
    (re.compile(r"(?<!\d)\d{3,4}(?:[ -]\d{4}){2,}(?!\d)"), _spaced),
    (
        re.compile(r"\b(1\d\d)(?= for (?:an? |the )?(?:ambulance|police|fire))"),
        lambda match: digit_by_digit(match.group(1)),
    ),
    (re.compile(r"\b95\d{3}\b(?!,\d)"), lambda match: digit_by_digit(match.group())),
    (re.compile(r"(?<![\d.,])(\d+)(st|nd|rd|th)\b"), lambda match: ordinal(int(match.group(1)))),
    (re.compile(r"(?<=\d)\s?[–-]\s?(?=\d)"), lambda _match: " to "),
    (re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?"), _plain),
)
"""In order: what is more than a number first. The hotlines of Chinese companies are 95 and three digits."""


def in_words(text: str) -> str:
    """The text with every figure in words."""
    for pattern, say in _RULES:
        text = pattern.sub(say, text)
    return text
