"""The bank's gateway, `POST /payments/...`: signed reports that money arrived, or that a debit failed.

Nothing is believed without a fresh signature over the raw body, and nothing is done twice.
"""

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from actions.reminders import debits
from bot import incoming_payments
from bot.incoming_payments import Contradiction, Report, Result
from bot.services import Services
from records.models import Policy
from records.rate import Buckets, network_of

log = logging.getLogger(__name__)

WINDOW = timedelta(minutes=5)
"""So far the signed moment may lie from our clock, in either direction."""

LARGEST_BYTES = 16 * 1024
PER_SECOND, BURST = 20.0, 200
"""Reports of one address."""

ACTOR = "bank"

Amount = Annotated[str, Field(pattern=r"^\d{1,12}(\.\d{1,2})?$")]
"""Yuan, as text: a floating-point number is no amount."""


class Refused(Exception):
    """The report is not taken; the gateway is told why."""

    def __init__(self, status: int, code: str, message: str) -> None:
        """`status` of HTTP, `code` for machines."""
        super().__init__(message)
        self.status = status
        self.code = code


class _Report(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Arrival(_Report):
    """Money arrived."""

    payment: str = Field(min_length=1, max_length=64)
    """The bank's own name for the payment; the same again is not a second payment."""

    reference: str = Field(min_length=1, max_length=20)
    """What the payer gave as the purpose: the receipt number."""

    amount: Amount


class FailedDebit(_Report):
    """A debit of a premium was not paid."""

    policy: str = Field(pattern=r"^\d{12}$")
    amount: Amount
    due_on: date
    tried_on: date
    retry_on: date | None = None


def sign(key: str, timestamp: int, body: bytes) -> str:
    """The signature of a report: HMAC-SHA256 over the moment, a dot and the raw body, in hexadecimal."""
    return hmac.new(key.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def router(services: Services) -> APIRouter:
    """The routes of the gateway."""
    routes = APIRouter(prefix="/payments")
    buckets = Buckets(PER_SECOND, BURST)
    key = services.secrets["PAYMENT_KEY"]

    async def answer[R: BaseModel](
        request: Request, kind: type[R], work: Callable[[Session, R, datetime], dict[str, Any]]
    ) -> JSONResponse:
        try:
            report = kind.model_validate_json(await _signed_body(request, key, services, buckets))
            return JSONResponse(await asyncio.to_thread(_transaction, services, report, work))
        except ValidationError as error:
            fields = [".".join(str(part) for part in one["loc"]) for one in error.errors()]
            return JSONResponse({"error": "not_a_report", "fields": fields}, 422)
        except Refused as error:
            return JSONResponse({"error": error.code, "message": str(error)}, error.status)

    @routes.post("/arrived", summary="Money has arrived for an order")
    async def arrived(request: Request) -> JSONResponse:
        told: list[Result] = []

        def work(session: Session, report: Arrival, now: datetime) -> dict[str, Any]:
            wanted = Report(report.payment, report.reference.strip().upper(), Decimal(report.amount))
            try:
                result = incoming_payments.take(session, wanted, now, actor=ACTOR)
            except Contradiction as error:
                raise Refused(409, error.code, "This payment was reported before, differently.") from None
            told.append(result)
            return {"state": result.fate.value} | ({"reason": result.reason} if result.reason else {})

        response = await answer(request, Arrival, work)
        for result in told:
            if result.conversation_id is not None:
                services.signals.advanced(result.conversation_id)
        return response

    @routes.post("/debit-failed", summary="A debit of a premium was not paid")
    async def debit_failed(request: Request) -> JSONResponse:
        def work(session: Session, report: FailedDebit, now: datetime) -> dict[str, Any]:
            policy = session.scalars(select(Policy).where(Policy.number == report.policy)).one_or_none()
            if policy is None:
                raise Refused(404, "unknown_policy", "There is no such policy.")
            fresh = debits.report_failure(
                session, policy, Decimal(report.amount), report.due_on, report.tried_on, report.retry_on, now,
                actor=ACTOR,
            )  # fmt: skip
            return {"state": "noted", "new": fresh}

        return await answer(request, FailedDebit, work)

    return routes


async def _signed_body(request: Request, key: str, services: Services, buckets: Buckets) -> bytes:
    """The raw body, if its signature is ours and fresh."""
    host = request.client.host if request.client else ""
    if not buckets.take(network_of(host)):
        raise Refused(429, "rate_limited", "Too many reports; please try again in a moment.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BYTES:
            raise Refused(413, "too_large", "A report is smaller than this.")
    stamp, mark = request.headers.get("x-timestamp", ""), request.headers.get("x-signature", "")
    moment = int(stamp) if stamp.isascii() and stamp.isdigit() and len(stamp) < 12 else 0
    # Compared in every case, so that timing does not tell what was wrong.
    good = hmac.compare_digest(sign(key, moment, bytes(body)).encode(), mark.encode("utf-8", "replace"))
    if not good or abs(services.clock.now().timestamp() - moment) > WINDOW.total_seconds():
        log.warning("a report with a signature that is not ours, or not fresh, came from %s", host)
        raise Refused(401, "signature", "The signature is missing, wrong or too old.")
    return bytes(body)


def _transaction[R: BaseModel](
    services: Services, report: R, work: Callable[[Session, R, datetime], dict[str, Any]]
) -> dict[str, Any]:
    for _ in range(2):
        try:
            with services.store.writing() as session:
                return work(session, report, services.clock.now())
        except IntegrityError:
            continue  # the same report was booked beside us: now it is known
    raise Refused(503, "busy", "Please report it again.")
