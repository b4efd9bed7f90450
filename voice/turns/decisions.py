"""What turn taking decides, for the call to carry out.

Plain facts with times in seconds of audio since the stream began; they carry no audio and do nothing.
"""

from dataclasses import dataclass
from enum import StrEnum


class Ending(StrEnum):
    """Why a caller's turn is over."""

    SILENCE = "silence"
    """Quiet for long enough, and the recogniser has said what it heard."""

    UNSETTLED = "unsettled"
    """Quiet for long enough, and the recogniser owes its result: settle before using the turn."""

    COMPLETE = "complete"
    """As many digits as were wanted."""

    CAP = "cap"
    """The longest turn; the caller may still be speaking."""

    KEYS = "keys"
    """A full entry on the keypad."""

    KEYS_IDLE = "keys_idle"
    """Keys, and then none for a while."""


class Cause(StrEnum):
    """Why the bot is interrupted."""

    WORDS = "words"
    VOICE = "voice"
    """Voice for so long that it is no cough."""

    STOP_WORD = "stop_word"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """Somebody speaks: open a hearing, with the audio from `began` on (and some before it)."""

    at: float
    began: float


@dataclass(frozen=True, slots=True)
class SpeechDropped:
    """What was taken for speech was none: close the hearing, nothing was said."""

    at: float


@dataclass(frozen=True, slots=True)
class BotHeld:
    """Be silent at once, but keep what was not yet heard: somebody seems to speak."""

    at: float


@dataclass(frozen=True, slots=True)
class BotResumed:
    """It was no interruption: go on from the last mark that was heard."""

    at: float
    mark: str | None


@dataclass(frozen=True, slots=True)
class BargeIn:
    """The caller has taken the floor: what the bot had left to say is not said."""

    at: float
    cause: Cause
    mark: str | None
    """The last mark that was heard."""


@dataclass(frozen=True, slots=True)
class SettleEarly:
    """A pause that may be the end: ask the hearing for its result, and begin to think about it."""

    at: float


@dataclass(frozen=True, slots=True)
class SettleDiscarded:
    """The caller goes on: what was thought of the early result is thrown away."""

    at: float


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The caller has finished."""

    at: float
    reason: Ending
    spoken_until: float | None
    """When the voice stopped; None when only keys were pressed."""

    text: str | None = None
    """The settled text; None when there is none yet, or none at all."""

    keys: str = ""


@dataclass(frozen=True, slots=True)
class NoInput:
    """Nothing was said or pressed."""

    at: float
    times: int
    """In a row, this one included."""

    last: bool
    """It was asked often enough: a person, or a call-back."""


Decision = (
    SpeechStarted
    | SpeechDropped
    | BotHeld
    | BotResumed
    | BargeIn
    | SettleEarly
    | SettleDiscarded
    | TurnEnded
    | NoInput
)
