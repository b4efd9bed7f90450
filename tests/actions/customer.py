"""A customer who types and presses, for tests of the dialogue."""

from dataclasses import dataclass, field
from typing import Any

from actions.dialogue import Dialogue
from actions.utterance import Utterance
from records import ledger
from records.clock import Clock
from records.store import Store

SURE = 0.97


@dataclass
class Customer:
    """Somebody who writes to the bot."""

    dialogue: Dialogue
    conversation_id: str
    count: int = 0
    last: dict[str, Any] = field(default_factory=dict)

    def say(
        self,
        text: str,
        intent: str = "",
        confidence: float = SURE,
        *,
        action: str = "service_form",
        **more: Any,
    ) -> str:
        """Write a message that is understood as `intent`; all that is answered, in one text."""
        return self.send(Utterance(text, intent, confidence, **more), action)

    def press(self, title: str) -> str:
        """Press a button of the last answer."""
        payload = next(
            button["payload"]
            for message in reversed(self.last["messages"])
            for button in message["buttons"]
            if button["title"] == title
        )
        return self.send_button(payload)

    def send_button(self, payload: dict[str, Any]) -> str:
        """Press a button with this payload."""
        return self.send(Utterance("", button=payload))

    def prove(self, identifier: str = "880000100101", birth: str = "1985-03-12", ending: str = "0011") -> str:
        """Answer the identity questions; the default is Li Wei."""
        self.say(identifier)
        self.say(birth)
        return self.say(ending)

    @property
    def custom(self) -> dict[str, Any]:
        """What the last answer says for machines."""
        return self.last["messages"][-1]["custom"]  # type: ignore[no-any-return]

    @property
    def buttons(self) -> list[str]:
        """Titles of all buttons of the last answer."""
        return [button["title"] for message in self.last["messages"] for button in message["buttons"]]

    def send(self, utterance: Utterance, action: str = "service_form") -> str:
        self.count += 1
        self.last = self.dialogue.turn(
            action, self.conversation_id, f"{self.conversation_id}:{self.count}", utterance
        )
        return "\n".join(message["text"] for message in self.last["messages"])


def new_customer(store: Store, clock: Clock, dialogue: Dialogue) -> Customer:
    """A customer in a new conversation."""
    with store.writing() as session:
        conversation_id, _ = ledger.open_conversation(session, "chat", clock.now())
    return Customer(dialogue, conversation_id)
