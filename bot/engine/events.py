"""Reads events from their JSON form.

Never skips one it does not know: a conversation with holes is worse than an error. (Rasa's own reader walks
the tree of all event classes for every single event; this one looks the class up.)
"""

from __future__ import annotations

from functools import cache
from typing import Any

from rasa.shared.core.events import Event
from rasa.shared.utils.common import all_subclasses


class UnknownEvent(ValueError):
    """An event of a name or shape that Rasa does not have."""


def read_events(written: list[dict[str, Any]]) -> list[Event]:
    """Return the events.

    Raises:
        UnknownEvent: one of them is none.
    """
    events = []
    for one in written:
        kind = _kinds().get(one.get("event", ""))
        event = kind._from_parameters(one) if kind else None
        if event is None:
            raise UnknownEvent(f"cannot read event {one.get('event')!r}")
        events.append(event)
    return events


@cache
def _kinds() -> dict[str, type[Event]]:
    kinds: dict[str, type[Event]] = {}
    for kind in all_subclasses(Event):
        kinds.setdefault(kind.type_name, kind)
    return kinds
