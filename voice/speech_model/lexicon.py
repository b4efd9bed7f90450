"""How words are pronounced: the CMU dictionary that comes with the pocketsphinx wheel.

Guesses no pronunciation: a word that the dictionary does not know is not a word of the model.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from voice.speech_model.phones import INDEX

Pronunciation = tuple[str, ...]

_VARIANT = re.compile(r"\(\d+\)$")


@cache
def dictionary() -> dict[str, tuple[Pronunciation, ...]]:
    """Every word of the dictionary with its pronunciations, the usual one first."""
    found: defaultdict[str, list[Pronunciation]] = defaultdict(list)
    text = (files("pocketsphinx") / "model" / "en-us" / "cmudict-en-us.dict").read_text(encoding="utf-8")
    for line in text.splitlines():
        word, *phones = line.split()
        if all(phone in INDEX for phone in phones):
            found[_VARIANT.sub("", word)].append(tuple(phones))
    return {word: tuple(dict.fromkeys(said)) for word, said in found.items()}


def known(words: Iterable[str]) -> bool:
    """Whether the dictionary has all of them."""
    return all(word in dictionary() for word in words)
