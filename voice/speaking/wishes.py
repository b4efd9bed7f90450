"""What callers say about the speaking itself: "say that again", "slower", "go back", "more choices".

Only a short utterance that says nothing else is such a wish; the call grants it without asking the bot.
"""

import re
from enum import StrEnum

from actions.normalise import words


class Wish(StrEnum):
    """What the caller wants of the bot's voice."""

    AGAIN = "again"
    SLOWER = "slower"
    BACK = "back"
    """The question before this one."""

    MORE = "more"
    """The further choices."""


_POLITE = frozenset(
    "please sorry can could would you i we um uh er erm well okay ok the a bit little just now me to for hey "
    "thanks thank oh i'm didn't don't not can't couldn't cannot".split()
)
_SAID: dict[Wish, re.Pattern[str]] = {
    Wish.AGAIN: re.compile(
        r"(?:(?:say|tell|repeat|hear|read)(?: (?:it|that|this|what|said|question|last))*"
        r"(?: (?:again|once more))?"
        r"|again|once more|one more time|pardon|what|what(?: did| was)? (?:say|said|that)|come again"
        r"|(?:hear|catch|get|understand)(?: (?:it|that|what|said))*)"
    ),
    Wish.SLOWER: re.compile(
        r"(?:(?:speak|talk|say|go|read)(?: (?:it|that))? )?(?:more slowly|slower|slowly|slow down|too fast)"
        r"|(?:you're|that's|that was|it's|are|speaking|talking)?(?: speaking| talking| going)? ?too fast"
        r"|slow down|slow"
    ),
    Wish.BACK: re.compile(
        r"(?:go |going |take )?(?:back|one back|step back|back one|back one step)"
        r"|(?:go )?to previous(?: one)?|previous(?: question| one)?|last question"
    ),
    Wish.MORE: re.compile(
        r"more|more choices|more options|other choices|other options|what else|next|others"
    ),
}
_BARE = frozenset(("hear", "say", "tell", "read", "get", "catch", "understand"))
"""Words that are no wish alone once the polite ones are gone: "can you tell me" begins something else."""

LONGEST = 10


def wish_of(text: str) -> Wish | None:
    """The wish, if the utterance is one and nothing else."""
    said = words(text)
    if len(said) > LONGEST:
        return None
    missed = any(word in ("didn't", "couldn't", "don't", "can't", "cannot") for word in said)
    if " ".join(said) in ("sorry", "i'm sorry", "huh", "excuse me"):
        return Wish.AGAIN
    core = " ".join(word for word in said if word not in _POLITE)
    if not core:
        return None
    if core in _BARE and not (missed and core in ("hear", "catch", "get", "understand")):
        return None
    return next((wish for wish, pattern in _SAID.items() if pattern.fullmatch(core)), None)
