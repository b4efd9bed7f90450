"""The states of turn taking, and the table of what leads from one to another.

A pair that is not in the table changes nothing. The table is drawn in docs/decisions/017-turn-taking.md.
"""

from enum import StrEnum


class State(StrEnum):
    """Who has the floor."""

    LISTENING = "listening"
    """The bot was heard, and nobody speaks."""

    SPEAKING = "speaking"
    """The caller speaks."""

    PAUSING = "pausing"
    """The caller is quiet after speaking, and may go on."""

    KEYING = "keying"
    """Keys are pressed."""

    THINKING = "thinking"
    """The caller has finished, and the bot has not begun."""

    TALKING = "talking"
    """The bot speaks."""

    HOLDING = "holding"
    """The bot fell silent in the middle: somebody seems to speak."""


class Signal(StrEnum):
    """What happened, once the rules have looked at it."""

    VOICE = "voice"
    QUIET = "quiet"
    AGAIN = "again"
    KEY = "key"
    OVER = "over"
    NOTHING = "nothing"
    CLAIMED = "claimed"
    BOT_STARTED = "bot_started"
    BOT_FINISHED = "bot_finished"


TABLE: dict[tuple[State, Signal], State] = {
    (State.LISTENING, Signal.VOICE): State.SPEAKING,
    (State.LISTENING, Signal.KEY): State.KEYING,
    (State.LISTENING, Signal.BOT_STARTED): State.TALKING,
    (State.LISTENING, Signal.BOT_FINISHED): State.LISTENING,
    (State.SPEAKING, Signal.QUIET): State.PAUSING,
    (State.SPEAKING, Signal.OVER): State.THINKING,
    (State.SPEAKING, Signal.KEY): State.KEYING,
    (State.SPEAKING, Signal.BOT_STARTED): State.HOLDING,
    (State.PAUSING, Signal.AGAIN): State.SPEAKING,
    (State.PAUSING, Signal.OVER): State.THINKING,
    (State.PAUSING, Signal.NOTHING): State.LISTENING,
    (State.PAUSING, Signal.KEY): State.KEYING,
    (State.PAUSING, Signal.BOT_STARTED): State.HOLDING,
    (State.KEYING, Signal.KEY): State.KEYING,
    (State.KEYING, Signal.OVER): State.THINKING,
    (State.KEYING, Signal.NOTHING): State.LISTENING,
    (State.KEYING, Signal.BOT_STARTED): State.KEYING,
    (State.THINKING, Signal.VOICE): State.SPEAKING,
    (State.THINKING, Signal.KEY): State.KEYING,
    (State.THINKING, Signal.BOT_STARTED): State.TALKING,
    (State.THINKING, Signal.BOT_FINISHED): State.LISTENING,
    (State.TALKING, Signal.VOICE): State.HOLDING,
    (State.TALKING, Signal.KEY): State.KEYING,
    (State.TALKING, Signal.BOT_STARTED): State.TALKING,
    (State.TALKING, Signal.BOT_FINISHED): State.LISTENING,
    (State.HOLDING, Signal.CLAIMED): State.SPEAKING,
    (State.HOLDING, Signal.NOTHING): State.TALKING,
    (State.HOLDING, Signal.KEY): State.KEYING,
    (State.HOLDING, Signal.BOT_FINISHED): State.SPEAKING,
}
