"""Numbers written out or spoken: digit words ("eight eight oh"), and number words ("fifty thousand").

Knows English words only; digits of any script are handled by cleaning.
"""

import re

_DIGITS = {
    "zero": "0", "oh": "0", "o": "0", "nought": "0", "null": "0",
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
    "six": "6", "seven": "7", "eight": "8", "nine": "9", "niner": "9",
}  # fmt: skip
REPEATS = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4}
"""Words that say how often the next digit or letter comes."""

FEWEST = 4
"""Digits in a row that are taken for a number that names something; fewer may be a quantity."""

_UNITS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen".split()
    )
}
_TENS = {
    word: 10 * number
    for number, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
_SCALES = {"thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14,
    "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18, "nineteenth": 19,
    "twentieth": 20, "thirtieth": 30,
}  # fmt: skip
_TOKEN = re.compile(r"[a-z]+|\d")
_SPEECH = re.compile(r"[a-z]+|\d+")


def digits(text: str) -> str:
    """All digits of the text in order, spoken ones included; "double seven" is 77.

    Words that are no digits are passed over, so a number can stand in a sentence.
    """
    if not any(character.isalpha() for character in text):
        return "".join(character for character in text if character in "0123456789")
    found: list[str] = []
    repeat = 1
    for word in _TOKEN.findall(text.casefold()):
        if word in REPEATS:
            repeat = REPEATS[word]
            continue
        digit = word if word.isdigit() else _DIGITS.get(word, "")
        # A lone "o" or "oh" is an exclamation unless it stands in a row of digits.
        if word in ("o", "oh") and not found:
            digit = ""
        found.extend([digit] * repeat if digit else [])
        repeat = 1
    return "".join(found)


def in_figures(text: str) -> str:
    """The text with rows of spoken digits as figures: "policy eight eight double oh" is "policy 8800"."""
    out: list[str] = []
    row: list[str] = []
    for word in [*text.split(), ""]:
        plain = word.casefold().strip(".,")
        if plain in _DIGITS or plain in REPEATS:
            row.append(plain)
            continue
        figure = digits(" ".join(row))
        out.extend([figure] if len(figure) >= FEWEST else row)
        row = []
        out.append(word)
    return " ".join(out).strip()


def number(parts: list[str]) -> int | None:
    """The whole number that the words spell, or None: ["fifty", "thousand"] is 50000."""
    total, group, seen = 0, 0, False
    for word in parts:
        if word == "and" and seen:
            continue
        if word in ("a", "an") and not seen:
            group, seen = 1, True
        elif word in _UNITS:
            group, seen = group + _UNITS[word], True
        elif word in _TENS:
            group, seen = group + _TENS[word], True
        elif word == "hundred" and seen:
            group *= 100
        elif word in _SCALES and seen:
            total, group = total + group * _SCALES[word], 0
        else:
            return None
    return total + group if seen else None


def is_number_word(word: str) -> bool:
    """Whether the word can be part of a spelt number."""
    return word in _UNITS or word in _TENS or word in _SCALES or word == "hundred"


def is_ordinal(word: str) -> bool:
    """Whether the word is a spelt ordinal: "third"."""
    return word in _ORDINALS


def figures(text: str) -> str:
    """The text with ordinals and spelt years as figures: "third of march nineteen eighty five"."""
    parts = _SPEECH.findall(text.casefold().replace("-", " "))
    if not any(word in _ORDINALS or is_number_word(word) for word in parts):
        return text
    out: list[str] = []
    index = 0
    while index < len(parts):
        word = parts[index]
        if word in _TENS and index + 1 < len(parts) and parts[index + 1] in _ORDINALS:
            out.append(str(_TENS[word] + _ORDINALS[parts[index + 1]]))
            index += 2
            continue
        if word in _ORDINALS:
            out.append(str(_ORDINALS[word]))
            index += 1
            continue
        end = index
        while end < len(parts) and (is_number_word(parts[end]) or (parts[end] == "and" and end > index)):
            end += 1
        if end == index:
            out.append(word)
            index += 1
            continue
        out.extend(str(value) for value in _groups(parts[index:end]))
        index = end
    return " ".join(out)


def _groups(parts: list[str]) -> list[int]:
    """Numbers side by side: "five nineteen eighty five" is 5 and 1985; "two thousand and six" is 2006."""
    if any(word in _SCALES or word == "hundred" for word in parts):
        value = number(parts)
        return [] if value is None else [value]
    plain = [word for word in parts if word != "and"]
    values: list[int] = []
    for word in plain:
        small = _UNITS.get(word)
        if small is not None and values and values[-1] in _TENS.values() and 0 < small < 10:
            values[-1] += small
        else:
            values.append(small if small is not None else _TENS[word])
    if len(values) >= 2 and values[-2] in (19, 20) and values[-1] >= 10:
        values[-2:] = [values[-2] * 100 + values[-1]]
    return values
