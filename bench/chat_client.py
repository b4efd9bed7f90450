"""A chat client as strict as the widget: keeps an outbox, resends with the same key, resumes by position.

What it received and what it sent is kept, so that a proof can compare both with the ledger.
"""

import asyncio
import uuid
from collections import deque
from collections.abc import Callable
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

RETRY_SECONDS = 0.05


class ChatClient:
    """One customer. `run` keeps the connection; `say` and `press` may be called at any time."""

    def __init__(self, url: str) -> None:
        """`url` of the chat socket."""
        self._url = url
        self._socket: ClientConnection | None = None
        self._changed = asyncio.Condition()
        self.conversation: str | None = None
        self.secret: str | None = None
        self.position = 0
        self.owner = "bot"
        self.sent: list[str] = []
        """Keys in the order they were said."""
        self.outbox: deque[dict[str, Any]] = deque()
        """Frames without an acknowledgement yet."""
        self.entries: list[dict[str, Any]] = []
        self.errors: list[dict[str, Any]] = []
        self.connections = 0

    async def run(self) -> None:
        """Connect, talk, and connect again until cancelled."""
        while True:
            try:
                async with connect(self._url, open_timeout=5, close_timeout=0.2) as socket:
                    await self._talk(socket)
            except (OSError, WebSocketException, TimeoutError):
                pass
            self._socket = None
            # Not a wait for something to happen: a client that finds no server tries again shortly.
            await asyncio.sleep(RETRY_SECONDS)

    async def say(self, text: str) -> str:
        """Send a message; returns its key."""
        return await self._send({"type": "say", "text": text})

    async def press(self, button: str) -> str:
        """Press a button by its id; returns the key."""
        return await self._send({"type": "press", "button": button})

    def cut(self) -> None:
        """Drop the connection as a dead network does: no goodbye."""
        if self._socket is not None:
            self._socket.transport.abort()

    async def until(self, condition: Callable[["ChatClient"], bool], seconds: float = 30) -> None:
        """Wait until `condition` of this client holds.

        Raises:
            TimeoutError: it did not in time.
        """
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(lambda: condition(self))

    async def reply_to(self, key: str, seconds: float = 30) -> dict[str, Any]:
        """The last entry of the bot's turn on the message with `key`: the one that says `custom`."""

        def answer() -> dict[str, Any] | None:
            asked = next((one["seq"] for one in self.entries if one.get("key") == key), None)
            if asked is None:
                return None
            later = (one for one in self.entries if one["seq"] > asked and one["author"] == "bot")
            return next((one for one in later if "custom" in one), None)

        await self.until(lambda _: answer() is not None, seconds)
        found = answer()
        assert found is not None  # noqa: S101 - the line above waited for it
        return found

    async def _send(self, frame: dict[str, Any]) -> str:
        key = uuid.uuid4().hex
        frame = {**frame, "key": key}
        self.sent.append(key)
        self.outbox.append(frame)
        if self._socket is not None and self.conversation is not None:
            try:
                await self._socket.send(orjson.dumps(frame).decode())
            except WebSocketException:
                pass  # it is in the outbox: the next connection sends it
        return key

    async def _talk(self, socket: ClientConnection) -> None:
        hello = {
            "type": "hello",
            "conversation": self.conversation,
            "secret": self.secret,
            "after": self.position,
        }
        await socket.send(orjson.dumps(hello).decode())
        async for text in socket:
            frame = orjson.loads(text)
            if frame["type"] == "welcome":
                self.connections += 1
                self.conversation = frame["conversation"]
                self.secret = frame.get("secret", self.secret)
                self.owner = frame["owner"]
                for unacknowledged in list(self.outbox):
                    await socket.send(orjson.dumps(unacknowledged).decode())
                self._socket = socket
            await self._take(frame)

    async def _take(self, frame: dict[str, Any]) -> None:
        async with self._changed:
            match frame["type"]:
                case "ack":
                    self._acknowledged(frame["key"])
                case "entries":
                    self.entries += frame["entries"]
                    self.position = frame["entries"][-1]["seq"]
                    for entry in frame["entries"]:
                        self.owner = entry.get("owner", self.owner)
                        if "key" in entry:
                            self._acknowledged(entry["key"])
                case "error":
                    self.errors.append(frame)
            self._changed.notify_all()

    def _acknowledged(self, key: str) -> None:
        self.outbox = deque(frame for frame in self.outbox if frame["key"] != key)
