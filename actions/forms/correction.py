"""Corrections: "no, I meant the 5th", "change the hospital", "the date is wrong".

Finds the field that is meant and the new value when it was said. Never touches a field that was not answered.
"""

import re
from collections.abc import Sequence
from typing import Any

from actions.forms.service import Facts, Field
from actions.forms.state import FormState
from actions.normalise import Misread, words
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
    r"^(?:\W|\b(?:no|nope|sorry|oops|wait|actually|correction|my mistake|i made a mistake|i meant?|"
    r"please|change|"
    r"i want to|i'd like to|i would like to|i need to|can you|could you|let me|correct|edit|fix|update|"
    r"that'?s wrong|that is wrong|it|the|my|that|to|is|was|should|be|have|been|into|and|wrong)\b)+",
    re.IGNORECASE,
)
_REJECTED = re.compile(r",?\s*\b(?:not|instead of|rather than)\b.*$", re.IGNORECASE | re.DOTALL)

_OPENS = re.compile(
    r"^\W*(?:(?:no|sorry|oops|wait|actually|please|can you|could you|i want to|i'd like to|i need to|let "
    r"me)\W+)*"
    r"(?:i meant?|my mistake|i made a mistake|correction|(?:change|correct|edit|fix|update) (?:the|my))\b",
    re.IGNORECASE,
)
LONGEST_CORRECTION = 20
"""In words. Whoever says more tells a story."""

MISSING = object()
"""No new value was said."""


def sounds_like_correction(utterance: Utterance) -> bool:
    """Whether the message takes something back, by its words or by a sure understanding."""
    if len(words(utterance.text)) > 30:
        return False
    if utterance.intent == "correct_answer" and utterance.confidence >= 0.6:
        return True
    return bool(_STRONG.search(utterance.text) or _CUE.match(utterance.text))


def is_certain(utterance: Utterance) -> bool:
    """Whether it can be nothing but a correction, also where any text would be an answer."""
    if len(words(utterance.text)) > LONGEST_CORRECTION:
        return False
    if utterance.intent == "correct_answer" and utterance.confidence >= 0.8:
        return True
    return bool(_OPENS.match(utterance.text))


def meant_field(
    utterance: Utterance, state: FormState, answered: Sequence[Field], facts: Facts
) -> tuple[Field, Any] | None:
    """The field that is to change and its new value, or `MISSING` when that is still to be asked."""
    if not answered:
        return None
    named = [field for field in answered if _names(field, utterance.text)]
    rest = _without_names(_FILLER.sub("", utterance.text), named)
    rest = _REJECTED.sub("", rest).strip() or rest
    if named:
        field = named[-1] if len(named) > 1 and named[0].free else named[0]
        return field, _value(field, rest, state, facts)
    by_recency = sorted(
        answered, key=lambda field: -state.order.index(field.name) if field.name in state.order else 1
    )
    for field in by_recency:
        if not field.free:
            value = _value(field, rest, state, facts)
            if value is not MISSING:
                return field, value
    return None


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


def _names(field: Field, text: str) -> bool:
    said = f" {' '.join(words(text))} "
    return any(f" {name} " in said for name in (field.title.casefold(), *field.aliases))


def _without_names(text: str, named: Sequence[Field]) -> str:
    """The text without the first naming of each field: "hospital to Huashan Hospital" keeps the second."""
    for field in named:
        names = sorted((field.title, *field.aliases), key=len, reverse=True)
        either = "|".join(re.escape(name) for name in names)
        text = re.sub(rf"\b(?:the |my |another )?(?:{either})\b", " ", text, count=1, flags=re.IGNORECASE)
    return _FILLER.sub("", text.strip())
