"""The way from Twilio to the centre: webhooks over HTTP, the media stream over a WebSocket.

Carries what it is given; knows neither TwiML nor signatures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode, urlsplit, urlunsplit

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

Fields = Sequence[tuple[str, str]]


class Unreachable(Exception):
    """No answer, or none that speaks the protocol."""


class HandshakeRefused(Unreachable):
    """The centre answered the handshake with something else than a socket."""

    def __init__(self, status: int) -> None:
        """`status` is the HTTP status it answered with, 0 where it hung up."""
        super().__init__(f"handshake refused with {status}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Answer:
    """What a webhook answered."""

    status: int
    content_type: str
    body: bytes


class Socket(Protocol):
    """An open WebSocket."""

    async def send(self, message: str | bytes) -> None:
        """Text or binary; to a closed socket it is lost silently, as on a network."""

    async def receive(self) -> str | bytes | None:
        """The next message; None when the other side has closed."""

    async def close(self) -> None:
        """Close in good order."""

    async def drop(self) -> None:
        """Break off without a closing handshake."""


class Line(Protocol):
    """Reaches the centre."""

    async def request(self, method: str, url: str, fields: Fields, headers: Mapping[str, str]) -> Answer:
        """Ask; raises `Unreachable`."""

    async def connect(self, url: str, headers: Mapping[str, str]) -> Socket:
        """Open a socket; raises `Unreachable`, `HandshakeRefused`."""

    async def close(self) -> None:
        """Let go of everything."""


class NetworkLine:
    """Over the network. Public addresses may lie behind another, near one: `reach`."""

    def __init__(self, reach: str = "", timeout_seconds: float = 15.0) -> None:
        """`reach`, "http://127.0.0.1:8000" say, is where every address really leads; empty: where it says."""
        self._reach = urlsplit(reach) if reach else None
        self._client = httpx.AsyncClient(timeout=timeout_seconds, trust_env=False)
        self._timeout = timeout_seconds

    async def request(self, method: str, url: str, fields: Fields, headers: Mapping[str, str]) -> Answer:
        """Over HTTP; fields are a posted form or the query."""
        sent = urlencode(fields)
        form = {"Content-Type": "application/x-www-form-urlencoded"} if method == "POST" else {}
        try:
            response = await self._client.request(
                method,
                self._near(url, "http"),
                content=sent if method == "POST" else None,
                headers={**headers, **form, "Host": urlsplit(url).netloc},
            )
        except httpx.HTTPError as error:
            raise Unreachable(f"{type(error).__name__} {error}") from error
        return Answer(response.status_code, response.headers.get("content-type", ""), response.content)

    async def connect(self, url: str, headers: Mapping[str, str]) -> Socket:
        """Over a WebSocket."""
        try:
            return NetworkSocket(
                await connect(
                    self._near(url, "ws"),
                    additional_headers=dict(headers),
                    open_timeout=self._timeout,
                    compression=None,
                    proxy=None,
                    ping_interval=None,
                    max_queue=None,
                )
            )
        except InvalidHandshake as error:
            response = getattr(error, "response", None)
            raise HandshakeRefused(response.status_code if response else 0) from error
        except (OSError, TimeoutError) as error:
            raise Unreachable(f"{type(error).__name__} {error}") from error

    async def close(self) -> None:
        """Close connections kept open."""
        await self._client.aclose()

    def _near(self, url: str, scheme: str) -> str:
        if self._reach is None:
            return url
        parts = urlsplit(url)
        near = scheme + ("s" if self._reach.scheme.endswith("s") else "")
        return urlunsplit((near, self._reach.netloc, parts.path, parts.query, ""))


class NetworkSocket:
    """A socket of the `websockets` library."""

    def __init__(self, connection: ClientConnection) -> None:
        """Already open."""
        self._connection = connection

    async def send(self, message: str | bytes) -> None:
        """Send."""
        try:
            await self._connection.send(message)
        except ConnectionClosed:
            return

    async def receive(self) -> str | bytes | None:
        """Wait for the next message."""
        try:
            return await self._connection.recv()
        except ConnectionClosed:
            return None

    async def close(self) -> None:
        """Close in good order."""
        await self._connection.close()

    async def drop(self) -> None:
        """Cut the connection."""
        self._connection.transport.abort()
        await self._connection.wait_closed()
