"""Where a call is, as a table: (state, event) -> state. docs/phone.md draws it, and a test walks it.

What is not in the table does not happen: a webhook that comes late or twice changes nothing.
"""

from enum import StrEnum

from records.models import CallState


class Event(StrEnum):
    """What may move a call."""

    STREAM_OPENED = "stream_opened"
    """The socket came, with a good token."""
    STREAM_AGAIN = "stream_again"
    """A document was given that opens a stream to the bot (once more)."""
    PEOPLE = "people"
    """The caller waits for a person."""
    DIAL = "dial"
    """An agent's telephone is called."""
    TAKEN = "taken"
    """The agent pressed the key."""
    NOT_TAKEN = "not_taken"
    """Busy, no answer, declined, failed: back to the queue."""
    STREAM_ENDED = "stream_ended"
    """The stream is over, in order or broken; whoever owned it has written it down."""
    HUNG_UP = "hung_up"
    """The call is over."""


_LIVING = tuple(state for state in CallState if state is not CallState.ENDED)

TRANSITIONS: dict[tuple[CallState, Event], CallState] = {
    (CallState.OPENING, Event.STREAM_OPENED): CallState.BOT,
    (CallState.OPENING, Event.STREAM_AGAIN): CallState.OPENING,
    (CallState.OPENING, Event.PEOPLE): CallState.QUEUED,
    (CallState.OPENING, Event.DIAL): CallState.DIALLING,
    (CallState.BOT, Event.STREAM_ENDED): CallState.OPENING,
    (CallState.BOT, Event.STREAM_AGAIN): CallState.OPENING,
    (CallState.BOT, Event.PEOPLE): CallState.QUEUED,
    (CallState.BOT, Event.DIAL): CallState.DIALLING,
    (CallState.QUEUED, Event.PEOPLE): CallState.QUEUED,
    (CallState.QUEUED, Event.DIAL): CallState.DIALLING,
    (CallState.QUEUED, Event.STREAM_AGAIN): CallState.OPENING,
    (CallState.DIALLING, Event.TAKEN): CallState.AGENT,
    (CallState.DIALLING, Event.NOT_TAKEN): CallState.QUEUED,
    (CallState.DIALLING, Event.DIAL): CallState.DIALLING,
    (CallState.DIALLING, Event.STREAM_AGAIN): CallState.OPENING,
    (CallState.AGENT, Event.DIAL): CallState.DIALLING,
    (CallState.AGENT, Event.PEOPLE): CallState.QUEUED,
    (CallState.AGENT, Event.STREAM_AGAIN): CallState.OPENING,
    **{(state, Event.HUNG_UP): CallState.ENDED for state in _LIVING},
}


def after(state: CallState, event: Event) -> CallState | None:
    """The state that the event leads to; None when it leads nowhere from here."""
    return TRANSITIONS.get((state, event))
