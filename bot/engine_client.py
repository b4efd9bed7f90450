"""The way to the dialogue engine: one question, one answer, or a typed failure.

Never decides what the customer hears; a failure is the turn's business.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp
import orjson

from bot.utterance import for_engine
from records.turns import Turn


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
        self._url = f"{url}/webhooks/center/webhook"
        self._status_url = f"{url}/"
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Make the connection pool; call from the running event loop."""
        self._session = aiohttp.ClientSession(timeout=self._timeout)

    async def close(self) -> None:
        """Give the connections back."""
        if self._session is not None:
            await self._session.close()

    async def healthy(self) -> bool:
        """Whether the engine is there."""
        try:
            async with self._pool.get(self._status_url, timeout=aiohttp.ClientTimeout(total=2)) as response:
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError):
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
                },
            }
        )
        try:
            async with self._pool.post(self._url, data=body, headers=self._headers) as response:
                payload = await response.read()
                if response.status != 200:
                    raise EngineUnavailable(f"engine answered {response.status}: {payload[:300]!r}")
            return _answer(orjson.loads(payload))
        except (aiohttp.ClientError, TimeoutError, json.JSONDecodeError) as error:
            raise EngineUnavailable(f"{type(error).__name__}: {error}") from error

    @property
    def _pool(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise EngineUnavailable("the engine client is not open")
        return self._session


def _answer(payload: Any) -> Answer:
    try:
        intent = payload["intent"]
        ranking = [(str(one["name"]), float(one["confidence"])) for one in payload.get("ranking") or ()]
        return Answer(payload["messages"], intent["name"] or "", float(intent["confidence"] or 0.0), ranking)
    except (KeyError, TypeError, ValueError) as error:
        raise EngineUnavailable(f"not an answer: {error!r}") from error
