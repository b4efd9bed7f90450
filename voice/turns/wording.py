"""Words that decide turns: which of them mean "stop", "I am listening", "I have not finished".

Word lists and what follows from them; whoever hears the words is elsewhere.
"""

from actions.normalise import words
from actions.normalise.spoken import digits

STOP_WORDS = frozenset(
    "stop no wait agent person human operator representative colleague help quiet enough cancel".split()
)
STOP_PHRASES = ("hang on", "hold on", "one moment", "excuse me", "say that again", "go back", "slow down")
LISTENING_WORDS = frozenset(
    "mhm mm mmm mmhm mm-hmm hm hmm uh huh uh-huh ah aha oh okay ok yeah yep yes right sure good fine alright "
    "great well see um er erm".split()
)
LISTENING_PHRASES = ("i see", "all right", "got it", "of course", "i know", "very good", "thank you")
_HANGING = frozenset(
    "and or but the a an my your his her their our is was are were to of in on at for with from by about "
    "because so if when that then um uh er erm well like it's i'm i".split()
)


def has_stop_word(text: str) -> bool:
    """Whether the words ask the bot to stop."""
    said = words(text)
    phrase = f" {' '.join(said)} "
    return bool(STOP_WORDS.intersection(said)) or any(f" {each} " in phrase for each in STOP_PHRASES)


def telling_words(text: str) -> list[str]:
    """The words that say more than that somebody is listening."""
    phrase = f" {' '.join(words(text))} "
    for each in LISTENING_PHRASES:
        phrase = phrase.replace(f" {each} ", "  ")
    return [word for word in phrase.split() if word not in LISTENING_WORDS]


def is_only_listening(text: str) -> bool:
    """Whether there are words, and none of them says anything."""
    return bool(words(text)) and not telling_words(text)


def is_unfinished(text: str) -> bool:
    """Whether the last word cannot be the last."""
    said = words(text)
    return bool(said) and said[-1] in _HANGING


def digits_in(text: str) -> int:
    """How many digits were said."""
    return len(digits(text))
