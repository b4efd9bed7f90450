"""Whether a customer has had enough, by plain signs. Only looked at where the bot did not understand."""

import re

_SIGNS = re.compile(
    r"\b(?:ridiculous|useless|idiots?|stupid|pathetic|outrageous|disgrace(?:ful)?|unacceptable|fed up|"
    r"sick of|"
    r"waste of (?:my )?time|wasting my time|damn|bloody|wtf|bullshit|crap|hell|hopeless|terrible service|"
    r"worst (?:service|company|bot)|furious|angry|sue you|lawyer)\b",
    re.IGNORECASE,
)


def is_angry(text: str) -> bool:
    """Whether the words, the capitals or the exclamation marks say so."""
    letters = [character for character in text if character.isalpha()]
    shouting = len(letters) >= 12 and sum(letter.isupper() for letter in letters) > 0.8 * len(letters)
    return bool(_SIGNS.search(text[:1000])) or (shouting and "!" in text) or "!!!" in text
