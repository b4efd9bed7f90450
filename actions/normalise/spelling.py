"""Names given letter by letter: "C for Charlie, H, double L", "L I, W E I".

Reads only what is plainly spelling; a sentence or a name said as a word is left alone.
"""

import re

from actions.normalise.spoken import REPEATS
from actions.normalise.typed import words

ALPHABET = tuple(
    "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar papa "
    "quebec romeo sierra tango uniform victor whiskey xray yankee zulu".split()
)
"""The spelling alphabet of radio and aviation."""

_SAID = {word: word[0] for word in (*ALPHABET, "alfa", "juliett", "whisky", "zed", "zee")}
_LIKE = frozenset(("for", "like"))
_BETWEEN = re.compile(r"\bspace\b|\bnew word\b", re.IGNORECASE)
_PAUSES = re.compile(r"[,;.]\s+")
_AS_IN = re.compile(r"\s+as (?:in|for)\s+", re.IGNORECASE)
_XRAY = re.compile(r"\bx[- ]ray\b", re.IGNORECASE)
SHORTEST = 2


def read_spelling(text: str) -> str | None:
    """The word or words that are spelt, each with a capital; None when the text is no spelling."""
    names = [_spelt(words(part)) for part in _parts(_AS_IN.sub(" for ", _XRAY.sub("xray", text)))]
    if not names or any(name is None for name in names):
        return None
    found = [name for name in names if name]
    if sum(len(name) for name in found) < SHORTEST:
        return None
    return " ".join(name.capitalize() for name in found)


def _parts(text: str) -> list[str]:
    # "L I, W E I": a pause after at least two letters ends a word; "C for Charlie, H, E, N" is one word.
    parts = [part for part in _PAUSES.split(text.strip(" .,;!")) if part.strip()]
    if all(len(_spelt(words(part)) or "") > 1 and " for " not in f" {part} " for part in parts):
        return [piece for part in parts for piece in _BETWEEN.split(part)]
    return _BETWEEN.split(" ".join(parts))


def _spelt(said: list[str]) -> str | None:
    letters: list[str] = []
    repeat, place = 1, 0
    while place < len(said):
        word = said[place]
        if word in REPEATS:
            repeat = REPEATS[word]
        else:
            letter = word if len(word) == 1 and word.isalpha() else _SAID.get(word)
            if letter is None:
                return None
            letters.extend([letter] * repeat)
            repeat = 1
            if place + 2 < len(said) and len(word) == 1 and said[place + 1] in _LIKE:
                # "C for Charlie", or for anything else that begins with it.
                if said[place + 2][0] != word:
                    return None
                place += 2
        place += 1
    return "".join(letters) if repeat == 1 else None
