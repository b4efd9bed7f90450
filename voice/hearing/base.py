"""What the call knows of hearing: what is listened for, what was heard, and who hears it.

Only shapes live here; no engine is ever imported by this module.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class GrammarKind(StrEnum):
    """What kind of answer is expected."""

    FREE = "free"
    YES_NO = "yes_no"
    DIGITS = "digits"
    DATE = "date"
    AMOUNT = "amount"
    NAME = "name"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Grammar:
    """What is listened for in one answer. The phrases that leave a question are always heard as well."""

    kind: GrammarKind = GrammarKind.FREE

    phrases: tuple[str, ...] = ()
    """CHOICE: the titles and words that can be said; other kinds: further phrases to listen for."""

    length: int | None = None
    """DIGITS: how many there must be; None is any number of them."""

    shape: str = ""
    """DIGITS: what kind of number, where its structure is known ("policy_number"); "" if it is not."""

    model: str = "domain"
    """FREE and NAME: which language model."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word as the recogniser heard it."""

    text: str
    confidence: float | None
    start_seconds: float
    end_seconds: float


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard of an utterance, in raw words; `normalised` makes of them what one would type."""

    text: str
    confidence: float
    """0 to 1: roughly how likely the whole text is right."""

    words: tuple[Word, ...] = ()
    engine: str = ""

    alternatives: tuple[str, ...] = ()
    """Other readings, best first, where the engine gives them."""


class HearingFailed(Exception):
    """The utterance could not be heard: no worker, or every try of a worker failed."""

    def __init__(self, code: str, message: str, *, retryable: bool = True) -> None:
        """Say what failed: `code` for programs, `message` for logs."""
        super().__init__(message)
        self.code = code
        self.retryable = retryable


class Hearing(Protocol):
    """One utterance that is being heard, in a worker process."""

    def feed(self, pcm: bytes) -> None:
        """Take 8 kHz PCM16 mono audio of any length. Never blocks."""

    @property
    def partial(self) -> str:
        """The newest partial text; "" at first."""

    async def settle(self) -> Heard:
        """The result of all that was fed so far; more may be fed afterwards and is joined to it.

        Raises:
            HearingFailed: no worker could hear it.
        """

    def close(self) -> None:
        """Nothing more is wanted of this utterance."""


class Ears(Protocol):
    """Opens utterances; one for the whole process."""

    async def listen(self, grammar: Grammar) -> Hearing:
        """Begin to hear an utterance.

        Raises:
            HearingFailed: no worker is free or can be started.
        """

    async def healthy(self) -> bool:
        """Whether an utterance could be heard now."""

    async def close(self) -> None:
        """Stop all workers."""
