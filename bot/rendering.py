"""Ledger entries as customers' clients see them: no private notes, no payloads, no internals."""

from collections.abc import Iterable, Mapping
from typing import Any

from records.ledger import Entry
from records.models import Author, Kind


def for_customer(entry: Entry) -> dict[str, Any] | None:
    """The entry of the chat protocol, or None where it is not the customer's to see."""
    if entry.kind is Kind.NOTE:
        return None
    body = entry.body
    shown: dict[str, Any] = {
        "seq": entry.seq,
        "author": entry.author.value,
        "kind": entry.kind.value,
        "at": entry.created_at.isoformat(),
    }
    if entry.author is Author.CUSTOMER:
        shown["key"] = entry.key
    for name in ("text", "name", "owner", "custom"):
        if name in body:
            shown[name] = body[name]
    if buttons := body.get("buttons"):
        shown["buttons"] = [
            {"id": button_id(entry.seq, index), "title": button["title"]}
            for index, button in enumerate(buttons)
        ]
    return shown


def for_rest(entry: Entry, recipient: str) -> dict[str, Any] | None:
    """The entry as a reply of the Rasa-compatible channel, or None where that has no word for it."""
    if entry.kind is Kind.NOTE or entry.author is Author.CUSTOMER or not entry.body.get("text"):
        return None
    body = entry.body
    shown: dict[str, Any] = {
        "recipient_id": recipient,
        "text": body["text"],
        "seq": entry.seq,
        "author": entry.author.value,
    }
    if buttons := body.get("buttons"):
        shown["buttons"] = [
            {"title": button["title"], "payload": button_id(entry.seq, index)}
            for index, button in enumerate(buttons)
        ]
    if "custom" in body:
        shown["custom"] = body["custom"]
    return shown


def custom_last(shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The replies of a turn, what they say for machines on the last: the queue may speak after the bot."""
    merged = {key: value for reply in shown for key, value in reply.pop("custom", {}).items()}
    if shown and merged:
        shown[-1]["custom"] = merged
    return shown


def replies(messages: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The engine's messages as bodies for the ledger: data without words joins the words before it."""
    bodies: list[dict[str, Any]] = []
    for message in messages:
        text, custom = message.get("text"), message.get("custom")
        if text:
            bodies.append({"text": text})
        if not bodies:
            continue
        if buttons := message.get("buttons"):
            bodies[-1]["buttons"] = [{"title": one["title"], "payload": one["payload"]} for one in buttons]
        if custom:
            bodies[-1]["custom"] = {**bodies[-1].get("custom", {}), **custom}
    return bodies


def button_id(seq: int, index: int) -> str:
    """Name of a button: the entry that showed it and its place there."""
    return f"/b/{seq}.{index}"
