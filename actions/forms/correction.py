"""Corrections: "no, I meant the 5th", "change the hospital", "the date is wrong".

Finds the field that is meant and the new value when it was said. Never touches a field that was not answered.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from actions.forms.service import Facts, Field
from actions.forms.state import FormState
from actions.normalise import Misread, is_date_word, words
from actions.utterance import Utterance

_CUE = re.compile(
    r"^\W*(?:no|nope|sorry|oops|wait|actually|correction|my mistake|i mean|i meant|i made a mistake|not|"
    r"change|correct|"
    r"edit|fix|update|that'?s wrong|that is wrong)\b",
    re.IGNORECASE,
)
_STRONG = re.compile(
    r"\b(?:i mean|i meant|i made a mistake|my mistake|correction|should (?:be|have been|read)|is wrong|"
    r"was wrong|"
    r"(?:change|correct|edit|fix|update) (?:the|my|that|it|this)|typo|instead of|another (?:date|one|"
    r"number|policy))\b",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"^(?:\W|\b(?:yes|yeah|okay|ok|but|no|nope|sorry|oops|wait|actually|correction|my mistake|"
    r"i made a mistake|i meant?|"
    r"please|change|"
    r"i want to|i'd like to|i would like to|i need to|can you|could you|let me|correct|edit|fix|update|"
    r"that'?s wrong|that is wrong|it|the|my|that|to|is|was|should|be|have|been|into|and|wrong)\b)+",
    re.IGNORECASE,
)
_REJECTED = re.compile(r",?\s*\b(?:not|instead of|rather than)\b.*$", re.IGNORECASE | re.DOTALL)

_OPENS = re.compile(
    r"^\W*(?:(?:yes|okay|ok|but|no|sorry|oops|wait|actually|please|can you|could you|i want to|i'd like to|"
    r"i need to|let me)\W+)*"
    r"(?:i meant?|my mistake|i made a mistake|correction|(?:change|correct|edit|fix|update) (?:the|my))\b",
    re.IGNORECASE,
)
_MEANT = re.compile(
    r"^\W*(?:(?:no|nope|sorry|oops|wait|actually|um|uh)\W+)*"
    r"(?:(?:i|my) (?:meant?|mistake)|correction|i made a mistake)\b",
    re.IGNORECASE,
)
_RETAKEN = re.compile(
    r"^\W*(?:(?:no|nope|sorry|oops|wait|actually|um|uh)\W+)*(?:i meant?|correction|my mistake)\b[\s,:]*"
    r"(?:(?:it|that)(?: is|'s| was)\b)?\s*",
    re.IGNORECASE,
)
_SMALL = frozenset(
    "a an the it it's its was is on at in of to for from by my our his her that this i be been happened not "
    "and no number policy phone mobile date day please rather actually sorry so just correct right".split()
)
"""Words that may stand around a value without making a story of it."""

LONGEST_CORRECTION = 20
"""In words. Whoever says more tells a story."""

SHORT_VALUE = 6
"""In words: the longest free value that a correction changes without naming its field."""

MISSING = object()
"""No new value was said."""


def sounds_like_correction(utterance: Utterance) -> bool:
    """Whether the message takes something back, by its words or by a sure understanding."""
    if len(words(utterance.text)) > 30:
        return False
    if _is_understood_so(utterance, 0.6):
        return True
    return bool(_STRONG.search(utterance.text) or _CUE.match(utterance.text))


def is_certain(utterance: Utterance) -> bool:
    """Whether it can be nothing but a correction, also where any text would be an answer."""
    if len(words(utterance.text)) > LONGEST_CORRECTION:
        return False
    return _is_understood_so(utterance, 0.8) or bool(_OPENS.match(utterance.text))


def _is_understood_so(utterance: Utterance, least: float) -> bool:
    # A bare number takes nothing back, whatever sentence it reminds the engine of.
    has_words = any(letter.isalpha() for letter in utterance.text)
    return has_words and utterance.intent == "correct_answer" and utterance.confidence >= least


def retaken(text: str) -> str:
    """The text without the words that take something back: "sorry, I meant Shanghai" is "Shanghai"."""
    return _RETAKEN.sub("", text).strip() or text


def bare_change(
    utterance: Utterance, state: FormState, answered: Sequence[Field], facts: Facts
) -> tuple[Field, Any] | None:
    """An earlier field and its new value, when a message takes something back and says little else.

    "No wait, it was yesterday" is such a message whatever is being asked; "no, at the corner of 5th street"
    is none, since more is left of it than a value.
    """
    text = utterance.text
    if not (_CUE.match(text) or _OPENS.match(text)) or len(words(text)) > LONGEST_CORRECTION:
        return None
    meant = meant_field(utterance, state, answered, facts)
    if meant is None or meant[1] is MISSING:
        return None
    if _OPENS.match(text):
        return meant
    if names(meant[0], text):
        return meant if len(words(text)) <= LONGEST_CORRECTION // 2 else None
    plain = isinstance(meant[1], date) or sum(character.isdigit() for character in text) >= 6
    rest = _REJECTED.sub("", _FILLER.sub("", text))
    left = [word for word in _telling(rest) if not (word.isdigit() or is_date_word(word))]
    return meant if plain and len(left) <= 1 else None


def meant_field(
    utterance: Utterance, state: FormState, answered: Sequence[Field], facts: Facts
) -> tuple[Field, Any] | None:
    """The field that is to change and its new value, or `MISSING` when that is still to be asked."""
    if not answered:
        return None
    # "The form of the document" names the form, although "document" is a name of another answer.
    lengths = {field.name: length for field in answered if (length := _named(field, utterance.text))}
    named = sorted((one for one in answered if one.name in lengths), key=lambda one: -lengths[one.name])
    rest = _without_names(_FILLER.sub("", utterance.text), named)
    rest = _REJECTED.sub("", rest).strip() or rest
    if len(named) > 1 and named[0].free:
        named = [named[-1], *named[:-1]]
    for field in named:
        value = _value(field, rest, state, facts)
        if value is not MISSING:
            return field, value
    by_recency = sorted(
        answered, key=lambda field: -state.order.index(field.name) if field.name in state.order else 1
    )
    for field in by_recency:
        if not field.free and field not in named and _may_mean(field, rest, facts):
            value = _value(field, rest, state, facts)
            if value is not MISSING:
                return field, value
    if named:
        return named[0], MISSING
    last = by_recency[0]
    if last.free and _MEANT.match(utterance.text) and _is_short(rest) and _is_short(state.answers[last.name]):
        value = _value(last, rest, state, facts)
        return None if value is MISSING else (last, value)
    return None


def _telling(text: str) -> list[str]:
    return [word for word in words(text) if word not in _SMALL]


def _may_mean(field: Field, text: str, facts: Facts) -> bool:
    """Whether a field that was not named may be meant: "Xuanwu Hospital" is no answer to "hospital stay?"."""
    choices = field.choices(facts)
    if not choices or any(character.isdigit() for character in text):
        return True
    said = " ".join(_telling(text))
    return any(
        said in (" ".join(_telling(choice.title)), choice.value, *choice.synonyms) for choice in choices
    )


def _is_short(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(words(value)) <= SHORT_VALUE


def _value(field: Field, text: str, state: FormState, facts: Facts) -> Any:
    text = re.sub(
        r"^(?:is|was|should be|to|it's|its|it was|it is|:|-|=|,|\s)+", "", text.strip(), flags=re.IGNORECASE
    )
    if not text.strip(" .!?"):
        return MISSING
    try:
        if field.free:
            return field.value_of(text, state.answers, facts)
        # A bare yes or no rejects; it is no new value of a field.
        if field.scan is not None:
            found = field.scan(text, facts)
            if found is not None:
                field.check(found, state.answers, facts)
                return found
        return field.value_of(text, state.answers, facts)
    except Misread:
        return MISSING


def names(field: Field, text: str) -> bool:
    """Whether the text calls the field by one of its names."""
    return _named(field, text) > 0


def _named(field: Field, text: str) -> int:
    """Length of the longest of the field's names that the text holds; 0 when there is none."""
    said = f" {' '.join(words(text))} "
    all_names = (" ".join(words(name)) for name in (field.title, *field.aliases))
    return max((len(name) for name in all_names if f" {name} " in said), default=0)


def _without_names(text: str, named: Sequence[Field]) -> str:
    """The text without the names it begins with: "hospital to Xuanwu Hospital" keeps the second one."""
    for field in named:
        longest_first = sorted((field.title, *field.aliases), key=len, reverse=True)
        either = "|".join(re.escape(name) for name in longest_first)
        # The "day" of "day before yesterday" names nothing.
        text = re.sub(
            rf"^\W*(?:the |my |another )?(?:{either})\b(?! (?:before|after)\b)",
            " ",
            text,
            count=1,
            flags=re.IGNORECASE,
        )
    return _FILLER.sub("", text.strip())
