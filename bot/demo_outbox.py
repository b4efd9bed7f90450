"""`GET /demo/outbox`: what would have gone out to customers, one-time codes among it.

Does not exist outside a demonstration, and answers nobody but the machine itself.
"""

import asyncio
import ipaddress
from typing import Any

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.requests import HTTPConnection

from bot.services import Services
from records import outbox
from records.models import OutgoingMessage

_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


def router(services: Services) -> APIRouter:
    """The route; none when this is no demonstration."""
    routes = APIRouter(include_in_schema=False)
    if not services.settings.demo:
        return routes

    @routes.get("/demo/outbox")
    async def shown(request: Request, limit: int = Query(50, ge=1, le=500)) -> list[dict[str, Any]]:
        if not is_local(request):
            raise HTTPException(404)

        def read() -> list[dict[str, Any]]:
            with services.store.reading() as session:
                return [_shown(row) for row in outbox.newest(session, limit)]

        return await asyncio.to_thread(read)

    return routes


def is_local(request: HTTPConnection) -> bool:
    """Whether the machine itself asks: nobody through a proxy, no page that made our address its own."""
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        near = ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
    return near and request.url.hostname in _NAMES


def _shown(row: OutgoingMessage) -> dict[str, Any]:
    return {
        "id": row.id,
        "channel": row.way.value,
        "to": row.recipient,
        "subject": row.subject,
        "text": row.text,
        "purpose": row.purpose,
        "state": row.state.value,
        "at": row.created_at.isoformat(),
        "due_at": row.due_at.isoformat(),
    }
