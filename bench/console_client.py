"""An open console without a browser: asks for the page, holds its socket, and does what an agent does there.

It speaks what the page's own script speaks to the server; it draws nothing.
"""

import ast
import asyncio
import html
import json
import re
import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import aiohttp
import socketio  # type: ignore[import-untyped]

from handoff.access import CONSOLE, COOKIE

_ELEMENTS = re.compile(r"parseElements\(String\.raw`(.*?)`\)", re.DOTALL)
_QUERY = re.compile(r"query: (\{.*?\}),\n", re.DOTALL)
_ACK_EVERY = 10
OPEN_SECONDS = 60.0
"""A conversation that is not open by then will not be."""


Heard = Callable[["ConsoleClient", str, float], None]


class ConsoleClient:
    """One tab of one agent."""

    def __init__(self, url: str, token: str, on_offer: Heard) -> None:
        """Of the centre at `url`; `on_offer` is told the conversation and when it stood in the list."""
        self._url = url
        self._cookie = f"{COOKIE}={token}"
        self._on_offer = on_offer
        self._socket: Any = socketio.AsyncClient(reconnection=False)
        self._client_id = ""
        self._next = 0
        self._elements: dict[str, dict[str, Any]] = {}
        self._offers: set[str] = set()
        self._changed = asyncio.Condition()
        self.hands = asyncio.Lock()
        """An agent does one thing after the other."""
        self.updates = 0
        """Messages that changed something on the page."""

    async def open(self, session: aiohttp.ClientSession) -> None:
        """Load the page and connect.

        Raises:
            RuntimeError: there was no page of the console.
        """
        async with session.get(f"{self._url}{CONSOLE}/", headers={"cookie": self._cookie}) as answer:
            page = await answer.text()
        found, query = _ELEMENTS.search(page), _QUERY.search(page)
        if not found or not query:
            raise RuntimeError(f"no page of the console: {answer.status} {page[:200]}")
        self._elements = json.loads(html.unescape(found[1]))
        wanted = ast.literal_eval(query[1])
        self._client_id = wanted["client_id"]
        handshake = {
            "client_id": self._client_id, "tab_id": uuid.uuid4().hex, "document_id": uuid.uuid4().hex,
            "next_message_id": wanted["next_message_id"], "implicit_handshake": "true",
        }  # fmt: skip
        self._socket.on("update", self._take)
        for name in ("run_javascript", "load_js_components", "open", "notify"):
            self._socket.on(name, self._count)
        await self._socket.connect(
            f"{self._url}?{urlencode(handshake)}",
            headers={"cookie": self._cookie},
            socketio_path=f"{CONSOLE}/_nicegui_ws/socket.io",
            transports=["websocket"],
        )

    async def close(self) -> None:
        """Close the tab."""
        await self._socket.disconnect()

    async def choose(self, chat: str) -> None:
        """Open a conversation of the list; returns when one can write to it.

        Raises:
            TimeoutError: it did not open.
        """
        await self._emit(_is_list, "choose", chat)
        await self._until_written_to(chat)

    async def accept(self, chat: str) -> None:
        """Take an offer of the list; it opens by itself.

        Raises:
            TimeoutError: it did not open.
        """
        await self._emit(_is_list, "accept", chat)
        await self._until_written_to(chat)

    async def send(self, chat: str, text: str) -> None:
        """Write to the customer of the conversation that is open."""
        sent = {"chat": chat, "key": uuid.uuid4().hex, "text": text, "kind": "reply"}
        await self._emit(_is_composer, "send", sent)

    async def _emit(self, is_it: Callable[[dict[str, Any]], bool], event: str, args: Any) -> None:
        number, element = next((key, one) for key, one in self._elements.items() if is_it(one))
        listener = next(one["listener_id"] for one in element["events"] if one["type"] == event)
        await self._socket.emit(
            "event",
            {
                "id": int(number),
                "client_id": self._client_id,
                "listener_id": listener,
                "args": [json.dumps(args)],
            },
        )

    async def _take(self, update: dict[str, Any]) -> None:
        now = time.time()
        await self._count(update)
        self.updates += 1
        for number, element in update.items():
            if element is None:
                self._elements.pop(number, None)
            elif isinstance(element, dict):
                self._elements[number] = element
                if _is_list(element):
                    self._look_for_offers(element, now)
        async with self._changed:
            self._changed.notify_all()

    async def _until_written_to(self, chat: str) -> None:
        async with asyncio.timeout(OPEN_SECONDS), self._changed:
            await self._changed.wait_for(lambda: self._writes_to() == chat)

    def _writes_to(self) -> str | None:
        found = next((one for one in self._elements.values() if _is_composer(one)), None)
        return found["props"]["chat"] if found and found["props"]["kinds"] else None

    def _look_for_offers(self, element: dict[str, Any], now: float) -> None:
        groups = {group["name"]: group["rows"] for group in element["props"]["groups"]}
        found = {row["id"] for row in groups.get("offers", ())}
        for chat in found - self._offers:
            self._on_offer(self, chat, now)
        self._offers = found

    async def _count(self, message: dict[str, Any]) -> None:
        self._next = max(self._next, int(message.get("_id", -1)) + 1)
        if self._next % _ACK_EVERY == 0:
            await self._socket.emit("ack", {"client_id": self._client_id, "next_message_id": self._next})


def _is_list(element: dict[str, Any]) -> bool:
    return bool(element.get("tag") == "nicegui-inbox")


def _is_composer(element: dict[str, Any]) -> bool:
    return bool(element.get("tag") == "nicegui-composer")
