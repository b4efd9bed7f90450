"""What a caller said, as somebody at a keyboard would have typed it.

Pure. Where a text is no answer to what was asked (a question, a wish for a person) it stays as it was said.
"""

import re

from actions.normalise.spelling import read_spelling
from actions.normalise.spoken import digits, figures, in_figures, is_number_word, number
from voice.hearing.base import Grammar, GrammarKind, Heard
from voice.hearing.grammars import spoken_words
from voice.hearing.phrases import LEAVING, NAME_LEADS

_LETTERED = {"claim_number": re.compile(r"\bc l\b"), "id_number": re.compile(r"\bx$")}
_LETTERED["id_ending"] = _LETTERED["id_number"]
_OH = re.compile(r"\boh\b")


def normalised(heard: Heard, grammar: Grammar) -> str:
    """The text for the turn."""
    text = " ".join(heard.text.split())
    if not text or text in LEAVING:
        return text
    match grammar.kind:
        case GrammarKind.DIGITS:
            return _digits(text, grammar.shape)
        case GrammarKind.DATE:
            return figures(text)
        case GrammarKind.AMOUNT:
            return _amount(text)
        case GrammarKind.NAME:
            return _name(text)
        case GrammarKind.CHOICE:
            return _choice(text, grammar.phrases)
        case _:
            return in_figures(text)


def _digits(text: str, shape: str) -> str:
    # In an answer of digits "oh" is always a zero, also at the beginning.
    found = digits(_OH.sub("zero", text))
    if not found:
        return text
    lettered = _LETTERED.get(shape)
    if lettered is not None and lettered.search(text):
        return f"CL{found}" if shape == "claim_number" else f"{found}X"
    return found


def _amount(text: str) -> str:
    words = text.split()
    spelt = [place for place, word in enumerate(words) if is_number_word(word)]
    if not spelt or words[-1] == "percent":
        return figures(text)
    first, last = spelt[0], spelt[-1]
    if first and words[first - 1] in ("a", "an"):
        first -= 1
    value = number(words[first : last + 1])
    return text if value is None else " ".join([*words[:first], f"{value:,}", *words[last + 1 :]])


def _name(text: str) -> str:
    lead = next((lead for lead in NAME_LEADS if text.startswith(f"{lead} ")), "")
    name = text.removeprefix(lead).strip()
    return read_spelling(name) or name.title()


def _choice(text: str, titles: tuple[str, ...]) -> str:
    padded = f" {text} "
    meant = [title for title in titles if f" {' '.join(spoken_words(title))} " in padded]
    return meant[0] if len(meant) == 1 else in_figures(text)
