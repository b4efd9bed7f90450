"""HTTP between our own processes: one request, one answer, over connections that are kept open.

Only for loopback: it knows no redirects, cookies, proxies or encryption, and never asks twice by itself.
Works under the engine's Python too. Why it is not a full client: docs/decisions/014-loopback.md.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple, cast
from urllib.parse import urlsplit

import httptools


class NoAnswer(Exception):
    """The other process could not be reached, hung up, took too long or did not speak HTTP."""


class Answer(NamedTuple):
    """What came back."""

    status: int
    body: bytes


class Loopback:
    """Calls one server on this machine. Use from one event loop."""

    def __init__(self, url: str, timeout_seconds: float) -> None:
        """`url` is the server's root; `timeout_seconds` bounds one call, connecting included."""
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._timeout = timeout_seconds
        self._idle: list[_Connection] = []

    async def post(self, path: str, body: bytes, headers: str = "") -> Answer:
        """Send JSON; `headers` are further header lines, each ended by CR LF.

        Raises:
            NoAnswer: whatever went wrong on the way; the other side may have acted or not.
        """
        return await self._call("POST", path, body, headers)

    async def get(self, path: str) -> Answer:
        """Ask for something.

        Raises:
            NoAnswer: as for `post`.
        """
        return await self._call("GET", path, b"", "")

    def close(self) -> None:
        """Close the connections that are not in use."""
        while self._idle:
            self._idle.pop().close()

    async def _call(self, method: str, path: str, body: bytes, headers: str) -> Answer:
        head = f"{method} {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n{headers}"
        # Of a request without a body some servers must not be told its length: they wait for it.
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n" if body else "\r\n"
        connection: _Connection | None = None
        try:
            connection = self._waiting()
            if connection is None:
                connection = await asyncio.wait_for(self._connect(), self._timeout)
            return await connection.ask(head.encode() + body, self._timeout)
        except (OSError, asyncio.TimeoutError, httptools.HttpParserError) as error:  # noqa: UP041 - 3.10
            raise NoAnswer(f"{method} {path}: {type(error).__name__} {error}") from error
        finally:
            if connection is not None and connection.is_free:
                self._idle.append(connection)
            elif connection is not None:
                connection.close()

    def _waiting(self) -> _Connection | None:
        """A connection that the other side has not closed meanwhile."""
        while self._idle:
            connection = self._idle.pop()
            if connection.is_free:
                return connection
        return None

    async def _connect(self) -> _Connection:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(_Connection, self._host, self._port)
        return connection


class _Connection(asyncio.Protocol):
    """One connection, for one call at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport
        self._parser: httptools.HttpResponseParser
        self._body: list[bytes] = []
        self._answer: asyncio.Future[Answer] | None = None
        self._is_open = False

    @property
    def is_free(self) -> bool:
        """Whether another call may be made on it."""
        return self._is_open and self._answer is None

    async def ask(self, request: bytes, timeout_seconds: float) -> Answer:
        """Send a whole request in one write and wait for its answer."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        self._answer = answer
        self._parser, self._body = httptools.HttpResponseParser(self), []
        timer = loop.call_later(timeout_seconds, self._fail, asyncio.TimeoutError())  # noqa: UP041
        try:
            self._transport.write(request)
            return await answer
        finally:
            timer.cancel()

    def close(self) -> None:
        """Hang up."""
        self._is_open = False
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop."""
        # What create_connection makes; uvloop's is no subclass of asyncio's.
        self._transport = cast("asyncio.Transport", transport)
        self._is_open = True

    def connection_lost(self, error: Exception | None) -> None:
        """Called by the loop."""
        self._is_open = False
        self._fail(error or ConnectionResetError("the other side hung up"))

    def data_received(self, data: bytes) -> None:
        """Called by the loop."""
        if self._answer is None:
            self.close()  # nobody asked
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(error)

    def on_body(self, body: bytes) -> None:
        """Called by the parser."""
        self._body.append(body)

    def on_message_complete(self) -> None:
        """Called by the parser."""
        answer, self._answer = self._answer, None
        if not self._parser.should_keep_alive():
            self.close()
        if answer is not None and not answer.done():
            answer.set_result(Answer(self._parser.get_status_code(), b"".join(self._body)))

    def _fail(self, error: Exception) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)
