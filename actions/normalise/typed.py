"""Text as it arrives from keyboards, phones and other people's programs, made safe to work with.

Cleaning drops what cannot be seen and nothing else: what a customer told us is never shortened in meaning.
"""

import re
import unicodedata

LIMIT = 10_000
"""Longest text that is read; the rest of a longer one is left unread."""

_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\n{3,}")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def clean(text: str) -> str:
    """The text without control and direction characters, in one form of Unicode, spaces single.

    Full-width digits and letters become plain ones, so that a Chinese keyboard types the same numbers.
    """
    text = text[:LIMIT]
    if text.isascii() and text.isprintable():
        return " ".join(text.split()) if "  " in text or text[:1] == " " or text[-1:] == " " else text
    text = unicodedata.normalize("NFKC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = (
        character
        if character == "\n"
        else (
            " "
            if unicodedata.category(character) == "Cc"
            else ""
            if unicodedata.category(character) in ("Cf", "Cs", "Co", "Cn")
            else character
        )
        for character in text
    )
    lines = _SPACES.sub(" ", "".join(kept))
    return _LINES.sub("\n\n", "\n".join(line.strip() for line in lines.split("\n"))).strip()[:LIMIT]


def words(text: str) -> list[str]:
    """The words of a text in lower case, punctuation left out."""
    return [word.replace("’", "'") for word in _WORD.findall(text.casefold())]
