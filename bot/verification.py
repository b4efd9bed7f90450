"""The verification page, `/verify/{token}`, where a passkey is made or asked for.

Opening it changes nothing. Its address is the secret, so it is told to nobody: no referrer, no cache. Only
the page itself may post here, which the origin shows.
"""

import asyncio
import json
from html import escape
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from sqlalchemy.orm import Session

from actions.identity import links
from actions.identity.links import Link, Purpose
from actions.identity.relying_party import relying_party
from actions.services.catalogue import TITLES
from bot import ceremonies
from bot.ceremonies import Act, Answer
from bot.services import Services
from bot.widget.pages import HERE, MEDIA_TYPES, cached
from records.models import ConversationId
from records.signals import PEOPLE

LARGEST_BYTES = 32 * 1024
FOLDER = HERE / "verify"

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
        "trusted-types 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Permissions-Policy": (
        "camera=(), geolocation=(), microphone=(), payment=(), publickey-credentials-create=(self), "
        "publickey-credentials-get=(self)"
    ),
}

Token = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{43}$")]

TITLE = {Purpose.REGISTER: "Set up your passkey", Purpose.STEP_UP: "Confirm that it is you"}
GONE = "This link is no longer valid"


def router(services: Services) -> APIRouter:
    """The routes of the page."""
    routes = APIRouter(include_in_schema=False)
    party = relying_party(services.settings)

    @routes.get("/verify.js")
    def script(request: Request) -> Response:
        return cached(request, (FOLDER / "verify.js").read_bytes(), MEDIA_TYPES[".js"])

    @routes.get("/verify.css")
    def style(request: Request) -> Response:
        return cached(request, (FOLDER / "verify.css").read_bytes(), MEDIA_TYPES[".css"])

    @routes.get("/verify/{token}")
    async def page(request: Request, token: Token) -> Response:
        if request.url.hostname in ("127.0.0.1", "::1") and request.url.hostname not in party.origin:
            # Passkeys belong to a name: on a loopback address they do not work, under localhost they do.
            return RedirectResponse(f"{party.origin}/verify/{token}", 307, headers=HEADERS)
        status, content = await asyncio.to_thread(_page, services, token)
        return Response(content, status, media_type="text/html; charset=utf-8", headers=HEADERS)

    @routes.post("/verify/{token}/{act}")
    async def carry_out(request: Request, token: Token, act: str) -> Response:
        work = ceremonies.ACTS.get(act)
        if work is None:
            return _trouble(404, "unknown", "There is no such step.")
        if request.headers.get("origin") != party.origin:
            return _trouble(403, "origin", "This page was opened from a place that is not ours.")
        body = await _body(request)
        if body is None:
            return _trouble(400, "not_json", "Something went wrong on this page. Please reload it.")
        link, answer = await asyncio.to_thread(transaction, token, work, body)
        if link is None:
            return _trouble(410, "gone", f"{GONE}. Please ask for a new one in your conversation.")
        if answer.moved:
            services.signals.advanced(ConversationId(link.conversation_id))
            services.signals.advanced(PEOPLE)
            await services.turns.sweep()
        return JSONResponse(dict(answer.content), answer.status, headers=HEADERS)

    def transaction(token: str, work: Act, body: dict[str, Any]) -> tuple[Link | None, Answer]:
        with services.store.writing() as session:
            now = services.clock.now()
            link = links.follow(session, token, now)
            return link, Answer() if link is None else work(session, link, body, party, now)

    return routes


async def _body(request: Request) -> dict[str, Any] | None:
    """The JSON object that was sent; None when it is none, or too large to be one of ours."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        return None
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > LARGEST_BYTES:
            return None
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _trouble(status: int, code: str, message: str) -> Response:
    return JSONResponse({"error": code, "message": message}, status, headers=HEADERS)


def _page(services: Services, token: str) -> tuple[int, str]:
    with services.store.reading() as session:
        link = links.follow(session, token, services.clock.now())
        if link is None:
            return 410, _framed(GONE, (FOLDER / "gone.html").read_text("utf-8"))
        part = (FOLDER / f"{link.purpose.value}.html").read_text("utf-8")
        body = part.replace("<!-- reason -->", escape(_reason(session, link)))
        return 200, _framed(TITLE[link.purpose], body)


def _reason(session: Session, link: Link) -> str:
    """Why the page was opened: whoever was lured here reads what it would be for."""
    service = ceremonies.waiting_service(session, link)
    wish = f", and wants to {TITLES[service]}" if service in TITLES else ""
    return (
        f"Somebody who gave your details is in a conversation with us{wish}. We must be sure that it is you."
    )


def _framed(title: str, body: str) -> str:
    """The whole page around `body`, which is markup already; the title is text."""
    frame = (FOLDER / "page.html").read_text("utf-8")
    return frame.replace("<!-- title -->", escape(title)).replace("<!-- body -->", body)
