"""The one error of all normalisers: what was wrong with an answer, for machines and for people.

The message is a full sentence to the customer; it never repeats what was typed.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Option:
    """A reading that was possible; offered back as a button."""

    value: str
    title: str


class Misread(Exception):
    """A text that is not a value of the kind asked for."""

    retryable = True

    def __init__(self, code: str, message: str, options: tuple[Option, ...] = ()) -> None:
        """Say what is wrong; `options` are the readings to choose from when there were several."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.options = options
