"""A bot's message as it is said: sentences for the ear, and at most three choices.

Takes the body the ledger holds; says the same as the chat shows, in the order of the chat.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from actions.normalise import words
from voice.speaking.figures import in_words
from voice.speaking.plainness import LINK_BY_TEXT, plain

MOST_CHOICES = 3
MORE = "There is more: say, more choices."
LONGEST_SENTENCE = 160
"""Characters; a longer sentence is cut at a comma, so that an interruption loses little."""

_END = re.compile(r"(?<=[.!?])[\"')]*\s+|\s*\n+\s*|\s*;\s+")
_COMMA = re.compile(r",\s+")
_LABEL = re.compile(r"^([A-Z][\w' -]{1,40}): (?=\S)")
_BRACKETS = re.compile(r"\s*\(([^()]*)\)")
_NUMBER_IN_BRACKETS = re.compile(r"\s*\((\d[\d ]{6,})\)")


def spoken(body: Mapping[str, Any], page: int = 0) -> list[str]:
    """The sentences of a message, its choices last; `page` counts "more choices"."""
    text, has_link = plain(str(body.get("text") or ""))
    sentences = [] if page else sentences_of(text)
    if has_link and not page:
        sentences.append(LINK_BY_TEXT)
    titles = choices(body, page)
    if titles and (page or not _are_named(titles, text)):
        sentences.append(_offered(titles))
        if has_more(body, page):
            sentences.append(MORE)
    return sentences


def choices(body: Mapping[str, Any], page: int = 0) -> tuple[str, ...]:
    """The titles that are offered aloud, at most three; what the keys 1 to 3 mean, in this order."""
    titles = _titles(body)
    return titles[page * MOST_CHOICES : (page + 1) * MOST_CHOICES]


def has_more(body: Mapping[str, Any], page: int = 0) -> bool:
    """Whether there are choices after those."""
    return len(_titles(body)) > (page + 1) * MOST_CHOICES


def sentences_of(text: str) -> list[str]:
    """A plain text as short sentences in words."""
    said: list[str] = []
    for part in _END.split(in_words(text)):
        sentence = _BRACKETS.sub(r", \1,", _LABEL.sub(r"\1, ", " ".join(part.split())))
        sentence = re.sub(r",\s*(?=[,.!?:])", "", sentence).strip(" ,;")
        sentence = sentence[:1].upper() + sentence[1:]
        if any(character.isalnum() for character in sentence):
            said.extend(_shortened(sentence if sentence[-1] in ".!?" else f"{sentence.rstrip(':')}."))
    return said


def _shortened(sentence: str) -> list[str]:
    if len(sentence) <= LONGEST_SENTENCE:
        return [sentence]
    parts, current = _COMMA.split(sentence), ""
    cut: list[str] = []
    for part in parts:
        joined = f"{current}, {part}" if current else part
        if len(joined) > LONGEST_SENTENCE and current:
            cut.append(f"{current},")
            current = part
        else:
            current = joined
    return [*cut, current]


def _titles(body: Mapping[str, Any]) -> tuple[str, ...]:
    """The titles of the buttons that are choices to a caller, told apart where their words are the same."""
    found = [
        str(button["title"])
        for button in body.get("buttons") or ()
        if "feedback" not in (button.get("payload") or {})
    ]
    if {title.casefold() for title in found} == {"yes", "no"}:
        return ()
    bare = [_NUMBER_IN_BRACKETS.sub("", title) for title in found]
    return tuple(
        short if bare.count(short) == 1 else _NUMBER_IN_BRACKETS.sub(_last_four, title)
        for title, short in zip(found, bare, strict=True)
    )


def _last_four(match: re.Match[str]) -> str:
    return f" ending {match.group(1).replace(' ', '')[-4:]}"


def _offered(titles: Sequence[str]) -> str:
    said = [in_words(plain(title)[0]) for title in titles]
    said = [_BRACKETS.sub(r", \1", title).strip(" .?!") for title in said]
    return f"You can say: {', or: '.join(said)}."


def _are_named(titles: Sequence[str], text: str) -> bool:
    """Whether the question names its choices itself."""
    asked = f" {' '.join(words(text))} "
    return all(f" {' '.join(words(title))} " in asked for title in titles)
