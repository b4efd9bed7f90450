"""A two-way media stream: Twilio's side of the WebSocket of `<Connect><Stream>`.

Sends what a caller says and hears, keeps the playback buffer, returns marks when they are due, obeys `clear`,
and does to the centre what `Faults` ask for. Every number in a message is a string.
"""

import asyncio
import base64
import binascii
import json
from collections.abc import Callable, Mapping
from itertools import cycle
from typing import Any

from voice.testing import mulaw
from voice.testing.faults import Faults
from voice.testing.line import Socket
from voice.testing.playback import Playback

Report = Callable[[str, Mapping[str, str]], None]


class Stream:
    """One stream, from the accepted handshake to the end of the socket."""

    def __init__(
        self,
        socket: Socket,
        sid: str,
        call_sid: str,
        account_sid: str,
        parameters: Mapping[str, str],
        faults: Faults,
        report: Report,
    ) -> None:
        """`report` is told what happens: kind and details."""
        self._socket = socket
        self.sid = sid
        self._call_sid = call_sid
        self._account_sid = account_sid
        self._parameters = parameters
        self._faults = faults
        self._report = report
        self._playback = Playback()
        self._sequence = 0
        self._chunk = 0
        self._frames = 0
        self._unsent = bytearray()
        self._sent_bytes = 0
        self._sizes = cycle(faults.packet_bytes) if faults.packet_bytes else None
        self._next_size = next(self._sizes) if self._sizes else mulaw.FRAME_BYTES
        self._malformed = list(faults.malformed)
        self._stopped = False
        self.over = asyncio.Event()
        """The centre closed the socket, or it broke."""
        self._reading: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Say who is calling and begin to listen to the centre."""
        await self._socket.send(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}))
        await self._send(
            "start",
            start={
                "accountSid": self._account_sid,
                "streamSid": self.sid,
                "callSid": self._call_sid,
                "tracks": ["inbound"],
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
                "customParameters": dict(self._parameters),
            },
        )
        self._reading = asyncio.create_task(self._read(), name=f"stream {self.sid}")

    async def exchange(self, spoken: bytes) -> bytes:
        """20 ms of the call: the caller's frame to the centre, the buffer's next frame to the caller."""
        self._frames += 1
        elapsed = self._frames * mulaw.FRAME_SECONDS
        faults = self._faults
        if faults.drop_after_seconds is not None and elapsed >= faults.drop_after_seconds:
            await self._drop()
        if self.over.is_set():
            return b""
        if faults.silent_after_seconds is None or elapsed < faults.silent_after_seconds:
            self._unsent += spoken or mulaw.QUIET
            if self._malformed:
                await self._socket.send(self._malformed.pop(0))
            await self._send_audio()
        heard, names = self._playback.play()
        for name in names:
            await self._return_mark(name)
        return heard

    async def key(self, digit: str) -> None:
        """The caller pressed a key."""
        if not self.over.is_set():
            await self._send("dtmf", dtmf={"track": "inbound_track", "digit": digit})

    async def end(self) -> None:
        """The call leaves the stream: `stop`, then the socket is closed."""
        if not self.over.is_set() and not self._stopped:
            self._stopped = True
            await self._send("stop", stop={"accountSid": self._account_sid, "callSid": self._call_sid})
            await self._socket.close()
        self.over.set()
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)

    async def _drop(self) -> None:
        if not self.over.is_set():
            self._report("stream-dropped", {"StreamSid": self.sid})
            self.over.set()
            await self._socket.drop()

    async def _send_audio(self) -> None:
        burst = max(1, round(self._faults.jitter_seconds / mulaw.FRAME_SECONDS))
        if self._frames % burst:
            return
        while len(self._unsent) >= self._next_size:
            packet = bytes(self._unsent[: self._next_size])
            del self._unsent[: self._next_size]
            self._chunk += 1
            at = self._sent_bytes * 1000 // mulaw.RATE
            self._sent_bytes += len(packet)
            await self._send(
                "media",
                media={
                    "track": "inbound",
                    "chunk": str(self._chunk),
                    "timestamp": str(at),
                    "payload": base64.b64encode(packet).decode(),
                },
            )
            if self._sizes:
                self._next_size = next(self._sizes)

    async def _send(self, event: str, **body: Any) -> None:
        self._sequence += 1
        message = {"event": event, "sequenceNumber": str(self._sequence), "streamSid": self.sid, **body}
        await self._socket.send(json.dumps(message))

    async def _return_mark(self, name: str) -> None:
        self._report("mark", {"name": name})
        await self._send("mark", mark={"name": name})

    async def _read(self) -> None:
        while (message := await self._socket.receive()) is not None:
            problem = await self._take(message)
            if problem:
                self._report("stream-error", {"StreamError": problem, "code": "31950", "StreamSid": self.sid})
        self.over.set()

    async def _take(self, message: str | bytes) -> str:
        """What one message of the centre asks for; what is wrong with it, if anything."""
        if isinstance(message, bytes):
            return "a binary message"
        try:
            said = json.loads(message)
        except ValueError:
            return "no JSON"
        if not isinstance(said, dict) or said.get("streamSid") != self.sid:
            return f"not of this stream: {message[:80]}"
        match said.get("event"):
            case "media":
                return self._take_media(said)
            case "mark":
                name = (said.get("mark") or {}).get("name")
                if not isinstance(name, str):
                    return "a mark without a name"
                self._report("mark-sent", {"name": name})
                if self._playback.mark(name):
                    await self._return_mark(name)
            case "clear":
                self._report("clear", {"seconds": f"{self._playback.seconds:.2f}"})
                for name in self._playback.clear():
                    await self._return_mark(name)
            case other:
                return f"unknown event {other!r}"
        return ""

    def _take_media(self, said: Mapping[str, Any]) -> str:
        try:
            sound = base64.b64decode(said["media"]["payload"], validate=True)
        except (KeyError, TypeError, binascii.Error):
            return "media without a payload"
        if sound.startswith(b"RIFF"):
            return "media with a file header"
        self._playback.add(sound)
        return ""
