"""Answers that pick one of several things, and the plainest choice of all, yes or no.

A choice is found by its title, its value, its number in the list, or a word that means it.
"""

import re
from dataclasses import dataclass

from actions.normalise.misread import Misread, Option
from actions.normalise.typed import words


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that can be picked."""

    value: str
    title: str
    synonyms: tuple[str, ...] = ()
    """Words or phrases that mean it, in lower case."""


_YES = frozenset(
    "yes y yep yeah yup yea ya sure ok okay okey correct right true exactly absolutely definitely "
    "affirmative agreed confirm confirmed certainly indeed please 是 对 好 👍 ✅".split()
)
_YES_PHRASES = frozenset(
    (
        "of course", "go ahead", "that's right", "thats right", "that is right", "that's correct",
        "sounds good",
        "looks good", "all correct", "all good", "it is", "i do", "that is correct", "please do", "do it",
        "submit it", "send it",
    )
)  # fmt: skip
_NO = frozenset("no n nope nah not never wrong incorrect negative false don't dont isn't 不 否 👎 ❌".split())
_NO_PHRASES = frozenset(("no thanks", "no thank you", "not really", "i don't", "rather not", "not yet"))
_ORDINALS = {
    "first": 1, "1st": 1, "one": 1, "second": 2, "2nd": 2, "two": 2, "third": 3, "3rd": 3, "three": 3,
    "fourth": 4, "4th": 4, "four": 4, "fifth": 5, "5th": 5, "five": 5, "sixth": 6, "6th": 6, "six": 6,
    "last": -1, "latter": -1, "former": 1,
}  # fmt: skip
_FILLER = frozenset(
    "the a an one please number no i want take mean option it is it's choose that thing".split()
)
_NUMBER = re.compile(r"^\W*(?:number|option|no\.?|#)?\s*(\d)\W*$", re.IGNORECASE)


def read_yes_no(text: str) -> bool:
    """Yes or no.

    Raises:
        Misread: not_yes_or_no.
    """
    said = words(text) or text.split()
    phrase = " ".join(said)
    if phrase in _NO_PHRASES or (said and said[0] in _NO):
        return False
    if phrase in _YES_PHRASES or (said and said[0] in _YES and not _NO.intersection(said)):
        return True
    if any(phrase.startswith(start + " ") for start in _YES_PHRASES) and not _NO.intersection(said):
        return True
    raise Misread("not_yes_or_no", "Please answer yes or no.")


def read_choice(text: str, choices: tuple[Choice, ...]) -> str:
    """The value of the one choice that is meant.

    Raises:
        Misread: not_offered, several (with the choices that fit).
    """
    said = words(text)
    phrase = " ".join(said)
    for choice in choices:
        if phrase in (" ".join(words(choice.title)), " ".join(words(choice.value)), choice.value.casefold()):
            return choice.value
    by_number = _position(text, said, len(choices))
    if by_number is not None:
        return choices[by_number].value
    meant = _meant(phrase, choices)
    if len(meant) == 1:
        return meant[0].value
    if meant:
        raise Misread(
            "several",
            "I understood more than one of them. Which one is it?",
            tuple(Option(choice.value, choice.title) for choice in meant),
        )
    raise Misread("not_offered", "Please pick one of these.")


def _meant(phrase: str, choices: tuple[Choice, ...]) -> list[Choice]:
    """The choices that the phrase names; a name inside a longer one ("mail" in "e-mail") does not count."""
    named: list[tuple[int, int, Choice]] = []
    for choice in choices:
        for name in (choice.title, *choice.synonyms):
            pattern = rf"(?<!\S){re.escape(' '.join(words(name)) or name)}(?!\S)"
            named += [(*found.span(), choice) for found in re.finditer(pattern, phrase)]

    def is_inside(start: int, end: int) -> bool:
        return any(
            first <= start and end <= last and last - first > end - start for first, last, _choice in named
        )

    meant = [choice for start, end, choice in named if not is_inside(start, end)]
    return [choice for choice in choices if choice in meant]


def _position(text: str, said: list[str], count: int) -> int | None:
    match = _NUMBER.match(text)
    places: set[int] = set()
    if match:
        places = {int(match.group(1))}
    else:
        rest = [word for word in said if word not in _FILLER or word == "one"]
        if len(rest) > 1:
            rest = [word for word in rest if word != "one"]
        if len(rest) == 1 and rest[0] in _ORDINALS:
            places = {_ORDINALS[rest[0]]}
    for place in places:
        if place == -1:
            return count - 1
        if 1 <= place <= count:
            return place - 1
    return None
