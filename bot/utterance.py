"""What a customer sends, made safe to store and to understand: typed text, or a button that we issued.

A person can type anything; only a button that this conversation's ledger holds becomes a payload.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.models import ConversationId, Message

LONGEST_TEXT = 10_000
"""Characters of one message; more is refused with a word about it, and stays in the customer's box."""

_BUTTON = re.compile(r"/b/(\d{1,9})\.(\d{1,2})")


class Unacceptable(Exception):
    """The message cannot be taken; `code` says why, the text says what to do."""

    retryable = False

    def __init__(self, code: str, message: str) -> None:
        """`code` for machines, `message` for the customer."""
        super().__init__(message)
        self.code = code


def typed(text: str) -> dict[str, Any]:
    """The body of a typed message.

    Control characters go, except line breaks and tabs; direction marks stay, they belong to the script.

    Raises:
        Unacceptable: nothing is left, or it is too long.
    """
    if len(text) > LONGEST_TEXT:
        raise Unacceptable(
            "too_long",
            f"Your message has {len(text):,} characters; up to {LONGEST_TEXT:,} fit. Please send it in "
            "parts.",
        )
    cleaned = "".join(
        character
        for character in text.replace("\r\n", "\n")
        if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs")
    )
    # Format characters (zero-width, direction) alone are invisible: that is an empty message too.
    if not any(not character.isspace() and unicodedata.category(character) != "Cf" for character in cleaned):
        raise Unacceptable("empty", "Your message was empty. What can I do for you?")
    return {"text": cleaned.strip()}


def is_button(text: str) -> bool:
    """Whether the text has the form of a button's id."""
    return _BUTTON.fullmatch(text.strip()) is not None


def pressed(session: Session, conversation_id: ConversationId, button: str) -> dict[str, Any]:
    """The body of a pressed button: its title as the text, and the payload that only the ledger knows.

    Raises:
        Unacceptable: this conversation never showed such a button.
    """
    match = _BUTTON.fullmatch(button.strip())
    body = match and session.scalar(
        select(Message.body).where(
            Message.conversation_id == conversation_id, Message.seq == int(match.group(1))
        )
    )
    buttons = body.get("buttons", []) if body else []
    index = int(match.group(2)) if match else 0
    if index >= len(buttons):
        raise Unacceptable("unknown_button", "That button is not valid any more. Please write what you need.")
    chosen: Mapping[str, Any] = buttons[index]
    return {"text": chosen["title"], "button": chosen["payload"]}


def for_engine(text: str) -> str:
    """The text as the engine may see it: a leading slash would be taken for a payload, so it goes."""
    return text.lstrip("/ \t\n") or "?"
