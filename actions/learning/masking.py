"""Masks what could name a person in a sentence, and keeps the sentence useful for learning.

Pure. Never lets a digit other than 0, an e-mail address or the customer's name through; masking twice
changes nothing. Digits become 0 because the trainer reads every digit as 0 anyway.
"""

import re
import unicodedata
from collections.abc import Iterable

NAME = "NAME"
EMAIL = "name@example.com"

LONGEST = 500
"""Characters kept of one utterance."""

_EMAIL = re.compile(r"[^\s@<>,;:()]+\s?@\s?[^\s@<>,;:()]+", re.IGNORECASE)
_SPOKEN_EMAIL = re.compile(r"\b(?:[\w-]+ dot )*[\w.]+ at (?:[\w-]+ dot )+[a-z]{2,}\b", re.IGNORECASE)
_DIGITS = "zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple"
_SPOKEN_RUN = re.compile(rf"\b(?:{_DIGITS})(?:[\s,.-]+(?:{_DIGITS})){{2,}}\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]+")
_HAN_RUN = re.compile(r"[〇零一二三四五六七八九幺]{4,}")
_TOLD = re.compile(
    r"(\b(?:my (?:full |first |last |family )?name(?: is|'s|’s)|i am called|call me|surname(?: is)?)\s+)"
    r"((?!and\b|not\b|wrong\b|on\b|in\b|has\b|was\b|is\b|still\b|NAME\b)[^\W\d_][\w'’-]*"
    r"(?:\s+(?-i:[A-Z])[\w'’-]*){0,2})",
    re.IGNORECASE,
)

_COMMON = frozenset(
    "an any bo can chen day do fan fen gong good guo han he hong hope in joy kong lang lei long man mao may "
    "me men min mo on pan pang pen ran rose she so song sun tan ten the to wan wang way we you yes "
    "yin".split()
)
"""Parts of names that are also words: masked only inside the whole name, or where written with a capital."""


def mask(text: str, names: Iterable[str] = ()) -> str:
    """The text without numbers, addresses and names.

    Args:
        text: what was said.
        names: whole names of the people the conversation is about.
    """
    masked = unicodedata.normalize("NFKC", text)[:LONGEST]
    masked = _EMAIL.sub(EMAIL, masked)
    masked = _SPOKEN_EMAIL.sub(EMAIL, masked)
    for name in names:
        masked = _without(masked, name)
    masked = _TOLD.sub(rf"\g<1>{NAME}", masked)
    masked = "".join(
        "0" if character.isnumeric() and not _is_han(character) else character for character in masked
    )
    masked = _SPOKEN_RUN.sub(lambda run: _WORD.sub("zero", run[0]), masked)
    masked = _HAN_RUN.sub(lambda run: "零" * len(run[0]), masked)
    return masked[:LONGEST]


def _without(text: str, name: str) -> str:
    parts = [part for part in re.split(r"[\s,.·]+", unicodedata.normalize("NFKC", name).strip()) if part]
    if not parts:
        return text
    for order in (parts, parts[::-1]):
        whole = r"[\s,.·-]*".join(re.escape(part) for part in order)
        text = re.sub(rf"(?<!\w){whole}(?!\w)" if whole.isascii() else whole, NAME, text, flags=re.IGNORECASE)
    for part in parts:
        if not part.isascii():
            text = text.replace(part, NAME) if len(part) > 1 else text
        elif len(part) >= 2 and part.casefold() not in _COMMON and part.casefold() != NAME.casefold():
            text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", NAME, text, flags=re.IGNORECASE)
        elif len(part) >= 2:
            text = re.sub(
                rf"(?<!\w)(?:{re.escape(part.title())}|{re.escape(part.upper())})(?!\w)", NAME, text
            )
    return text


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or character == "〇"
