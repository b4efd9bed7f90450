"""The language of this line for free speech: a bigram model and a dictionary, as files for pocketsphinx.

Counted on `nlu_data` and the answers to the forms; nothing that is kept for measuring is counted. A word the
dictionary lacks is pronounced by its parts where they are known; else the sentences are cut there.
"""

import hashlib
import os
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from math import log
from pathlib import Path

from voice.speech_model import sentences
from voice.speech_model.language import BEGIN, END, Language, counted
from voice.speech_model.lexicon import Pronunciation, dictionary

_VERSION = "1"
_FORMS = 400
"""Generated answers that are counted beside the utterances: enough that every number word is known."""

_TWICE = 2
"""Words of the utterances said less often are left out, unless a form's answer has them."""

_NEVER = -99.0
_AMERICAN = (("our", "or"), ("ise", "ize"), ("ised", "ized"), ("isation", "ization"), ("tre", "ter"))
_OWN: dict[str, tuple[Pronunciation, ...]] = {"xray": (("EH", "K", "S", "R", "EY"),)}
_ENDINGS = {"'s": ("Z",), "s": ("Z",), "es": ("IH", "Z"), "ed": ("D",), "ing": ("IH", "NG")}


@dataclass(frozen=True, slots=True)
class LanguageFiles:
    """What pocketsphinx reads."""

    model: Path
    dictionary: Path


def prepared(folder: Path) -> LanguageFiles:
    """The files in a folder; made there if they are missing or `nlu_data` has changed."""
    mark = hashlib.sha256(_VERSION.encode())
    for path in sorted(sentences.INTENTS.rglob("*.yml")):
        mark.update(path.read_bytes())
    name = f"domain-{mark.hexdigest()[:16]}"
    files = LanguageFiles(folder / f"{name}.arpa", folder / f"{name}.dict")
    if not (files.model.exists() and files.dictionary.exists()):
        language = spoken_here()
        folder.mkdir(parents=True, exist_ok=True)
        _write(files.model, arpa(language))
        _write(files.dictionary, dictionary_of(language.words))
    return files


def spoken_here() -> Language:
    """The language of the line."""
    said = sentences.utterances()
    forms = [one.split() for one in islice(sentences.forms(1), _FORMS)]
    seen = Counter(word for one in said for word in one)
    words = {word for word, count in seen.items() if count >= _TWICE and pronounced(word)}
    words |= {word for one in forms for word in one if pronounced(word)}
    return counted([*said, *forms], words)


def pronounced(word: str) -> tuple[Pronunciation, ...]:
    """How a word is said: by the dictionary, or by its parts; none if they are unknown too."""
    known = dictionary()
    if word in _OWN:
        return _OWN[word]
    if word in known:
        return known[word]
    for british, american in _AMERICAN:
        if word.endswith(british) and (respelt := word.removesuffix(british) + american) in known:
            return known[respelt]
    for ending, phones in _ENDINGS.items():
        stem = word.removesuffix(ending)
        if stem != word and (base := known.get(stem) or known.get(stem + "e")):
            return tuple((*said, *phones) for said in base)
    for place in range(3, len(word) - 2):
        first, second = known.get(word[:place]), known.get(word[place:])
        if first and second:
            return ((*first[0], *second[0]),)
    return ()


def dictionary_of(words: Iterable[str]) -> str:
    """The dictionary's lines for these words; words that cannot be pronounced are left out."""
    lines = []
    for word in sorted(set(words)):
        for number, phones in enumerate(pronounced(word), start=1):
            lines.append(f"{word}{f'({number})' if number > 1 else ''} {' '.join(phones)}\n")
    return "".join(lines)


def arpa(language: Language) -> str:
    """The bigrams in the ARPA format: logarithms of base 10."""
    alone = [f"{_NEVER:.4f}\t{BEGIN}\t{_ten(language.backing_off[BEGIN]):.4f}\n"]
    alone.append(f"{_ten(language.alone[END]):.4f}\t{END}\n")
    for word in language.words:
        alone.append(f"{_ten(language.alone[word]):.4f}\t{word}\t{_ten(language.backing_off[word]):.4f}\n")
    pairs = [
        f"{_ten(cost):.4f}\t{first}\t{second}\n"
        for first, costs in language.after.items()
        for second, cost in costs.items()
    ]
    head = f"\\data\\\nngram 1={len(alone)}\nngram 2={len(pairs)}\n"
    return f"{head}\n\\1-grams:\n{''.join(alone)}\n\\2-grams:\n{''.join(pairs)}\n\\end\\\n"


def _ten(cost: float) -> float:
    return max(-cost / log(10), _NEVER)


def _write(path: Path, text: str) -> None:
    # Several processes may make the same file at once; each puts a whole one in place.
    handle, made = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(made).replace(path)
