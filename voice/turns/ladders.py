"""What is done when nothing is heard, or nothing is understood, once, twice, three times.

A ladder only counts and says the step; the words for it and the person at its end are the call's.
"""

from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """What to do now."""

    AGAIN = "again"
    """Ask once more, in other words."""

    HELP = "help"
    """Ask with the ways to answer: an example, the keypad, a person."""

    PERSON = "person"
    """Bring in a person, or offer a call-back."""


@dataclass(slots=True)
class Ladder:
    """Misses in a row."""

    steps: tuple[Step, ...] = (Step.AGAIN, Step.HELP, Step.PERSON)
    misses: int = 0

    def miss(self) -> Step:
        """One more; the last step is repeated for ever."""
        self.misses += 1
        return self.steps[min(self.misses, len(self.steps)) - 1]

    def reset(self) -> None:
        """It went well."""
        self.misses = 0


def no_input() -> Ladder:
    """For silence after a question."""
    return Ladder()


def no_match(*, gentle: bool = False) -> Ladder:
    """For answers that nobody could make out; somebody of 60 or older meets a person a step earlier."""
    return Ladder((Step.HELP, Step.PERSON)) if gentle else Ladder()
