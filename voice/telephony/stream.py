"""`WS /voice/stream`: a media stream on its socket, from the handshake to the close.

Lets nobody in without a signature and a token, and nothing be played before. What is malformed is counted,
and a line that sends too much of it is closed politely.
"""

import asyncio
import contextlib
import logging

from fastapi import WebSocket, WebSocketDisconnect
from prometheus_client import Counter

from voice.call.line import PhoneLine
from voice.call.wire import LineBroke
from voice.telephony import messages
from voice.telephony.messages import Malformed, Message, Start, Stop

log = logging.getLogger(__name__)

MALFORMED = Counter("centre_call_malformed", "Frames of media streams that were no messages")

START_SECONDS = 10.0
"""Longest wait for the first words of a stream."""

MOST_MALFORMED = 50
"""So many frames that are no messages, and the line is closed."""

LONGEST_FRAME = 64 * 1024
NOT_LET_IN = 4403
NOT_PROTOCOL = 4400


class StreamSocket:
    """The wire of one call, over a WebSocket."""

    def __init__(self, socket: WebSocket) -> None:
        """`socket` is accepted."""
        self._socket = socket
        self._sid = ""
        self._malformed = 0
        self._is_closed = False

    async def start(self) -> Start | None:
        """Who comes; None when nobody says so in time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(START_SECONDS):
                while not isinstance(message := await self.receive(), Stop):
                    if isinstance(message, Start):
                        self._sid = message.stream_sid
                        return message
        return None

    async def receive(self) -> Message:
        """The next message; a `Stop` when there will be none."""
        while not self._is_closed:
            try:
                content = await self._socket.receive()
            except (WebSocketDisconnect, RuntimeError):
                return Stop()
            if content["type"] == "websocket.disconnect":
                self._is_closed = True
                return Stop()
            text = content.get("text")
            try:
                if text is None or len(text) > LONGEST_FRAME:
                    raise Malformed("binary or too long")
                return messages.parse(text)
            except Malformed as error:
                MALFORMED.inc()
                self._malformed += 1
                if self._malformed >= MOST_MALFORMED:
                    log.warning("stream %s: too many malformed frames, last: %s", self._sid, error)
                    await self.close(NOT_PROTOCOL)
        return Stop()

    async def play(self, audio: bytes) -> None:
        """Send sound."""
        await self._send(messages.media(self._sid, audio))

    async def mark(self, name: str) -> None:
        """Send a mark."""
        await self._send(messages.mark(self._sid, name))

    async def clear(self) -> None:
        """Send a clear."""
        await self._send(messages.clear(self._sid))

    async def close(self, code: int = 1000) -> None:
        """Close the socket; nothing is sent or received any more."""
        if not self._is_closed:
            self._is_closed = True
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await self._socket.close(code)

    async def _send(self, frame: str) -> None:
        if self._is_closed:
            raise LineBroke("the socket is closed")
        try:
            await self._socket.send_text(frame)
        except (WebSocketDisconnect, RuntimeError) as error:
            self._is_closed = True
            raise LineBroke("the socket is gone") from error


async def serve(socket: WebSocket, line: PhoneLine) -> None:
    """Serve a socket whose signature is good."""
    await socket.accept()
    wire = StreamSocket(socket)
    start = await wire.start()
    standing = await line.admit(start) if start is not None else None
    if start is None or standing is None:
        log.warning("a stream was not let in")
        await wire.close(NOT_LET_IN)
        return
    await line.serve(wire, start.call_sid, standing)
