"""The soft-phone of the demo page: `WS /demo/phone/ws`, a telephone at the offline Twilio.

Exists only in a demonstration, answers only this machine, and reaches the centre through its own signed
webhooks and stream, as Twilio would: nothing in the centre knows that the caller is a browser.
The protocol is in docs/phone.md.
"""

import asyncio
import contextlib
import json
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from sqlalchemy import select
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.demo_outbox import is_local
from bot.services import Services
from records.models import Agent
from records.rate import Bucket
from records.settings import SOFT_PHONE_ACCOUNT
from voice.testing import visitor_voice
from voice.testing.asgi_line import AsgiLine
from voice.testing.call import Call
from voice.testing.journal import Event
from voice.testing.parties import Party
from voice.testing.twilio import OfflineTwilio, hum

CALLER, LINE = "+12025550100", "+12025550199"
REST_PATH = "/demo/twilio"
"""Where the offline Twilio's REST API is, in a demonstration."""

PHONES = 4
"""Soft-phones at a time."""

LARGEST_SOUND_BYTES = 1600
LARGEST_FRAME_CHARACTERS = 2000
LONGEST_LINE = 300
FRAMES_PER_SECOND = 60.0
BURST = 120
"""A microphone sends 50 frames a second."""

_POLICY = 1008
_ON_THE_PHONE = "You are through to the agent's telephone. In a demonstration nobody speaks here. Goodbye."
_AGENT_TALKS_SECONDS = 12.0

_STATES = {
    "answered": "connected",
    "queued": "waiting",
    "dialling": "ringing an agent",
    "bridged": "with an agent",
    "stream-started": "with the bot",
}


def attach(app: FastAPI, services: Services) -> None:
    """Add the soft-phone to an application, in front of its other routes; nothing outside a demonstration."""
    if services.settings.demo:
        gateway = Gateway(app, services)
        app.add_api_websocket_route("/demo/phone/ws", gateway.serve)
        app.mount(REST_PATH, gateway.rest)


class Gateway:
    """The offline Twilio of one process and the soft-phones at it."""

    def __init__(self, app: FastAPI, services: Services) -> None:
        """Nothing is made before the first call."""
        self._app = app
        self._services = services
        self._twilio: OfflineTwilio | None = None
        self._phones = 0

    async def rest(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The REST API, as an ASGI application, for this machine alone."""
        if scope["type"] != "http":
            return
        if not is_local(HTTPConnection(scope)):
            await Response(status_code=404)(scope, receive, send)
            return
        await self._account().rest(scope, receive, send)

    async def serve(self, socket: WebSocket) -> None:
        """One soft-phone, from its socket's opening to its end."""
        if not is_local(socket) or not _own_page(socket) or self._phones >= PHONES:
            await socket.close(_POLICY)
            return
        await socket.accept()
        self._phones += 1
        try:
            await SoftPhone(socket, self._account(), await asyncio.to_thread(self._agents)).serve()
        finally:
            self._phones -= 1

    def _account(self) -> OfflineTwilio:
        if self._twilio is None:
            root = self._services.settings.links_url
            self._twilio = OfflineTwilio(
                AsgiLine(self._app),
                self._services.secrets["PHONE_KEY"],
                SOFT_PHONE_ACCOUNT,
                speaks=_announced,
                keeps_audio=False,
            )
            self._twilio.number(LINE, f"{root}/voice/incoming", status_callback=f"{root}/voice/status")
        return self._twilio

    def _agents(self) -> list[str]:
        """Telephones that someone answers in a demonstration."""
        with self._services.store.reading() as session:
            return [phone for phone in session.scalars(select(Agent.phone)) if phone]


class SoftPhone:
    """One browser's telephone: at most one call at a time."""

    def __init__(self, socket: WebSocket, twilio: OfflineTwilio, agents: list[str]) -> None:
        """`socket` is accepted already."""
        self._socket = socket
        self._twilio = twilio
        twilio.parties |= dict.fromkeys(agents, Party(ring_seconds=3, keys="1", acts=_answer_as_agent))
        self._call: Call | None = None
        self._bucket = Bucket(FRAMES_PER_SECOND, BURST)
        self._leaving: asyncio.Queue[dict[str, Any] | bytes] = asyncio.Queue(maxsize=500)
        self._speaking: asyncio.Task[None] | None = None

    async def serve(self) -> None:
        """Until the browser goes or breaks the rules."""
        sending = asyncio.create_task(self._send(), name="soft-phone")
        try:
            while True:
                message = await self._socket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                if not self._bucket.take():
                    continue
                if not await self._take(message):
                    await self._socket.close(_POLICY)
                    return
        finally:
            sending.cancel()
            if self._speaking is not None:
                self._speaking.cancel()
            with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
                await sending
            await self._hang_up()

    async def _take(self, message: MutableMapping[str, Any]) -> bool:
        """Whether the browser said something that belongs to the protocol."""
        if (sound := message.get("bytes")) is not None:
            if len(sound) > LARGEST_SOUND_BYTES:
                return False
            if self._call is not None:
                self._call.phone.feed(sound)
            return True
        frame = _parsed(message.get("text") or "")
        match frame:
            case {"type": "call"}:
                await self._dial()
            case {"type": "hang_up"}:
                await self._hang_up()
            case {"type": "key", "digit": str(digit)} if len(digit) == 1 and digit in "0123456789*#":
                if self._call is not None:
                    self._call.press(digit)
            case {"type": "say", "text": str(text)} if 0 < len(text.strip()) <= LONGEST_LINE:
                await self._say(text.strip())
            case _:
                return False
        return True

    async def _dial(self) -> None:
        if self._call is not None and not self._call.is_over:
            return
        self._tell({"type": "state", "state": "ringing"})
        call = self._twilio.dial(CALLER, LINE)
        call.phone.listen(self._hear)
        call.follow(self._follow)
        self._call = call

    async def _hang_up(self) -> None:
        call, self._call = self._call, None
        if call is not None:
            await call.hang_up()
            self._twilio.forget_ended()

    async def _say(self, text: str) -> None:
        if self._speaking is not None and not self._speaking.done():
            await self._speaking
        self._speaking = asyncio.create_task(self._speak(text), name="visitor's voice")

    async def _speak(self, text: str) -> None:
        try:
            sound = await asyncio.to_thread(visitor_voice.speak, text)
        except visitor_voice.NoVoice as error:
            self._tell({"type": "error", "code": "no_voice", "message": f"No voice speaks here: {error}."})
            return
        if self._call is not None and not self._call.is_over:
            self._tell({"type": "spoken", "text": text})
            await self._call.phone.begin(sound)

    def _hear(self, frame: bytes) -> None:
        if frame:
            self._tell(frame)

    def _follow(self, event: Event) -> None:
        if event.kind == "ended":
            self._tell({"type": "state", "state": "ended", "how": event.detail["CallStatus"]})
        elif event.kind == "say":
            self._tell({"type": "announced", "text": event.detail["text"]})
        elif event.kind in _STATES:
            self._tell({"type": "state", "state": _STATES[event.kind]})

    def _tell(self, frame: dict[str, Any] | bytes) -> None:
        # A browser that does not read loses sound, as a bad line does.
        with contextlib.suppress(asyncio.QueueFull):
            self._leaving.put_nowait(frame)

    async def _send(self) -> None:
        while True:
            frame = await self._leaving.get()
            if isinstance(frame, bytes):
                await self._socket.send_bytes(frame)
            else:
                await self._socket.send_text(json.dumps(frame))


async def _answer_as_agent(call: Call) -> None:
    """What one hears who is put through in a demonstration: words of explanation, then the end."""
    call.aside(_explain(call))


async def _explain(call: Call) -> None:
    await call.wait_for("bridged", within=None)
    with contextlib.suppress(visitor_voice.NoVoice):
        await call.say(await asyncio.to_thread(visitor_voice.speak, _ON_THE_PHONE))
    await call.pause(_AGENT_TALKS_SECONDS)
    await call.hang_up()


def _announced(text: str) -> bytes:
    """The voice of `<Say>`; a hum where no voice is installed."""
    try:
        return visitor_voice.speak(text)
    except visitor_voice.NoVoice:
        return hum(text)


def _own_page(socket: WebSocket) -> bool:
    """Only a page of ours: programs that send no origin have the offline Twilio itself."""
    origin = urlsplit(socket.headers.get("origin", ""))
    return origin.scheme in ("http", "https") and origin.netloc == socket.headers.get("host")


def _parsed(text: str) -> Any:
    if len(text) > LARGEST_FRAME_CHARACTERS:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None
