"""Webhooks of calls that the centre made. Signed as all webhooks are; the order is named in the address.

Decides nothing itself.
"""

import logging

from fastapi import APIRouter, HTTPException, Request, Response

from voice.call.line import PhoneLine
from voice.outbound import orders, talk
from voice.telephony.masking import masked
from voice.telephony.routes import Answers, document
from voice.telephony.signature import HEADER, Signatures

log = logging.getLogger(__name__)

LONGEST_FORM = 64 * 1024


def router(line: PhoneLine, signatures: Signatures, key: bytes) -> APIRouter:
    """The routes; `key` signs the links of return visits."""
    routes = APIRouter(prefix="/voice/outbound", include_in_schema=False)
    answers = Answers(signatures)

    @routes.post("/answer")
    async def answer(request: Request, order: int) -> Response:
        fields = await _signed(request, signatures)
        asked = _asked(order, fields, answers)
        by = fields.get("AnsweredBy", "unknown")
        log.info("outbound call %s to %s: %s", order, masked(fields.get("To", "")), by)
        return document(await line.write(lambda session, now: talk.answered(session, asked, by, now)))

    @routes.post("/key")
    async def pressed(request: Request, order: int) -> Response:
        fields = await _signed(request, signatures)
        asked, digit = _asked(order, fields, answers), fields.get("Digits", "")
        step = await line.write(lambda session, now: talk.pressed(session, asked, digit, key, now))
        if isinstance(step, str):
            return document(step)
        await line.parts.services.turns.sweep()
        return answers.to(step, asked.sid)

    @routes.post("/status")
    async def status(request: Request, order: int) -> Response:
        fields = await _signed(request, signatures)
        how = fields.get("CallStatus", "")
        await line.hung_up(fields.get("CallSid", ""))
        await line.write(lambda session, now: orders.settle(session, order, how, now))
        return Response(status_code=204)

    return routes


def _asked(order: int, fields: dict[str, str], answers: Answers) -> talk.Asked:
    keys_url = answers.url(f"/voice/outbound/key?order={order}")
    return talk.Asked(order, fields.get("CallSid", ""), fields.get("From", ""), keys_url)


async def _signed(request: Request, signatures: Signatures) -> dict[str, str]:
    """The fields of a webhook whose signature is good.

    Raises:
        HTTPException: it is not, or it is no webhook.
    """
    if int(request.headers.get("content-length") or 0) > LONGEST_FORM:
        raise HTTPException(413)
    form = await request.form(max_files=0, max_fields=200)
    pairs = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    path = f"{request.url.path}?{request.url.query}"
    if not signatures.accepts_form(path, pairs, request.headers.get(HEADER, "")):
        log.warning("a webhook without a good signature was refused: %s", request.url.path)
        raise HTTPException(403)
    return dict(pairs)
