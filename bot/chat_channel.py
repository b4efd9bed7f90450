"""The chat socket, `WS /chat/ws`: the protocol of docs/chat-protocol.md.

The socket holds no truth: what it sends is read from the ledger after the client's position, so a
cut connection loses nothing and a client that comes back gets exactly what it missed, in order.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import orjson
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import ValidationError
from sqlalchemy.orm import Session

from actions.identity import tokens
from actions.identity.tokens import Verifier
from bot import rendering, talk_links, utterance, visit_links
from bot.chat_frames import Frame, Hello, Ping, Press, Read, Say, Typing, parse
from bot.newcomers import TooManyConversations
from bot.services import Services
from bot.turn import Body
from bot.utterance import Unacceptable
from records import ledger, resumption
from records.activity import TYPING_SECONDS
from records.ledger import UnknownConversation
from records.models import Conversation, ConversationId, Owner
from records.rate import Bucket

log = logging.getLogger(__name__)

ENTRIES_AT_ONCE = 200
MESSAGES_PER_SECOND = 10.0
BURST = 40
TOO_MANY = 4429
"""Close code: too many conversations were begun from there; a client comes back later."""


def router(services: Services) -> APIRouter:
    """The route of the chat socket."""
    routes = APIRouter()
    checks = tokens.verifier(services.secrets["IDENTITY_KEY"], services.settings.identity_audience)

    @routes.websocket("/chat/ws")
    async def chat(socket: WebSocket) -> None:
        if not _allowed(socket, services.settings.origins):
            await socket.close(code=4403, reason="origin not allowed")
            return
        await socket.accept()
        with contextlib.suppress(WebSocketDisconnect):
            await Connection(socket, services, checks).serve()

    return routes


class Connection:
    """One open socket: a reader of frames, and a pump that follows the ledger."""

    def __init__(self, socket: WebSocket, services: Services, checks: Verifier) -> None:
        """`socket` is accepted already; `checks` tells good identity tokens from others."""
        self._socket = socket
        self._services = services
        self._checks = checks
        self._bucket = Bucket(MESSAGES_PER_SECOND, BURST)
        self._position = 0

    async def serve(self) -> None:
        """Talk until the client goes.

        Raises:
            WebSocketDisconnect: the client went.
        """
        conversation_id = await self._greet()
        async with self._following(conversation_id):
            while True:
                frame = await self._next()
                if isinstance(frame, Hello):
                    await self._error("not_protocol", "This connection has greeted already.")
                else:
                    await self._handle(conversation_id, frame)

    async def _greet(self) -> ConversationId:
        while True:
            frame = await self._next()
            if not isinstance(frame, Hello):
                await self._error("hello_first", "Please send hello first.")
                continue
            try:
                return await self._resume(frame)
            except UnknownConversation:
                await self._error("unknown_conversation", "This conversation is not known; start a new one.")
            except TooManyConversations as error:
                await self._error(error.code, error.message)
                await self._socket.close(TOO_MANY, error.code)
                raise WebSocketDisconnect(TOO_MANY) from None

    async def _resume(self, hello: Hello) -> ConversationId:
        def open_or_resume() -> tuple[ConversationId, str | None, int, Owner]:
            with self._services.store.writing() as session:
                now = self._services.clock.now()
                conversation_id, secret = self._find(session, hello, now)
                if hello.identity_token is not None:
                    tokens.apply(session, conversation_id, hello.identity_token, self._checks, now)
                if hello.visit is not None:
                    visit_links.follow(session, conversation_id, hello.visit, self._visit_key, now)
                conversation = session.get_one(Conversation, conversation_id, populate_existing=True)
                return conversation_id, secret, conversation.last_seq, conversation.owner

        conversation_id, secret, last_seq, owner = await asyncio.to_thread(open_or_resume)
        self._position = 0 if secret else min(hello.after, last_seq)
        welcome = {"type": "welcome", "conversation": conversation_id, "seq": last_seq, "owner": owner.value}
        await self._send(welcome | ({"secret": secret} if secret else {}))
        if hello.visit is not None:
            await self._services.turns.sweep()
        return conversation_id

    def _find(self, session: Session, hello: Hello, now: datetime) -> tuple[ConversationId, str | None]:
        """The conversation to go on with, or a new one and its secret."""
        if hello.talk is not None:
            called = talk_links.follow(session, hello.talk, self._visit_key, now)
            if called is not None:
                return called
        if hello.conversation is not None:
            known = resumption.resume(session, hello.conversation, hello.secret or "")
            if not visit_links.is_of_another(session, known, hello.visit, self._visit_key, now):
                return known, None
        self._services.newcomers.admit(self._socket.client.host if self._socket.client else "")
        context = hello.context.model_dump(exclude_none=True)
        return ledger.open_conversation(session, "chat", now, context=context)

    @property
    def _visit_key(self) -> bytes:
        return self._services.secrets["SESSION_KEY"].encode()

    async def _handle(self, conversation_id: ConversationId, frame: Frame) -> None:
        match frame:
            case Say() | Press() if not self._bucket.take():
                await self._error("rate_limited", "That was very fast. Please wait a moment.", frame.key)
            case Say(key=key, text=text):
                await self._receive(conversation_id, key, lambda _session, _id: utterance.typed(text))
            case Press(key=key, button=button):
                await self._receive(
                    conversation_id, key, lambda session, known: utterance.pressed(session, known, button)
                )
            case Typing():
                self._services.activity.typing(conversation_id, "customer")
            case Read(seq=seq):
                self._services.activity.read(conversation_id, seq)
            case Ping():
                await self._send({"type": "pong"})

    async def _receive(self, conversation_id: ConversationId, key: str, body: Body) -> None:
        try:
            receipt = await self._services.turns.receive(lambda _session: conversation_id, key, body)
        except Unacceptable as error:
            await self._error(error.code, str(error), key)
        else:
            if self._services.activity.who_types(conversation_id) == "customer":
                self._services.activity.stopped(conversation_id)
            await self._send({"type": "ack", "key": key, "seq": receipt.entry.seq})

    @asynccontextmanager
    async def _following(self, conversation_id: ConversationId) -> AsyncIterator[None]:
        """Send what the ledger has, and go on sending, while the reader works beside."""
        pump = asyncio.create_task(self._pump(conversation_id))
        try:
            yield
        finally:
            pump.cancel()
            with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
                await pump

    async def _pump(self, conversation_id: ConversationId) -> None:
        with self._services.signals.watching(conversation_id) as bell:
            while True:
                bell.clear()
                await self._send_news(conversation_id)
                author = self._services.activity.who_types(conversation_id)
                if author in ("bot", "agent"):
                    await self._send({"type": "typing", "author": author, "seconds": TYPING_SECONDS})
                await bell.wait()

    async def _send_news(self, conversation_id: ConversationId) -> None:
        while True:
            entries = await asyncio.to_thread(self._fetch, conversation_id)
            if not entries:
                return
            shown = [one for entry in entries if (one := rendering.for_customer(entry))]
            if shown:
                await self._send({"type": "entries", "entries": shown})
            self._position = entries[-1].seq
            self._services.activity.delivered(conversation_id, self._position)

    def _fetch(self, conversation_id: ConversationId) -> list[ledger.Entry]:
        with self._services.store.reading() as session:
            return ledger.fetch_since(session, conversation_id, self._position, ENTRIES_AT_ONCE)

    async def _next(self) -> Frame:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message.get("code", 1000))
            try:
                return parse(message.get("text") or message.get("bytes") or b"")
            except ValidationError:
                await self._error("not_protocol", "That is not a frame of this protocol.")

    async def _error(self, code: str, message: str, key: str | None = None) -> None:
        await self._send({"type": "error", "code": code, "message": message} | ({"key": key} if key else {}))

    async def _send(self, frame: dict[str, Any]) -> None:
        await self._socket.send_text(orjson.dumps(frame).decode())


def _allowed(socket: WebSocket, further: frozenset[str]) -> bool:
    """Exact match of the page's origin with ours or a listed one; programs send none."""
    origin = socket.headers.get("origin")
    if origin is None:
        return True
    host = socket.headers.get("host", "")
    return origin in (f"http://{host}", f"https://{host}") or origin in further
