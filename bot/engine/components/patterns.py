"""Finds policy numbers, claim numbers, phones, amounts, dates and listed words in a text.

Never changes what it finds: a span is quoted as it stands; what it means is settled by the form's
normalisers, which know what was asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_DIGIT_WORDS = "zero|oh|one|two|three|four|five|six|seven|eight|nine"
_SMALL = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    "seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
)
_MULTIPLIER = "hundred|thousand|million"
_MONTH = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    "oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_WEEKDAY = "(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_CURRENCY = r"yuan|rmb|cny|renminbi|dollars?|usd|kuai|bucks?"
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_WORD_NUMBER = (
    rf"(?:(?:a|{_SMALL})(?:[ -](?:{_SMALL}))?[ -](?:{_MULTIPLIER})|half a million)"
    rf"(?:(?:[ -](?:and[ -])?)(?:{_SMALL}|{_MULTIPLIER}))*"
)

_SPOKEN_DIGIT = rf"(?:(?:double|triple)[ -])?(?:{_DIGIT_WORDS}|\d)"
_SPOKEN_RUN = re.compile(rf"\b{_SPOKEN_DIGIT}(?:[ ,-]+{_SPOKEN_DIGIT}){{5,}}\b", re.IGNORECASE)
_SPOKEN_PART = re.compile(rf"(?:(double|triple)[ -])?({_DIGIT_WORDS}|\d)", re.IGNORECASE)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("claim_number", _pattern(r"\bc\.? ?l\.?[ -]?20\d\d[ -]?\d{4}\b")),
    ("email", _pattern(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("policy_number", _pattern(r"(?<![\d+])\d{12}(?!\d)|(?<![\d+])(?<!\d[ -])\d(?:[ -]?\d){11}(?![ -]?\d)")),
    ("phone", _pattern(r"\+\d(?:[ .()-]{0,2}\d){7,14}(?!\d)")),
    (
        "date",
        _pattern(r"\b(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}\b|\b\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)?\d\d\b"),
    ),
    (
        "phone",
        _pattern(
            r"(?<!\d)(?:1[ .-]?)?(?:\(\d{3}\)[ .-]?|\d{3}[ .-])\d{3}[ .-]\d{4}(?!\d)|(?<!\d)1?\d{10}(?!\d)"
        ),
    ),
    (
        "date",
        _pattern(
            rf"\b(?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{_MONTH})\b(?:,? (?:19|20)\d\d)?"
            rf"|\b(?:{_MONTH})\.? \d{{1,2}}(?:st|nd|rd|th)?\b(?:,? (?:19|20)\d\d\b)?"
            rf"|\b(?:{_MONTH}) (?:19|20)\d\d\b"
            r"|\bthe day (?:before yesterday|after tomorrow)\b"
            r"|\b(?:yesterday|today|tomorrow|tonight|last night)\b"
            rf"|\b(?:last|next|this|on) (?:{_WEEKDAY}|week|month|year)\b"
            rf"|\b(?:a|an|\d+|{_SMALL}) (?:day|week|month|year)s? (?:ago|from now)\b"
            rf"|\bin (?:a|an|\d+|{_SMALL}) (?:day|week|month|year)s?\b"
        ),
    ),
    (
        "percent",
        _pattern(rf"(?:{_NUMBER}) ?(?:%|per ?cent\b)|\b(?:{_SMALL})(?:[ -](?:{_SMALL}))? per ?cent\b"),
    ),
    (
        "amount",
        _pattern(
            rf"[¥￥$] ?(?:{_NUMBER})(?: ?(?:k|m|{_MULTIPLIER})\b)?"
            rf"|\b(?:rmb|cny|usd) ?(?:{_NUMBER})(?: ?(?:k|{_MULTIPLIER})\b)?"
            rf"|(?<![\w.-])(?:{_NUMBER}) ?(?:k|{_MULTIPLIER}|wan)(?: (?:{_CURRENCY}))?\b"
            rf"|(?<![\w.-])(?:{_NUMBER}) ?(?:{_CURRENCY})\b"
            r"|(?<![\w.-])\d{1,3}(?:,\d{3})+(?:\.\d+)?\b"
            rf"|\b{_WORD_NUMBER}(?: (?:{_CURRENCY}))?\b"
            rf"|\b(?:{_SMALL})(?:[ -](?:{_SMALL}))? (?:{_CURRENCY})\b"
        ),
    ),
    (
        "time",
        _pattern(
            r"\b\d{1,2}(?:[:.][0-5]\d)? ?(?:a\.?m\.?|p\.?m\.?)(?!\w)|\b(?:[01]?\d|2[0-3]):[0-5]\d\b"
            r"|\b(?:noon|midnight)\b|\bin the (?:morning|afternoon|evening)\b"
            rf"|\b(?:half past|quarter (?:past|to)) (?:{_SMALL})\b|\b(?:{_SMALL}) o'?clock\b"
        ),
    ),
)
"""What is looked for, in order: an earlier pattern keeps its span from later ones."""

ENTITIES = (*dict.fromkeys(name for name, _ in PATTERNS),)


@dataclass(frozen=True)
class Span:
    """Something found in a text."""

    entity: str
    """What it is."""

    start: int
    """First character."""

    end: int
    """One after the last character."""


class Lookups:
    """Words of closed lists: provinces, kinds of claim, frequencies."""

    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        """Take for each entity the words that mean it; longer ones win over shorter ones within them."""
        self.lists = {entity: sorted({word.lower() for word in words}) for entity, words in lists.items()}
        self._patterns = []
        for entity, words in self.lists.items():
            longest_first = sorted(words, key=len, reverse=True)
            alternatives = "|".join(re.escape(word).replace(r"\ ", r"[ -]") for word in longest_first)
            if alternatives:
                self._patterns.append((entity, re.compile(rf"\b(?:{alternatives})\b", re.IGNORECASE)))

    def spans(self, text: str) -> Iterator[Span]:
        """Yield every listed word of the text."""
        for entity, pattern in self._patterns:
            for match in pattern.finditer(text):
                yield Span(entity, match.start(), match.end())


def find(text: str, lookups: Lookups) -> list[Span]:
    """Return what the text holds, in reading order, no two spans overlapping."""
    found: list[Span] = []
    for span in (*_numbers_spoken(text), *_matches(text), *lookups.spans(text)):
        if not any(span.start < other.end and other.start < span.end for other in found):
            found.append(span)
    return sorted(found, key=lambda span: span.start)


def _matches(text: str) -> Iterator[Span]:
    for entity, pattern in PATTERNS:
        for match in pattern.finditer(text):
            yield Span(entity, match.start(), match.end())


def _numbers_spoken(text: str) -> Iterator[Span]:
    """Yield runs of digits said one by one ("eight eight zero ..."), told apart by how many they are."""
    for run in _SPOKEN_RUN.finditer(text):
        if not re.search("[a-z]", run[0], re.IGNORECASE):
            continue
        times = {"": 1, "double": 2, "triple": 3}
        digits = sum(times[part[1].lower() if part[1] else ""] for part in _SPOKEN_PART.finditer(run[0]))
        entity = {12: "policy_number", 10: "phone", 11: "phone"}.get(digits)
        if entity:
            yield Span(entity, run.start(), run.end())
