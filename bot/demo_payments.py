"""`/demo/payments`: orders that wait for money, and a button by which it arrives, in the place of a bank.

Does not exist outside a demonstration, and answers nobody but the machine itself.
"""

import asyncio
from decimal import Decimal, InvalidOperation
from html import escape
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, HTTPException, Path, Request, Response
from fastapi.responses import HTMLResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import incoming_payments
from bot.demo_outbox import is_local
from bot.incoming_payments import Report, Result
from bot.services import Services
from records.models import PaymentOrder, Policy
from records.models.base import opaque_id

LARGEST_BYTES = 1024
SHOWN = 100
ACTOR = "demonstration"

Reference = Annotated[str, Path(pattern=r"^[A-Z0-9]{1,20}$")]


def router(services: Services) -> APIRouter:
    """The routes; none when this is no demonstration."""
    routes = APIRouter(include_in_schema=False)
    if not services.settings.demo:
        return routes

    @routes.get("/demo/payments")
    async def shown(request: Request) -> Response:
        if not is_local(request):
            raise HTTPException(404)

        def read() -> str:
            with services.store.reading() as session:
                return _page(session)

        return HTMLResponse(await asyncio.to_thread(read), headers={"Cache-Control": "no-store"})

    @routes.post("/demo/payments/{reference}")
    async def arrived(request: Request, reference: Reference) -> Response:
        # A form of another site must not be able to post here.
        if not is_local(request) or request.headers.get("origin") not in (None, _own_origin(request)):
            raise HTTPException(404)
        amount = await _amount(request)

        def book() -> Result:
            with services.store.writing() as session:
                report = Report(f"demo-{opaque_id()}", reference, amount)
                return incoming_payments.take(session, report, services.clock.now(), actor=ACTOR)

        result = await asyncio.to_thread(book)
        if result.conversation_id is not None:
            services.signals.advanced(result.conversation_id)
        words = f"{reference}: {result.fate.value}. {result.reason}"
        return HTMLResponse(_framed(f"<p>{escape(words)}</p>"), headers={"Cache-Control": "no-store"})

    return routes


def _own_origin(request: Request) -> str:
    return f"{request.url.scheme}://{request.headers.get('host', '')}"


async def _amount(request: Request) -> Decimal:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BYTES:
            raise HTTPException(413)
    said = parse_qs(body.decode("ascii", "replace")).get("amount", [""])[0]
    try:
        amount = Decimal(said).quantize(Decimal("0.01"))
    except InvalidOperation:
        raise HTTPException(422, "amount: a number with up to two decimals") from None
    if not amount.is_finite() or amount <= 0:
        raise HTTPException(422, "amount: more than nothing")
    return amount


def _page(session: Session) -> str:
    orders = session.scalars(
        select(PaymentOrder).where(PaymentOrder.state == "open").order_by(PaymentOrder.id.desc()).limit(SHOWN)
    ).all()
    rows = "".join(_row(session, order) for order in orders)
    if not rows:
        return _framed("<p>No order waits for money. Ask the bot to pay a premium or a loan back.</p>")
    head = "<tr><th>Order</th><th>For</th><th>Policy</th><th>Money</th></tr>"
    return _framed(f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>")


def _row(session: Session, order: PaymentOrder) -> str:
    amount = order.amount
    if amount is None:
        amount = session.scalar(select(Policy.premium).where(Policy.number == order.policy_number))
    reference = escape(order.reference)
    return (
        f"<tr><td>{reference}</td><td>{escape(order.purpose)}</td><td>{escape(order.policy_number)}</td>"
        f'<td><form method="post" action="/demo/payments/{reference}"><label>CNY '
        f'<input name="amount" inputmode="decimal" required value="{amount or ""}"></label> '
        "<button>It has arrived</button></form></td></tr>"
    )


def _framed(body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Payments of the demonstration'
        '</title><link rel="icon" href="/demo/logo.svg" type="image/svg+xml">'
        '<link rel="stylesheet" href="/demo/style.css"></head><body><main class="wide">'
        "<h1>Payments of the demonstration</h1><p>What a bank's gateway would report is reported here by "
        f'hand. <a href="/demo/payments">All open orders</a></p>{body}</main></body></html>'
    )
