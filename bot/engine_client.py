"""The way to the dialogue engine: one question, one answer, or a typed failure.

Never decides what the customer hears; a failure is the turn's business.
"""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from bot.loopback import Loopback, NoAnswer
from bot.utterance import for_engine
from records.turns import Turn

HEALTH_SECONDS = 2.0
"""An engine that takes longer to say that it is there counts as gone."""


RECOVERY_SECONDS = 6.0
"""Longest wait for a process that crashed to be there again, before a person is troubled."""

LOOK_SECONDS = 0.1
"""Between two looks whether it is."""


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

    def __init__(self, url: str, actions_url: str, token: str, timeout_seconds: float) -> None:
        """`url` and `actions_url` are the roots; `timeout_seconds` bounds one whole request."""
        self._engine = Loopback(url, timeout_seconds)
        self._actions = Loopback(actions_url, HEALTH_SECONDS)
        self._headers = f"Authorization: Bearer {token}\r\n"

    def close(self) -> None:
        """Give the connections back."""
        self._engine.close()
        self._actions.close()

    async def healthy(self) -> bool:
        """Whether the engine is there."""
        return await _answers(self._engine, "/")

    async def actions_healthy(self) -> bool:
        """Whether the actions are there, without which the engine knows no answers."""
        return await _answers(self._actions, "/health")

    async def recovered(self) -> None:
        """Return when engine and actions are there, or after `RECOVERY_SECONDS`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(RECOVERY_SECONDS):
                # No event tells that another process has come up.
                while not (await self.healthy() and await self.actions_healthy()):  # noqa: ASYNC110
                    await asyncio.sleep(LOOK_SECONDS)

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


async def _answers(server: Loopback, path: str) -> bool:
    try:
        return (await asyncio.wait_for(server.get(path), HEALTH_SECONDS)).status == 200
    except (NoAnswer, TimeoutError):
        return False


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
