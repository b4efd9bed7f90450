"""Twilio's webhooks: every question about a call, checked by its signature and answered with a document.

Decides nothing itself. What is not signed is refused before anything is read from it.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, HTTPException, Request, Response, WebSocket
from starlette.datastructures import FormData

from records.rate import Buckets
from voice.call import prompts
from voice.call.line import CUT_OFF, PhoneLine
from voice.call.steps import Home, Step, ToAgent, ToBot, ToQueue
from voice.telephony import stream, tokens, twiml
from voice.telephony.client import OVER
from voice.telephony.masking import DigitMask, masked
from voice.telephony.signature import HEADER, Signatures

log = logging.getLogger(__name__)

QUEUE = "people"
STREAM_PATH = "/voice/stream"
ANNOUNCE_SECONDS = 20
"""From the end of one announcement to the next."""

LONGEST_FORM = 64 * 1024
CALLS_PER_SECOND, CALL_BURST = 0.2, 10
"""Of one number: whoever calls more often is a machine."""

UNSEEN = frozenset({"redirected", "hangup"})
"""Ends of a wait whose answer nobody reads: the call goes another way already, or is over."""

_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Asked:
    """A signed webhook."""

    fields: Mapping[str, str]
    call: str
    """Sid of the caller's call, also where an agent's leg asks."""

    @property
    def is_over(self) -> bool:
        """Whether the call has ended."""
        return self.fields.get("CallStatus") in OVER


class Answers:
    """Turns steps into documents, with this installation's addresses."""

    def __init__(self, signatures: Signatures) -> None:
        """`signatures` knows the address of the centre."""
        self._signatures = signatures

    def url(self, path: str) -> str:
        """An address of ours, in full."""
        return f"{self._signatures.base_url}{path}"

    def to(self, step: Step, call: str) -> Response:
        """The document of a step."""
        match step:
            case ToBot(token=token, was_cut_off=was_cut_off):
                parameters = {tokens.PARAMETER: token} | ({CUT_OFF: "1"} if was_cut_off else {})
                return document(
                    twiml.stream(
                        self._signatures.socket_url(STREAM_PATH),
                        parameters,
                        action=self.url("/voice/action"),
                        status=self.url("/voice/status"),
                    )
                )
            case ToQueue(say=say):
                return document(
                    twiml.enqueue(
                        QUEUE, wait=self.url("/voice/wait"), action=self.url("/voice/action"), say=say
                    )
                )
            case ToAgent():
                return document(self.dial(step, call))
            case Home(say=say):
                return document(twiml.goodbye(say))

    def dial(self, step: ToAgent, call: str) -> str:
        """The document that puts a caller through."""
        return twiml.dial(
            step.number,
            whisper=self.url(f"/voice/whisper?call={call}"),
            action=self.url("/voice/after-dial"),
            caller_id=step.caller_id,
            say=step.say,
        )

    def wait(self, words: str) -> Response:
        """What a waiting caller hears."""
        return document(
            twiml.wait(
                f"{words} To be called back instead, press 1.",
                keys=self.url("/voice/wait-key"),
                again=self.url("/voice/wait"),
                pause_seconds=ANNOUNCE_SECONDS,
            )
        )


def router(line: PhoneLine, signatures: Signatures) -> APIRouter:
    """The routes of the phone line."""
    routes = APIRouter(prefix="/voice", include_in_schema=False)
    answers = Answers(signatures)
    callers = Buckets(CALLS_PER_SECOND, CALL_BURST)
    for name in ("voice", "bot.turn"):
        logging.getLogger(name).addFilter(DigitMask())

    async def asked(request: Request) -> Asked:
        return await _asked(request, signatures)

    @routes.post("/incoming")
    async def incoming(request: Request) -> Response:
        about = await asked(request)
        caller, called = about.fields.get("From", ""), about.fields.get("To", "")
        if not callers.take(caller):
            log.warning("%s calls too often", masked(caller))
            return document(twiml.busy())
        step = await line.ring(about.call, caller, called)
        return document(twiml.busy()) if step is None else answers.to(step, about.call)

    @routes.post("/action")
    async def action(request: Request) -> Response:
        about = await asked(request)
        if about.is_over:
            await line.hung_up(about.call)
            return document(twiml.bridge())
        if about.fields.get("QueueResult") in UNSEEN:
            return document(twiml.bridge())
        return answers.to(await line.go_on(about.call), about.call)

    @routes.post("/status")
    async def status(request: Request) -> Response:
        about = await asked(request)
        if event := about.fields.get("StreamEvent"):
            log.info("call %s: %s %s", about.call, event, about.fields.get("StreamError", ""))
        elif about.is_over:
            await line.hung_up(about.call)
        return Response(status_code=204)

    @routes.post("/wait")
    async def wait(request: Request) -> Response:
        about = await asked(request)
        words = await line.wait_words(about.call)
        # Who need not wait leaves the queue, and is asked about again: also where a redirect got lost.
        if words is None:
            return document(twiml.leave_queue(prompts.PUT_THROUGH))
        return answers.wait(words) if words else document(twiml.hold(answers.url("/voice/wait")))

    @routes.post("/wait-key")
    async def wait_key(request: Request) -> Response:
        about = await asked(request)
        if about.fields.get("Digits") == "1":
            promise = await line.call_back(about.call)
            return document(twiml.leave_queue(promise or prompts.PUT_THROUGH))
        return document(twiml.onward(answers.url("/voice/wait")))

    @routes.post("/whisper")
    async def whisper(request: Request) -> Response:
        about = await asked(request)
        words = await line.whisper(about.call)
        if not words:
            return document(twiml.goodbye(prompts.CALLER_GONE))
        return document(twiml.whisper(words, keys=answers.url(f"/voice/whisper-key?call={about.call}")))

    @routes.post("/whisper-key")
    async def whisper_key(request: Request) -> Response:
        about = await asked(request)
        if about.fields.get("Digits") == "1" and await line.taken(about.call):
            return document(twiml.bridge())
        return document(twiml.goodbye(prompts.CALL_LEFT))

    @routes.post("/callback")
    async def callback(request: Request) -> Response:
        about = await asked(request)
        words = await line.call_back_made(about.call, request.query_params.get("conversation", ""))
        if not words:
            return document(twiml.goodbye(prompts.CALLER_GONE))
        return document(twiml.whisper(words, keys=answers.url("/voice/callback-key")))

    @routes.post("/callback-key")
    async def callback_key(request: Request) -> Response:
        about = await asked(request)
        if about.fields.get("Digits") != "1":
            return document(twiml.goodbye(prompts.CALL_LEFT))
        step = await line.call_back_taken(about.call)
        if not isinstance(step, ToAgent):
            return answers.to(step, about.call)
        return document(
            twiml.dial(
                step.number, whisper="", action=answers.url("/voice/after-dial"), caller_id=step.caller_id
            )
        )

    @routes.post("/after-dial")
    async def after_dial(request: Request) -> Response:
        about = await asked(request)
        if about.is_over:
            await line.hung_up(about.call)
            return document(twiml.bridge())
        why = about.fields.get("DialCallStatus", "")
        return answers.to(await line.after_dial(about.call, why), about.call)

    @routes.websocket("/stream")
    async def media(socket: WebSocket) -> None:
        if not signatures.accepts_socket(socket.url.path, socket.headers.get(HEADER, "")):
            log.warning("a stream without a good signature was refused")
            await socket.close(stream.NOT_LET_IN)
            return
        await stream.serve(socket, line)

    return routes


def document(text: str) -> Response:
    """A document for Twilio."""
    return Response(text, media_type="application/xml")


async def _asked(request: Request, signatures: Signatures) -> Asked:
    """The webhook's fields, once its signature is good.

    Raises:
        HTTPException: it is not, and nothing of it was looked at.
    """
    form = await _form(request)
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    pairs = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    if not signatures.accepts_form(path, pairs, request.headers.get(HEADER, "")):
        log.warning("a webhook without a good signature was refused: %s", request.url.path)
        raise HTTPException(403)
    fields = dict(pairs)
    return Asked(fields, request.query_params.get("call") or fields.get("CallSid", ""))


async def _form(request: Request) -> FormData:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise HTTPException(403)
    if int(request.headers.get("content-length") or 0) > LONGEST_FORM:
        raise HTTPException(413)
    return await request.form(max_files=0, max_fields=200)
