"""Files from the chat, `POST /chat/upload`: taken from whoever holds the conversation's secret, never served.

The body is the file itself; what it is, its first bytes say. The file, its row and the customer's message
are one: the message is in the ledger only if the file is on the disk.
"""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.services import Services
from records import ledger, papers, resumption
from records.ledger import UnknownConversation
from records.models import ConversationId, Form, Message, Owner
from records.papers import Kept, UnfitFile
from records.rate import Bucket

FILE_FIELD = "file"
"""Name of the field of a service that waits for a file."""

_SERVICE = "add_claim_document"
_STATUS = {"too_large": 413, "unknown_kind": 415, "too_many": 429, "busy": 429, "empty": 422}


def router(services: Services) -> APIRouter:
    """The route of the uploads."""
    routes = APIRouter()
    bucket = Bucket(per_second=2, burst=20)

    @routes.options("/chat/upload", include_in_schema=False)
    async def preflight(request: Request) -> Response:
        """For widgets on listed pages elsewhere."""
        return Response(status_code=204, headers=_cross_origin(request, services))

    @routes.get("/chat/upload", summary="What may be handed in")
    async def limits(request: Request) -> Response:
        answer = {"megabytes": services.settings.upload_megabytes, "kinds": list(papers.KINDS)}
        return JSONResponse(answer, headers=_cross_origin(request, services))

    @routes.post("/chat/upload", summary="Hand in a file: a photo or a PDF, as the body itself")
    async def upload(
        request: Request,
        conversation: Annotated[str, Header(alias="X-Conversation", max_length=64)],
        secret: Annotated[str, Header(alias="X-Secret", max_length=128)],
        key: Annotated[str, Header(alias="X-Key", min_length=1, max_length=64)],
    ) -> Response:
        headers = _cross_origin(request, services)
        if request.headers.get("origin") and not headers and not _own_page(request):
            return JSONResponse({"error": "origin", "message": "This page may not send files."}, 403)
        try:
            conversation_id = await asyncio.to_thread(_resume, services, conversation, secret)
            if not bucket.take():
                raise UnfitFile("busy", "Many files arrive just now. Please try again in a moment.")
            content = await _body(request, services.settings.upload_megabytes)
            seq, shown = await _take(services, conversation_id, key, content)
        except UnknownConversation:
            answer = {"error": "unknown_conversation", "message": "This conversation is not known."}
            return JSONResponse(answer, 404, headers)
        except UnfitFile as error:
            return JSONResponse(
                {"error": error.code, "message": str(error)}, _STATUS.get(error.code, 422), headers
            )
        return JSONResponse({"seq": seq, "file": shown}, 201, headers)

    return routes


def _resume(services: Services, conversation: str, secret: str) -> ConversationId:
    with services.store.reading() as session:
        return resumption.resume(session, conversation, secret)


async def _body(request: Request, megabytes: float) -> bytes:
    """The file, read no further than the limit."""
    limit = int(megabytes * 1_000_000)
    too_large = UnfitFile(
        "too_large", f"The file is too large: up to {megabytes:g} MB fit. A photo is enough."
    )
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise too_large
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > limit:
            raise too_large
    return bytes(content)


async def _take(
    services: Services, conversation_id: ConversationId, key: str, content: bytes
) -> tuple[int, str]:
    kept = await asyncio.to_thread(papers.keep, services.settings.data, content)
    used = False

    name = f"file:{key}"[:80]

    def body(session: Session, _known: ConversationId) -> Mapping[str, Any]:
        nonlocal used
        # Sent again because the first answer got lost: the file may be with its service by now.
        if (before := _sent_before(session, conversation_id, name)) is not None:
            return before
        paper = papers.register(session, conversation_id, kept, services.clock.now())
        used = paper is not None
        # Agents save it by its id; customers' clients are never told.
        return dict(_message(session, conversation_id, kept)) | ({"paper": paper.id} if paper else {})

    try:
        receipt = await services.turns.receive(lambda _session: conversation_id, name, body)
    except BaseException:
        papers.discard(services.settings.data, kept.file)
        raise
    if not used:
        papers.discard(services.settings.data, kept.file)
    return receipt.entry.seq, papers.describe(kept)


def _sent_before(session: Session, conversation_id: ConversationId, key: str) -> Mapping[str, Any] | None:
    return session.scalar(
        select(Message.body).where(Message.conversation_id == conversation_id, Message.idempotency_key == key)
    )


def _message(session: Session, conversation_id: ConversationId, kept: Kept) -> dict[str, Any]:
    """The customer's message: the answer to a question for a file, else the wish to hand in a paper."""
    body: dict[str, Any] = {"text": f"(Sent a file: {papers.describe(kept)})"}
    if ledger.lock(session, conversation_id).owner is not Owner.BOT:
        return body
    form = session.execute(
        select(Form.service, Form.version, Form.state)
        .where(Form.conversation_id == conversation_id, Form.status == "open")
        .order_by(Form.version.desc())
        .limit(1)
    ).first()
    if form is not None and form.state.get("asking") == FILE_FIELD:
        button = {"form": form.service, "version": form.version, "field": FILE_FIELD, "value": "sent"}
        return body | {"button": button}
    return body | {"button": {"intent": _SERVICE}}


def _own_page(request: Request) -> bool:
    host = request.headers.get("host", "")
    return request.headers.get("origin") in (f"http://{host}", f"https://{host}")


def _cross_origin(request: Request, services: Services) -> dict[str, str]:
    """The headers that let a listed page read the answer; none for any other."""
    origin = request.headers.get("origin", "")
    if origin not in services.settings.origins:
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "content-type, x-conversation, x-secret, x-key",
        "Vary": "Origin",
    }
