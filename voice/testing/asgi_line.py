"""The same way without a network: the centre's application is called in this process.

For tests on virtual time and for the soft-phone. Does not run the application's start and stop.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from voice.testing.line import Answer, Fields, HandshakeRefused, Socket, Unreachable

Message = MutableMapping[str, Any]
Application = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]


class AsgiLine:
    """Calls an ASGI application."""

    def __init__(self, app: Application, peer: tuple[str, int] = ("127.0.0.1", 1)) -> None:
        """`peer` is the address the application sees."""
        self._app = app
        self._peer = peer
        self._sockets: set[AsgiSocket] = set()

    async def request(self, method: str, url: str, fields: Fields, headers: Mapping[str, str]) -> Answer:
        """One request, one answer."""
        body = urlencode(fields).encode() if method == "POST" else b""
        form = {"content-type": "application/x-www-form-urlencoded"} if method == "POST" else {}
        sent = {**headers, **form, "content-length": str(len(body))}
        incoming: asyncio.Queue[Message] = asyncio.Queue()
        incoming.put_nowait({"type": "http.request", "body": body, "more_body": False})
        answer: dict[str, Any] = {"body": b""}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer["status"] = message["status"]
                answer["headers"] = {name.lower(): value for name, value in message["headers"]}
            elif message["type"] == "http.response.body":
                answer["body"] += message.get("body", b"")

        await self._app({**self._scope("http", url, sent), "method": method}, incoming.get, send)
        if "status" not in answer:
            raise Unreachable(f"{method} {url}: no answer")
        kind = answer["headers"].get(b"content-type", b"").decode("latin-1")
        return Answer(answer["status"], kind, answer["body"])

    async def connect(self, url: str, headers: Mapping[str, str]) -> Socket:
        """A socket that the application has accepted."""
        scope = {**self._scope("websocket", url, headers), "subprotocols": []}
        socket = AsgiSocket(self._app, scope)
        self._sockets.add(socket)
        socket.task.add_done_callback(lambda _: self._sockets.discard(socket))
        await socket.opened()
        return socket

    async def close(self) -> None:
        """Break off what is still open."""
        for socket in list(self._sockets):
            await socket.drop()

    def _scope(self, kind: str, url: str, headers: Mapping[str, str]) -> Message:
        parts = urlsplit(url)
        default = 443 if parts.scheme in ("https", "wss") else 80
        named = {"host": parts.netloc, **{name.lower(): value for name, value in headers.items()}}
        return {
            "type": kind,
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": parts.scheme,
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "root_path": "",
            "query_string": parts.query.encode(),
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in named.items()],
            "client": self._peer,
            "server": (parts.hostname or "localhost", parts.port or default),
        }


class AsgiSocket:
    """Both ends of a WebSocket in one process."""

    def __init__(self, app: Application, scope: Message) -> None:
        """The application begins at once."""
        self._to_app: asyncio.Queue[Message] = asyncio.Queue()
        self._from_app: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self._answered: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._closed = False
        self._to_app.put_nowait({"type": "websocket.connect"})
        self.task = asyncio.create_task(self._run(app, scope), name="asgi socket")

    async def opened(self) -> None:
        """Wait for the handshake; raises `HandshakeRefused`."""
        status = await asyncio.shield(self._answered)
        if status != 101:
            raise HandshakeRefused(status)

    async def send(self, message: str | bytes) -> None:
        """Hand a message to the application."""
        if not self._closed:
            kind = "text" if isinstance(message, str) else "bytes"
            self._to_app.put_nowait({"type": "websocket.receive", kind: message})

    async def receive(self) -> str | bytes | None:
        """The next message of the application."""
        if self._closed and self._from_app.empty():
            return None
        return await self._from_app.get()

    async def close(self) -> None:
        """Say goodbye and let the application end by itself."""
        self._leave(1000)

    async def drop(self) -> None:
        """The application learns that the connection broke."""
        self._leave(1006)

    def _leave(self, code: int) -> None:
        if not self._closed:
            self._closed = True
            self._to_app.put_nowait({"type": "websocket.disconnect", "code": code})
            self._from_app.put_nowait(None)

    async def _run(self, app: Application, scope: Message) -> None:
        try:
            await app(scope, self._to_app.get, self._send)
        finally:
            if not self._answered.done():
                self._answered.set_result(500)
            if not self._closed:
                self._closed = True
                self._from_app.put_nowait(None)

    async def _send(self, message: Message) -> None:
        kind = message["type"]
        if kind == "websocket.accept":
            self._answer(101)
        elif kind == "websocket.http.response.start":
            self._answer(int(message["status"]))
        elif kind == "websocket.send":
            if self._closed:
                return
            sent = message.get("text")
            self._from_app.put_nowait(sent if sent is not None else message["bytes"])
        elif kind == "websocket.close":
            self._answer(403)
            self._leave(int(message.get("code", 1000)))

    def _answer(self, status: int) -> None:
        if not self._answered.done():
            self._answered.set_result(status)
