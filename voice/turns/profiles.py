"""How long is waited for what: when a turn has begun, when it is over, when the bot is interrupted.

Data only. All times in seconds of audio.
"""

from dataclasses import dataclass, replace

PATIENCE = 1.5
"""How much longer a slow speaker is waited for."""


@dataclass(frozen=True, slots=True)
class Endpointing:
    """When a caller's turn begins, and when it is over."""

    start_seconds: float = 0.2
    """Voice that makes a turn begin; shorter sounds are none."""

    silence_seconds: float = 0.7
    """Quiet after which the caller has finished: the policy's timer."""

    longest_seconds: float = 1.5
    """The most that the caller's own pauses may raise `silence_seconds` to."""

    early_seconds: float = 0.25
    """Quiet after which the recogniser is asked already, in case the caller has finished."""

    settle_seconds: float = 1.0
    """How long after that its result is waited for: the safety net's timer. A result cancels it."""

    again_seconds: float = 0.1
    """Voice in a pause that means the caller goes on."""

    cap_seconds: float = 15.0
    """Longest turn; ends it whatever is heard, so that no call can hang."""

    no_input_seconds: float = 6.0
    """Quiet after a question until it is asked again."""

    digits: int | None = None
    """A turn with so many digits is complete."""

    complete_seconds: float = 0.35
    """Quiet after a complete turn."""

    unfinished_seconds: float = 0.4
    """Quiet more where the last word cannot be the end: "and", "the", "um"."""

    def patient(self) -> "Endpointing":
        """The same for somebody who speaks slowly."""
        return replace(
            self,
            silence_seconds=self.silence_seconds * PATIENCE,
            longest_seconds=self.longest_seconds * PATIENCE,
            complete_seconds=self.complete_seconds * PATIENCE,
            cap_seconds=self.cap_seconds * PATIENCE,
            no_input_seconds=self.no_input_seconds * PATIENCE,
        )


YES_NO = Endpointing(silence_seconds=0.4, longest_seconds=0.8, early_seconds=0.2)
CHOICE = Endpointing(silence_seconds=0.5, longest_seconds=1.0)
CHOICE_OR_NUMBER = Endpointing(silence_seconds=0.9, longest_seconds=2.0)
FREE = Endpointing(silence_seconds=0.65)
STORY = Endpointing(silence_seconds=1.0, longest_seconds=2.0, cap_seconds=30.0)
"""Somebody tells what happened, and thinks in between."""

DIGITS = Endpointing(silence_seconds=1.5, longest_seconds=2.5, no_input_seconds=10.0)
"""Numbers are read from paper, in groups."""

DATE = Endpointing(silence_seconds=0.8)
AMOUNT = Endpointing(silence_seconds=0.8)
NAME = Endpointing(silence_seconds=0.9, longest_seconds=2.0)
"""Names are spelled."""


@dataclass(frozen=True, slots=True)
class Interruption:
    """When somebody who speaks while the bot speaks interrupts it."""

    allowed: bool = True
    """False: the sentence must be heard to its end."""

    guard_seconds: float = 0.3
    """After the bot begins: what is heard then is its own echo."""

    hold_seconds: float = 0.16
    """Voice at which the bot falls silent, and listens whether it is meant."""

    hold_again_seconds: float = 0.4
    """The same, once the bot was silenced for nothing in the sentence."""

    voice_seconds: float = 0.4
    """Voice that interrupts together with a word that says something."""

    wordless_seconds: float = 0.7
    """Voice that interrupts though no word was made out."""

    agreeing_seconds: float = 1.5
    """Voice that interrupts though all its words only say "I am listening"."""

    words: int = 2
    """So many words that say something interrupt at once."""

    stable_seconds: float = 0.2
    """How long a word must stand in the partial text to count: the newest ones are guesses."""

    judge_seconds: float = 0.15
    """Quiet after which it is judged what was said over the held bot."""


UNINTERRUPTIBLE = Interruption(allowed=False)
"""What the law wants heard, and the last sentence before a transfer."""
