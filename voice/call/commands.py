"""What callers say to the line besides wishes about its voice: go on in a chat, do not record.

Only whole utterances count: a word inside a story commands nothing.
"""

import re
from enum import StrEnum


class Command(StrEnum):
    """What the line is told to do."""

    CHAT = "chat"
    NO_RECORDING = "no_recording"


_POLITE = (
    r"(?:(?:please|sorry|can you|could you|would you|will you|can i|i want to|i would like to|let us|let's)"
    r"\s+)*"
)
_RULES = {
    command: re.compile(rf"{_POLITE}(?:{pattern})(?:\s+please)?", re.IGNORECASE)
    for command, pattern in {
        Command.CHAT: r"(?:continue|go on) (?:in|by|on|with) (?:the |a )?(?:chat|writing|text)"
        r"|(?:send|text) me (?:a|the) (?:chat )?link|in writing|by chat",
        Command.NO_RECORDING: r"(?:do not|don't|stop|no) record(?:ing)?"
        r"(?: (?:me|this|this call|the call|that))?",
    }.items()
}
_BARE = re.compile(r"[^\w' ]+")


def command_in(text: str) -> Command | None:
    """The command that the whole utterance is; None for anything else."""
    bare = " ".join(_BARE.sub(" ", text.replace("’", "'")).split())
    return next((command for command, rule in _RULES.items() if rule.fullmatch(bare)), None)
