"""Twilio's REST API as an ASGI application: create, update and read calls; record them, pause and resume.

Answers with Twilio's JSON and error codes; needs the account's name and token as a basic authorization.
"""

import base64
import binascii
import hmac
from collections.abc import Mapping
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from voice.testing.call import ENDED, Call, Callbacks
from voice.testing.tape import Tape
from voice.testing.twiml import TwimlError

if TYPE_CHECKING:
    from voice.testing.twilio import OfflineTwilio

_STEPS = frozenset({"initiated", "ringing", "answered", "completed"})
_DETECTION = frozenset({"", "Enable", "DetectMessageEnd"})


class Refused(Exception):
    """An error of the API."""

    def __init__(self, status: int, code: int, message: str) -> None:
        """As in Twilio's list."""
        super().__init__(message)
        self.status = status
        self.answer = {
            "code": code,
            "message": message,
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status,
        }


class RestApi:
    """ASGI application of one account."""

    def __init__(self, twilio: "OfflineTwilio") -> None:
        """Serves what `twilio` holds."""
        self._twilio = twilio
        self.requests: list[tuple[str, str, dict[str, list[str]]]] = []
        """What was asked: method, path, form. For tests."""
        root = "/2010-04-01/Accounts/{account}/Calls"
        self._app = Starlette(
            routes=[
                Route(f"{root}.json", self._calls, methods=["POST"]),
                Route(f"{root}/{{call}}.json", self._call, methods=["GET", "POST"]),
                Route(f"{root}/{{call}}/Recordings.json", self._recordings, methods=["POST"]),
                Route(f"{root}/{{call}}/Recordings/{{recording}}.json", self._recording, methods=["POST"]),
            ],
            exception_handlers={Refused: _refused},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI."""
        await self._app(scope, receive, send)

    async def _calls(self, request: Request) -> Response:
        from voice.testing.twilio import Order

        form = await self._form(request)
        target = _text(form, "To")
        if not target:
            raise Refused(400, 21201, "No 'To' number is specified")
        if not _text(form, "From"):
            raise Refused(400, 21213, "'From' phone number is required")
        if not (_text(form, "Url") or _text(form, "Twiml")):
            raise Refused(400, 21205, "Url parameter is required")
        if _text(form, "MachineDetection") not in _DETECTION:
            raise Refused(400, 21601, "MachineDetection is Enable or DetectMessageEnd")
        steps = frozenset(
            step for item in form.getlist("StatusCallbackEvent") for step in str(item).split()
        ) or frozenset({"completed"})
        if not steps <= _STEPS:
            raise Refused(400, 21626, f"unknown events {sorted(steps - _STEPS)}")
        order = Order(
            caller=_text(form, "From"),
            to=target,
            url=_text(form, "Url"),
            method=_text(form, "Method") or "POST",
            twiml=_text(form, "Twiml"),
            callbacks=Callbacks(_text(form, "StatusCallback"), steps),
            ring_seconds=float(_text(form, "Timeout") or 60),
            detection=_text(form, "MachineDetection"),
            asynchronous=_text(form, "AsyncAmd").lower() == "true",
            detection_callback=_text(form, "AsyncAmdStatusCallback"),
            detection_seconds=float(_text(form, "MachineDetectionTimeout") or 30),
        )
        return JSONResponse(self._shown(self._twilio.place(order)), status_code=201)

    async def _call(self, request: Request) -> Response:
        form = await self._form(request)
        call = self._found(request)
        if request.method == "POST":
            if call.status in ENDED:
                raise Refused(400, 21220, "Call is not in-progress. Cannot redirect.")
            await self._update(call, form)
        return JSONResponse(self._shown(call))

    async def _update(self, call: Call, form: FormData) -> None:
        status, url, twiml = _text(form, "Status"), _text(form, "Url"), _text(form, "Twiml")
        if status in ("completed", "canceled"):
            if status == "canceled" and call.answered_at is not None:
                raise Refused(400, 21220, "Call is in-progress. Cannot cancel.")
            await call.end(status)
        elif status:
            raise Refused(400, 21218, f"Invalid status {status}")
        elif url or twiml:
            if call.answered_at is None:
                raise Refused(400, 21220, "Call is not in-progress. Cannot redirect.")
            try:
                await self._twilio.redirect(
                    call, url=url, method=_text(form, "Method") or "POST", twiml=twiml
                )
            except TwimlError as error:
                raise Refused(400, 21218, error.problem) from error

    async def _recordings(self, request: Request) -> Response:
        form = await self._form(request)
        call = self._found(request)
        if call.status != "in-progress":
            raise Refused(400, 21220, "Requested resource is not eligible for recording")
        steps = frozenset(_text(form, "RecordingStatusCallbackEvent").split()) or frozenset({"completed"})
        tape = Tape(_text(form, "RecordingStatusCallback"), steps)
        call.tapes.append(tape)
        await call.tell_tape(tape)
        return JSONResponse({"sid": tape.sid, "call_sid": call.sid, "status": tape.status}, status_code=201)

    async def _recording(self, request: Request) -> Response:
        form = await self._form(request)
        call, wanted = self._found(request), request.path_params["recording"]
        running = [tape for tape in call.tapes if tape.status in ("in-progress", "paused")]
        tapes = [tape for tape in running if wanted in (tape.sid, "Twilio.CURRENT")]
        if not tapes:
            raise Refused(404, 20404, f"The requested resource {request.url.path} was not found")
        status = _text(form, "Status")
        if status not in ("paused", "in-progress", "stopped"):
            raise Refused(400, 21218, f"Invalid status {status}")
        tape = tapes[-1]
        tape.skips = _text(form, "PauseBehavior") == "skip"
        tape.status = status
        call.report("recording", {"RecordingSid": tape.sid, "RecordingStatus": status})
        return JSONResponse({"sid": tape.sid, "call_sid": call.sid, "status": tape.status})

    async def _form(self, request: Request) -> FormData:
        account = self._twilio.account_sid
        if not _authorized(request.headers.get("authorization", ""), account, self._twilio.auth_token):
            raise Refused(401, 20003, "Authenticate")
        if request.path_params["account"] != account:
            raise Refused(404, 20404, f"The requested resource {request.url.path} was not found")
        form = await request.form()
        said = {name: [str(value) for value in form.getlist(name)] for name in form}
        self.requests.append((request.method, request.url.path, said))
        return form

    def _found(self, request: Request) -> Call:
        call = self._twilio.calls.get(request.path_params["call"])
        if call is None:
            raise Refused(404, 20404, f"The requested resource {request.url.path} was not found")
        return call

    def _shown(self, call: Call) -> Mapping[str, Any]:
        ended = call.status in ENDED
        return {
            "sid": call.sid,
            "account_sid": self._twilio.account_sid,
            "api_version": "2010-04-01",
            "from": call.caller,
            "to": call.called,
            "status": call.status,
            "direction": call.direction,
            "duration": str(call.seconds) if ended else None,
            "parent_call_sid": call.parent.sid if call.parent else None,
            "date_updated": formatdate(),
            "uri": f"/2010-04-01/Accounts/{self._twilio.account_sid}/Calls/{call.sid}.json",
        }


def _text(form: FormData, name: str) -> str:
    return str(form.get(name) or "")


def _authorized(header: str, account: str, token: str) -> bool:
    try:
        given = base64.b64decode(header.removeprefix("Basic "), validate=True)
    except binascii.Error:
        return False
    return hmac.compare_digest(given, f"{account}:{token}".encode())


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101 - registered for nothing else
    return JSONResponse(error.answer, status_code=error.status)
