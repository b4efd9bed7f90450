"""The private channel between the center and the engine: one message in, everything it led to out.

Never lets a person's text act as a command, never answers a stranger, and never turns a failure into an
empty reply.
"""

from __future__ import annotations

import hmac
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from rasa.shared.nlu.constants import ENTITIES, INTENT
from sanic import Blueprint
from sanic.response import HTTPResponse, raw

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sanic.request import Request

logger = logging.getLogger(__name__)

CHANNEL = "center"
LONGEST_TEXT = 10_000
RANKED = 3


class DoesNotFit(ValueError):
    """The request's body is not what the contract says."""


@dataclass
class Turn:
    """A request of the center."""

    sender: str
    """The conversation."""

    message: str
    """What the person wrote or said, or what the pressed button stands for."""

    turn: str
    """Identity of the turn; the same again is answered again, not acted on again."""

    metadata: dict[str, Any] = field(default_factory=dict)
    """Channel, language and the pressed button; handed to actions as it is."""

    @classmethod
    def from_body(cls, body: bytes) -> Turn:
        """Read a request's body.

        Raises:
            DoesNotFit: and why.
        """
        try:
            content = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise DoesNotFit("the body is not JSON") from error
        if not isinstance(content, dict):
            raise DoesNotFit("the body is not an object")
        for name in ("sender", "message", "turn"):
            if not isinstance(content.get(name), str):
                raise DoesNotFit(f"'{name}' must be a text")
        if not content["sender"] or not content["turn"]:
            raise DoesNotFit("'sender' and 'turn' must not be empty")
        if len(content["sender"]) > 255 or len(content["message"]) > LONGEST_TEXT:
            raise DoesNotFit("'sender' or 'message' is too long")
        metadata = content.get("metadata") or {}
        if not isinstance(metadata, dict):
            raise DoesNotFit("'metadata' must be an object")
        button = metadata.get("button")
        if button is not None and not isinstance(button, dict):
            raise DoesNotFit("'metadata.button' must be an object or null")
        if button and not all(isinstance(button.get(name, ""), str) for name in ("intent", "form")):
            raise DoesNotFit("'intent' and 'form' of 'metadata.button' must be texts")
        return cls(content["sender"], content["message"], content["turn"], metadata)

    @property
    def text(self) -> str:
        """The text for Rasa, in which only a button of ours can be a command."""
        intent = (self.metadata.get("button") or {}).get("intent")
        if intent:
            return f"/{_plain_name(intent)}"
        return self.message.lstrip("/ \t\r\n")

    @property
    def parsed(self) -> dict[str, Any] | None:
        """What a button inside a form means: its form, whatever the text looks like. Else nothing yet.

        So a button of a form that has been closed since still reaches the form, which can say so.
        """
        form = (self.metadata.get("button") or {}).get("form")
        if not form:
            return None
        intent = {"name": form, "confidence": 1.0}
        return {"text": self.text, INTENT: intent, "intent_ranking": [intent], ENTITIES: []}


class Replies(OutputChannel):
    """Collects messages whole: text, buttons and custom part together."""

    def __init__(self) -> None:
        """Start with none."""
        self.messages: list[dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        """Return the channel's name, by which responses may have variants."""
        return CHANNEL

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep one message of the bot."""
        reply: dict[str, Any] = {}
        if message.get("text"):
            reply["text"] = message["text"]
        if message.get("buttons"):
            reply["buttons"] = [
                {"title": button["title"], "payload": _payload(button["payload"])}
                for button in message["buttons"]
            ]
        if message.get("custom"):
            reply["custom"] = message["custom"]
        if reply:
            self.messages.append(reply)

    async def send_text_message(self, recipient_id: str, text: str, **_: Any) -> None:
        """Keep a bare text; Rasa's own actions send nothing else."""
        self.messages.append({"text": text})


class CenterChannel(InputChannel):
    """`POST /webhooks/center/webhook`."""

    def __init__(self, token: str) -> None:
        """Take the token that the center must show."""
        if not token:
            raise ValueError("the engine needs a token (ENGINE_TOKEN)")
        self._token = token

    @classmethod
    def name(cls) -> str:
        """Return the channel's name, part of its address."""
        return CHANNEL

    def admits(self, request: Request) -> bool:
        """Tell whether a request carries the token, in constant time."""
        shown = request.headers.get("authorization", "")
        return hmac.compare_digest(shown.encode(), f"Bearer {self._token}".encode())

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the route."""
        center = Blueprint("center_channel")

        @center.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            if not self.admits(request):
                return answer({"error": "token missing or wrong"}, 401)
            try:
                turn = Turn.from_body(request.body)
            except DoesNotFit as error:
                return answer({"error": str(error)}, 422)
            return await self._handle(turn, on_new_message)

        return center

    async def _handle(
        self, turn: Turn, on_new_message: Callable[[UserMessage], Awaitable[Any]]
    ) -> HTTPResponse:
        replies = Replies()
        message = UserMessage(
            turn.text,
            replies,
            turn.sender,
            parse_data=turn.parsed,
            input_channel=CHANNEL,
            message_id=turn.turn,
            metadata=turn.metadata,
        )
        try:
            await on_new_message(message)
            return answer({"messages": replies.messages, **understood(message.parse_data)})
        except Exception as error:  # whatever it is, the center must hear of it and hand over
            logger.exception("turn %s failed", turn.turn)
            return answer({"error": f"{type(error).__name__}: {error}"}, 500)


def understood(parsed: dict[str, Any] | None) -> dict[str, Any]:
    """Return what was understood, as the contract words it."""
    parsed = parsed or {}
    intent = parsed.get(INTENT) or {}
    intent = {"name": intent.get("name"), "confidence": float(intent.get("confidence") or 0.0)}
    ranking = [
        {"name": one["name"], "confidence": float(one["confidence"])}
        for one in (parsed.get("intent_ranking") or [intent])[:RANKED]
    ]
    return {"intent": intent, "ranking": ranking, "entities": parsed.get(ENTITIES) or []}


def answer(content: dict[str, Any], status: int = 200) -> HTTPResponse:
    """Return a JSON response."""
    return raw(orjson.dumps(content), status=status, content_type="application/json")


def _payload(payload: Any) -> Any:
    """Return a button's payload as an object: domain files can only hold Rasa's "/intent" form."""
    if isinstance(payload, str) and payload.startswith("/"):
        return {"intent": payload[1:]}
    return payload


def _plain_name(intent: str) -> str:
    """Return an intent's name without anything that Rasa would read as confidence or entities."""
    return "".join(letter for letter in intent if letter.isalnum() or letter == "_")
