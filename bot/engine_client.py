"""The way to the dialogue engine: one question, one answer, or a typed failure.

Never decides what the customer hears; a failure is the turn's business.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from bot.loopback import Loopback, NoAnswer
from bot.utterance import for_engine
from records.turns import Turn

HEALTH_SECONDS = 2.0
"""An engine that takes longer to say that it is there counts as gone."""


class EngineUnavailable(Exception):
    """The engine did not answer, or not in time, or with something that is no answer."""

    code = "engine_unavailable"
    retryable = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What the engine says to one message."""

    messages: Sequence[Mapping[str, Any]]
    """Each with text and, where there are, buttons and custom."""
    intent: str
    confidence: float
    ranking: Sequence[tuple[str, float]] = ()
    """The likeliest intents, best first."""


class Engine(Protocol):
    """Anything that answers a turn."""

    async def ask(self, turn: Turn) -> Answer:
        """Answer the turn's message.

        Raises:
            EngineUnavailable: no usable answer.
        """
        ...


class EngineClient:
    """The engine over its private channel on loopback."""

    def __init__(self, url: str, token: str, timeout_seconds: float) -> None:
        """`url` of the engine's root; `timeout_seconds` bounds one whole request."""
        self._engine = Loopback(url, timeout_seconds)
        self._headers = f"Authorization: Bearer {token}\r\n"

    def close(self) -> None:
        """Give the connections back."""
        self._engine.close()

    async def healthy(self) -> bool:
        """Whether the engine is there."""
        try:
            return (await asyncio.wait_for(self._engine.get("/"), HEALTH_SECONDS)).status == 200
        except (NoAnswer, TimeoutError):
            return False

    async def ask(self, turn: Turn) -> Answer:
        """Answer the turn's message.

        Raises:
            EngineUnavailable: no answer in time, an error of the engine, or an answer that is none.
        """
        body = orjson.dumps(
            {
                "sender": turn.conversation_id,
                "message": for_engine(turn.body["text"]),
                "turn": turn.id,
                "metadata": {
                    "channel": turn.channel,
                    "language": "en",
                    "button": turn.body.get("button"),
                    "hearing": _hearing(turn.body),
                },
            }
        )
        try:
            status, payload = await self._engine.post("/webhooks/center/webhook", body, self._headers)
            if status != 200:
                raise EngineUnavailable(f"engine answered {status}: {payload[:300]!r}")
            return _answer(orjson.loads(payload))
        except (NoAnswer, orjson.JSONDecodeError) as error:
            raise EngineUnavailable(f"{type(error).__name__}: {error}") from error


def _hearing(body: Mapping[str, Any]) -> float | None:
    """How sure the recogniser was of the words; None for what was typed or pressed."""
    heard = body.get("hearing")
    return float(heard["confidence"]) if isinstance(heard, Mapping) else None


def _answer(payload: Any) -> Answer:
    try:
        intent = payload["intent"]
        ranking = [(str(one["name"]), float(one["confidence"])) for one in payload.get("ranking") or ()]
        return Answer(payload["messages"], intent["name"] or "", float(intent["confidence"] or 0.0), ranking)
    except (KeyError, TypeError, ValueError) as error:
        raise EngineUnavailable(f"not an answer: {error!r}") from error
