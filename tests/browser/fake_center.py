"""A centre in memory that speaks the chat socket's protocol, and can be told to misbehave.

The widget's contract double: it knows the protocol and nothing of dialogue, people or databases.
"""

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect
from starlette.responses import HTMLResponse, JSONResponse

from bot.security_headers import SecurityHeaders
from bot.widget import pages

Frame = dict[str, Any]

LIMIT = 10_000
MEGABYTES = 0.01
KINDS = ["application/pdf", "image/jpeg", "image/png", "image/heic"]


@dataclass
class Faults:
    """What goes wrong, until it is set right again."""

    refuse_connections: bool = False
    """Every new socket is closed at once."""

    drop_before_commit: int = 0
    """So many messages are lost with their socket before they are stored."""

    drop_before_ack: int = 0
    """So many messages are stored, but the socket dies before the customer hears of it."""

    duplicate_acks: bool = False
    """Every ack is sent twice."""

    no_acks: bool = False
    """Messages are stored and shown, but never acknowledged."""

    repeat_entries: bool = False
    """Every entry is sent twice."""

    silent: bool = False
    """Frames are read and nothing is ever answered, as on a dead line."""

    too_long: int = 0
    """So many messages are refused for their length, whatever it is."""

    rate_limit: int = 0
    """So many messages are refused for being too fast."""

    refuse_files: str = ""
    """Every file is refused with these words."""


@dataclass
class Conversation:
    """One ledger and who listens to it."""

    id: str
    secret: str
    owner: str = "bot"
    entries: list[Frame] = field(default_factory=list)
    last_seq: int = 0
    sockets: set[WebSocket] = field(default_factory=set)
    received: list[Frame] = field(default_factory=list)
    hellos: list[Frame] = field(default_factory=list)


class _Server(uvicorn.Server):
    """A server that says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


class FakeCenter:
    """The centre, on a port of its own, driven from the test's thread."""

    def __init__(self, articles: Path) -> None:
        """Nothing listens before `start`."""
        self.faults = Faults()
        self.conversations: dict[str, Conversation] = {}
        self.forget_at_visit = False
        """A link to a visit begins a conversation of its own."""

        self.uploads: list[tuple[str, int]] = []
        """Key and size of every file that was sent, also of those that were known."""

        self.reply: Callable[[str], Frame | None] = lambda text: {"text": f"You said: {text}"}
        self._keys: dict[tuple[str, str], int] = {}
        self._clock = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
        app = FastAPI()
        app.add_middleware(SecurityHeaders)
        app.include_router(pages.build_pages(demo=True, articles=articles))
        app.websocket("/chat/ws")(self._serve)
        app.get("/chat/upload")(lambda: {"megabytes": MEGABYTES, "kinds": KINDS})
        app.post("/chat/upload")(self._upload)
        app.get("/right-to-left")(_right_to_left)
        self._server = _Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    def start(self) -> None:
        """Listen; returns when connections are accepted."""
        self._thread.start()
        if not self._server.ready.wait(20):
            raise RuntimeError("the fake centre did not start")

    def stop(self) -> None:
        """Stop listening and end the thread."""
        self.cut()
        self._server.should_exit = True
        self._thread.join(20)

    def reset(self) -> None:
        """As new: no conversation, no fault."""
        self.cut()
        self.faults = Faults()
        self.conversations.clear()
        self.uploads.clear()
        self.forget_at_visit = False
        self._keys.clear()
        self.reply = lambda text: {"text": f"You said: {text}"}

    # ---- what a test does ----

    @property
    def only(self) -> Conversation:
        """The one conversation there is."""
        (conversation,) = self.conversations.values()
        return conversation

    def write(self, text: str | None, author: str = "bot", **more: Any) -> None:
        """Write an entry into the one conversation and send it to whoever listens."""
        content = ({"text": text} if text is not None else {}) | more
        self._do(self._add(self.only, author, **content))

    def hand_over(self, owner: str, **more: Any) -> None:
        """Change the owner with a status entry."""
        self.only.owner = owner
        self._do(self._add(self.only, "system", kind="status", owner=owner, **more))

    def show_typing(self, author: str, seconds: float) -> None:
        """Say that somebody types."""
        self._do(self._send(self.only, {"type": "typing", "author": author, "seconds": seconds}))

    def cut(self) -> None:
        """Cut every open socket, without a goodbye."""
        self._do(self._cut())

    def texts(self, author: str = "customer") -> list[str]:
        """What `author` has on the record."""
        return [entry["text"] for entry in self.only.entries if entry["author"] == author]

    # ---- the protocol ----

    async def _serve(self, link: WebSocket) -> None:
        if self.faults.refuse_connections:
            await link.close()
            return
        await link.accept()
        conversation: Conversation | None = None
        try:
            while True:
                frame = await link.receive_json()
                if self.faults.silent:
                    continue
                if frame["type"] == "hello":
                    conversation = await self._greet(link, frame) or conversation
                elif conversation is None:
                    await _error(link, "hello_first", "Say hello first.")
                else:
                    conversation.received.append(frame)
                    await self._handle(link, conversation, frame)
        except (WebSocketDisconnect, RuntimeError):
            pass  # the link is gone, the ledger stays
        finally:
            if conversation:
                conversation.sockets.discard(link)

    async def _greet(self, link: WebSocket, frame: Frame) -> Conversation | None:
        conversation = self.conversations.get(frame["conversation"] or "")
        fresh = frame["conversation"] is None or (self.forget_at_visit and "visit" in frame)
        if fresh:
            number = len(self.conversations) + 1
            conversation = Conversation(id=f"conversation-{number}", secret=f"secret-{number}")
            self.conversations[conversation.id] = conversation
        if conversation is None or (not fresh and frame["secret"] != conversation.secret):
            await _error(link, "unknown_conversation", "This conversation is not known.")
            return None
        conversation.hellos.append(frame)
        welcome = {"type": "welcome", "conversation": conversation.id, "seq": conversation.last_seq}
        secret = {"secret": conversation.secret} if fresh else {}
        await link.send_json(welcome | {"owner": conversation.owner} | secret)
        after = frame["after"]
        while missed := [entry for entry in conversation.entries if entry["seq"] > after]:
            await link.send_json({"type": "entries", "entries": missed})
            after = missed[-1]["seq"]
        conversation.sockets.add(link)
        return conversation

    async def _handle(self, link: WebSocket, conversation: Conversation, frame: Frame) -> None:
        match frame["type"]:
            case "ping":
                await link.send_json({"type": "pong"})
            case "say" | "press":
                await self._receive(link, conversation, frame)

    async def _receive(self, link: WebSocket, conversation: Conversation, frame: Frame) -> None:
        key = frame["key"]
        if self.faults.drop_before_commit:
            self.faults.drop_before_commit -= 1
            await self._cut()
            return
        if self.faults.rate_limit:
            self.faults.rate_limit -= 1
            await _error(link, "rate_limited", "That was very fast. Please wait a moment.", key)
            return
        if self.faults.too_long or len(frame.get("text", "")) > LIMIT:
            self.faults.too_long = 0
            await _error(link, "too_long", "That is too long.", key)
            return
        seq = self._keys.get((conversation.id, key))
        if seq is None:
            text = frame.get("text") or _title(conversation, frame.get("button", ""))
            if text is None:
                await _error(link, "unknown_button", "That choice is no longer there.", key)
                return
            if self.faults.drop_before_ack:
                self.faults.drop_before_ack -= 1
                await self._cut()
            seq = self._keys[conversation.id, key] = await self._add(
                conversation, "customer", text=text, key=key
            )
            if reply := self.reply(text):
                await self._add(conversation, "bot", **reply)
        acks = 0 if self.faults.no_acks else 2 if self.faults.duplicate_acks else 1
        for _ in range(acks):
            await link.send_json({"type": "ack", "key": key, "seq": seq})

    async def _upload(self, request: Request) -> JSONResponse:
        conversation = self.conversations.get(request.headers["x-conversation"])
        content, key = await request.body(), request.headers["x-key"]
        if conversation is None or request.headers["x-secret"] != conversation.secret:
            return JSONResponse({"error": "unknown_conversation", "message": "Not known."}, 404)
        if self.faults.refuse_files:
            return JSONResponse({"error": "unknown_kind", "message": self.faults.refuse_files}, 415)
        self.uploads.append((key, len(content)))
        seq = self._keys.get((conversation.id, f"file:{key}"))
        if seq is None:
            text = f"(Sent a file: {len(content)} bytes)"
            seq = await self._add(conversation, "customer", text=text, key=f"file:{key}")
            self._keys[conversation.id, f"file:{key}"] = seq
            await self._add(conversation, "bot", text="Thank you, it is here.")
        return JSONResponse({"seq": seq, "file": "PDF"}, 201)

    async def _add(
        self, conversation: Conversation, author: str, kind: str = "message", **content: Any
    ) -> int:
        conversation.last_seq += 2  # gaps are allowed: private notes are not sent
        seq = conversation.last_seq
        self._clock += timedelta(seconds=20)
        if buttons := content.get("buttons"):
            content["buttons"] = [{"id": f"/b/{seq}.{n}", "title": title} for n, title in enumerate(buttons)]
        entry = {"seq": seq, "author": author, "kind": kind, "at": self._clock.isoformat(), **content}
        conversation.entries.append(entry)
        await self._send(conversation, {"type": "entries", "entries": [entry]})
        return seq

    async def _send(self, conversation: Conversation, frame: Frame) -> None:
        for link in list(conversation.sockets):
            for _ in range(2 if self.faults.repeat_entries else 1):
                await link.send_json(frame)

    async def _cut(self) -> None:
        for conversation in self.conversations.values():
            for link in list(conversation.sockets):
                conversation.sockets.discard(link)
                await link.close(1012)

    # ---- its thread ----

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._server.serve())
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, Any]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)


def _title(conversation: Conversation, button: str) -> str | None:
    for entry in conversation.entries:
        for offered in entry.get("buttons", []):
            if offered["id"] == button:
                return str(offered["title"])
    return None


async def _error(link: WebSocket, code: str, message: str, key: str | None = None) -> None:
    await link.send_json({"type": "error", "code": code, "message": message} | ({"key": key} if key else {}))


def _right_to_left() -> HTMLResponse:
    """A page written from right to left that embeds the widget, already open."""
    return HTMLResponse(
        '<!doctype html><html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>ميناء</title>'
        '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"></head>'
        "<body><main><h1>ميناء</h1></main>"
        '<script src="/widget.js" data-title="ميناء" data-open></script></body></html>'
    )
