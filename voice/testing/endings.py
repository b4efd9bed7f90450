"""How a document ends other than by its last verb, and what documents for special moments may hold.

Raised by the interpreter of TwiML; caught by whoever lets it run.
"""

WAITING = frozenset({"Say", "Play", "Pause", "Gather", "Hangup", "Redirect", "Leave"})
"""What may be done with a caller in a queue."""

WHISPER = frozenset({"Say", "Play", "Pause", "Gather", "Hangup", "Redirect"})
"""What may be done with a party before they are put through."""


class Hangup(Exception):
    """The document ends the call."""

    def __init__(self, status: str = "completed") -> None:
        """`status` is how the call ends."""
        super().__init__(status)
        self.status = status


class Leave(Exception):
    """The document takes the caller out of the queue."""
