"""The REST channel, shaped as Rasa's own so that its clients work: ask and get the turn's replies.

`sender` names a conversation of this channel only; it never reaches one of another channel. Outside
the demonstration the caller is a program of the insurer and shows the installation's REST token.
"""

import asyncio
import hmac
import ipaddress
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, cast

import orjson
from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Table, bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from actions.identity import tokens
from actions.identity.tokens import Verifier
from bot import rendering, utterance
from bot.newcomers import TooManyConversations
from bot.services import Services
from bot.turn import Receipt
from bot.utterance import Unacceptable
from records import ledger
from records.ledger import Entry
from records.models import Author, Conversation, ConversationId, Owner
from records.prepared import Prepared

CHANNEL = "rest"
LONGEST_WAIT_SECONDS = 30.0

Sender = Annotated[str, Field(min_length=1, max_length=255)]


class Metadata(BaseModel):
    """What a client may say beside the words."""

    model_config = ConfigDict(extra="ignore")

    message_id: str | None = Field(None, min_length=1, max_length=64)
    """The client's own name for the message: the same again is not a new message."""

    identity_token: Any = None
    """From the insurer's own app, where the customer is signed in. What is no good token counts as none."""


class Incoming(BaseModel):
    """A message of Rasa's REST channel."""

    model_config = ConfigDict(extra="ignore")

    sender: Sender
    message: str = ""
    metadata: Metadata = Metadata()


def router(services: Services) -> APIRouter:
    """The routes of the REST channel."""
    checks = tokens.verifier(services.secrets["IDENTITY_KEY"], services.settings.identity_audience)
    routes = APIRouter(prefix="/webhooks/rest", dependencies=[Depends(_guard(services))])

    @routes.get("/", summary="Whether the channel is there")
    async def status() -> dict[str, str]:
        return {"status": "ok"}

    async def say(incoming: Incoming, request: Request) -> Response:
        try:
            receipt = await _receive(services, incoming, checks, _stranger(request))
        except Unacceptable as error:
            return _json([_refusal(incoming.sender, error)])
        except TooManyConversations as error:
            raise HTTPException(429, error.message) from None
        entries = await _replies(services, receipt)
        shown = [one for entry in entries if (one := rendering.for_rest(entry, incoming.sender))]
        return _json(rendering.custom_last(shown))

    routes.add_api_route(
        "/webhook",
        say,
        methods=["POST"],
        summary="Say something; returns the replies of the turn",
        route_class_override=_PlainRoute,
    )

    @routes.get(
        "/webhook/{sender}",
        summary="What was said after an entry, by anybody",
    )
    async def since(
        sender: str, after: Annotated[int, Query(ge=0)] = 0, wait: Annotated[float, Query(ge=0, le=30)] = 0
    ) -> list[dict[str, Any]]:
        def find() -> ConversationId | None:
            with services.store.reading() as session:
                return _find(session, sender)

        conversation_id = await asyncio.to_thread(find)
        if conversation_id is None:
            return []
        entries = await _fetch(services, conversation_id, after)
        if not entries and wait:
            await _next_entry(services, conversation_id, after, wait)
            entries = await _fetch(services, conversation_id, after)
        return [shown for entry in entries if (shown := rendering.for_rest(entry, sender))]

    return routes


class _PlainRoute(APIRoute):
    """The route of every turn: a guard, a message in the body and nothing else to search for."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers a request."""
        guards = [one.dependency for one in self.dependencies if one.dependency is not None]

        async def handle(request: Request) -> Response:
            for guard in guards:
                await guard(request)
            kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            # Anything else is no JSON: a page of another site may send it without asking the browser.
            if kind != "application/json" and not kind.endswith("+json"):
                raise HTTPException(422, "the body is not JSON")
            try:
                incoming = Incoming.model_validate_json(await request.body())
            except ValidationError as error:
                wrong = [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
                raise RequestValidationError(wrong) from None
            answer: Response = await self.endpoint(incoming, request)
            return answer

        return handle


def _guard(services: Services) -> Callable[[Request], Coroutine[Any, Any, None]]:
    expected = services.secrets["REST_TOKEN"]

    # Not a plain function: that would cost every request a thread.
    async def check(request: Request) -> None:
        header = request.headers.get("authorization", "")
        if hmac.compare_digest(header.encode(), f"Bearer {expected}".encode()):
            request.state.has_token = True
            return
        if services.settings.demo and request.client and _is_loopback(request.client.host):
            return
        raise HTTPException(401, "this channel wants the installation's REST token as a bearer token")

    return check


def _stranger(request: Request) -> str | None:
    """The address whose conversations are counted; None for the insurer's program, which brings many."""
    if getattr(request.state, "has_token", False):
        return None
    return request.client.host if request.client else ""


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _receive(services: Services, incoming: Incoming, checks: Verifier, stranger: str | None) -> Receipt:
    # The prefix keeps a client's names apart from the keys that the server gives its own entries.
    key = f"rest-{incoming.metadata.message_id}" if incoming.metadata.message_id else None

    def conversation(session: Session) -> ConversationId:
        found = _find(session, incoming.sender)
        if found is None:
            if stranger is not None:
                services.newcomers.admit(stranger)
            found, _ = ledger.open_conversation(
                session, CHANNEL, services.clock.now(), sender=incoming.sender
            )
        token = incoming.metadata.identity_token
        # It comes with every message, and mostly there is nothing to do.
        if token is not None and tokens.changes(session, found, token, checks, services.clock.now()):
            tokens.apply(session, found, token, checks, services.clock.now())
        return found

    def body(session: Session, conversation_id: ConversationId) -> dict[str, Any]:
        if utterance.is_button(incoming.message):
            return utterance.pressed(session, conversation_id, incoming.message)
        return utterance.typed(incoming.message)

    try:
        return await services.turns.receive(conversation, key, body)
    except IntegrityError:
        # Two first messages at once: the other one has opened the conversation by now.
        return await services.turns.receive(conversation, key, body)


_CONVERSATIONS = cast(Table, Conversation.__table__)
_BY_SENDER = Prepared(
    select(_CONVERSATIONS.c.id).where(
        _CONVERSATIONS.c.channel == CHANNEL, _CONVERSATIONS.c.sender == bindparam("sender")
    )
)


def _find(session: Session, sender: str) -> ConversationId | None:
    found = _BY_SENDER.scalar(session, sender=sender)
    return ConversationId(found) if found else None


def _json(content: Any) -> Response:
    return Response(orjson.dumps(content), media_type="application/json")


def _refusal(sender: str, error: Unacceptable) -> dict[str, Any]:
    custom = {"tier": 1, "intent": None, "error": error.code}
    return {"recipient_id": sender, "text": str(error), "custom": custom}


async def _replies(services: Services, receipt: Receipt) -> list[Entry]:
    """What the turn of the received message said; what came meanwhile where it started none."""
    if receipt.answering is not None:
        # The turn goes on if the client hangs up: it is the conversation's, not the request's.
        return await asyncio.shield(receipt.answering)
    conversation_id, seq = receipt.entry.conversation_id, receipt.entry.seq
    if not receipt.entry.body.get("aside"):
        await _answered(services, conversation_id, seq)
    return await _fetch(services, conversation_id, seq)


async def _answered(services: Services, conversation_id: ConversationId, seq: int) -> None:
    """Wait until the bot has nothing to say any more to the message `seq`."""

    def settled() -> bool:
        with services.store.reading() as session:
            conversation = session.get_one(Conversation, conversation_id)
            return conversation.owner is not Owner.BOT or conversation.answered_seq >= seq

    with services.signals.watching(conversation_id) as bell:
        async with asyncio.timeout(LONGEST_WAIT_SECONDS):
            while not await asyncio.to_thread(settled):
                await bell.wait()
                bell.clear()


async def _next_entry(
    services: Services, conversation_id: ConversationId, after: int, wait_seconds: float
) -> None:
    with services.signals.watching(conversation_id) as bell:
        try:
            async with asyncio.timeout(wait_seconds):
                while not await _fetch(services, conversation_id, after):
                    await bell.wait()
                    bell.clear()
        except TimeoutError:
            return


async def _fetch(services: Services, conversation_id: ConversationId, after: int) -> list[Entry]:
    def read() -> list[Entry]:
        with services.store.reading() as session:
            return ledger.fetch_since(session, conversation_id, after)

    return [entry for entry in await asyncio.to_thread(read) if entry.author is not Author.CUSTOMER]
