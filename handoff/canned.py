"""Canned replies: texts that an agent puts into the box, with what is known of the conversation filled in.

A placeholder is a name of a short list and nothing else: no expression, no attribute, and what is filled in
is never looked at again. They are proposals: an agent reads them before the customer does.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.orm import Session

from handoff import sources
from handoff.authorization import Principal
from records import calendar
from records.models import Conversation, ConversationId

FILE = Path(__file__).with_name("canned_replies.yml")

FALLBACKS: Mapping[str, str] = {
    "customer": "",
    "agent": "",
    "case": "your case",
    "service": "go on",
    "hours": f"{calendar.OPENS:%H:%M} to {calendar.CLOSES:%H:%M}",
}
"""Every placeholder there is, and what stands in its place where nothing is known."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_WITH_LEAD = re.compile(r"(,? ?)\{(\w+)\}")
"""A placeholder with what leads to it: where nothing is known and nothing stands in, both go."""


class BrokenReply(ValueError):
    """The file of replies has not the shape it should have."""


@dataclass(frozen=True, slots=True)
class Canned:
    """One reply."""

    id: str
    title: str
    text: str
    """With placeholders in the file; filled in where an agent sees it."""
    missing: tuple[str, ...] = ()
    """Placeholders of which nothing was known."""


@cache
def replies() -> tuple[Canned, ...]:
    """All replies, in the order of the file.

    Raises:
        BrokenReply: an unknown placeholder, a missing or doubled name.
    """
    return read(FILE.read_text(encoding="utf-8"))


def read(text: str) -> tuple[Canned, ...]:
    """The replies in `text`.

    Raises:
        BrokenReply: an unknown placeholder, a missing or doubled name.
    """
    listed: Any = yaml.safe_load(text)
    found: dict[str, Canned] = {}
    for one in listed if isinstance(listed, list) else []:
        if not isinstance(one, dict) or not all(
            isinstance(one.get(part), str) for part in ("id", "title", "text")
        ):
            raise BrokenReply(f"needs id, title and text: {one!r}")
        unknown = set(_PLACEHOLDER.findall(one["text"])) - FALLBACKS.keys()
        if unknown or one["id"] in found:
            raise BrokenReply(f"{one['id']}: {', '.join(sorted(unknown)) or 'is there twice'}")
        found[one["id"]] = Canned(one["id"], one["title"], one["text"])
    if not found:
        raise BrokenReply("no replies")
    return tuple(found.values())


def fill(reply: Canned, values: Mapping[str, str]) -> Canned:
    """The reply with what is known; once, so that a value which looks like a placeholder stays what it is."""
    named = dict.fromkeys(_PLACEHOLDER.findall(reply.text))
    missing = tuple(name for name in named if not values.get(name) and name != "hours")

    def known(found: re.Match[str]) -> str:
        value = values.get(found[2]) or FALLBACKS[found[2]]
        return f"{found[1]}{value}" if value else ""

    return Canned(reply.id, reply.title, _WITH_LEAD.sub(known, reply.text), missing)


def search(query: str) -> tuple[Canned, ...]:
    """The replies whose title or text holds every word of the query; all of them for none."""
    words = query.casefold().split()
    return tuple(
        one for one in replies() if all(word in f"{one.title} {one.text}".casefold() for word in words)
    )


def values_of(session: Session, conversation_id: ConversationId, who: Principal) -> dict[str, str]:
    """What is known of a conversation, by placeholder."""
    conversation = session.get(Conversation, conversation_id)
    customer = sources.known_customer(session, conversation) if conversation else None
    outcomes = sources.outcomes(session, conversation_id)
    form = sources.open_form(session, conversation_id)
    return {
        "customer": customer.name if customer else "",
        "agent": who.name,
        "case": outcomes[-1][1] if outcomes else "",
        "service": sources.service_words(form.service).lower() if form else "",
    }
