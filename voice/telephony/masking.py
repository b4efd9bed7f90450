"""Keeps numbers that people said or called from out of the logs of the phone line."""

import logging
import re

_RUN = re.compile(r"(?<![0-9A-Za-z])\+?\d(?:[ -]?\d){3,}(?![0-9A-Za-z])")
KEPT = 2
"""Digits at the end that stay, so that two lines about the same number can be told to be."""


def masked(text: str) -> str:
    """The text with the digits of every longer number hidden but its last two."""
    return _RUN.sub(lambda run: _hidden(run[0]), text)


class DigitMask(logging.Filter):
    """Masks every record that passes."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the record through, without its numbers."""
        message = record.getMessage()
        hidden = masked(message)
        if hidden != message:
            record.msg, record.args = hidden, None
        return True


def _hidden(number: str) -> str:
    digits = sum(character.isdigit() for character in number)
    seen = 0
    shown = []
    for character in number:
        seen += character.isdigit()
        shown.append("•" if character.isdigit() and seen <= digits - KEPT else character)
    return "".join(shown)
