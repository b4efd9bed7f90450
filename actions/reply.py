"""What the bot says in a turn: messages, buttons, and the facts about it for machines.

Channels render it; nothing here knows who is listening.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Button:
    """A choice to press; the centre replaces the payload by an id it issues."""

    title: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the bot."""

    text: str
    buttons: tuple[Button, ...] = ()


@dataclass(slots=True)
class Reply:
    """The answer of a turn, while it is being put together."""

    said: list[Said] = field(default_factory=list)
    custom: dict[str, Any] = field(default_factory=dict)
    """For the last message: tier, service, receipt, claim, article, handoff, expects, gentle."""

    def say(self, text: str, buttons: tuple[Button, ...] = ()) -> None:
        """Add a message."""
        self.said.append(Said(text, buttons))

    def as_messages(self) -> list[dict[str, Any]]:
        """The wire form, `custom` on the last message."""
        messages: list[dict[str, Any]] = [
            {
                "text": said.text,
                "buttons": [{"title": b.title, "payload": dict(b.payload)} for b in said.buttons],
            }
            for said in self.said
        ]
        if messages:
            messages[-1]["custom"] = self.custom
        return messages


def intent_button(title: str, intent: str) -> Button:
    """A button that starts what an intent stands for."""
    return Button(title, {"intent": intent})


A_PERSON = intent_button("Talk to a person", "talk_to_agent")
"""The way out that every dead end would lack."""
