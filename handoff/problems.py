"""Problem details (RFC 9457): how the agents' API says no; machines read `code`, people read `detail`.

Never says more than the refusal itself: no traces, no names of tables or classes, no values that were sent.
"""

from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from actions.servicing.states import NotPossible
from handoff import refusals
from handoff.refusals import Refused
from records.ledger import StaleEpoch, UnknownConversation
from records.ownership import ImpossibleChange

MEDIA = "application/problem+json"

_STATUS: dict[type[Refused], int] = {
    refusals.Forbidden: 403,
    refusals.NotLoggedIn: 401,
    refusals.CodeNeeded: 401,
    refusals.NotLetIn: 401,
    refusals.PasswordsOff: 403,
    refusals.NothingKnown: 404,
    refusals.UnfitText: 422,
    refusals.UnknownDisposition: 422,
    refusals.ReasonMissing: 422,
    refusals.WrongCode: 422,
    refusals.UnknownSkill: 422,
    refusals.UnknownInstruction: 422,
    refusals.FarOff: 422,
    refusals.UnfitSearch: 422,
    refusals.UnfitNumber: 422,
    refusals.UnknownCase: 404,
    refusals.UnknownLogin: 404,
}
"""Every other refusal is a conflict with what has become of the matter meanwhile."""

_MOVED_ON = "This conversation has changed hands: nothing was done. Read it again."


def problem(status: int, code: str, detail: str, **more: Any) -> JSONResponse:
    """An answer that says no."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "code": code,
            "detail": detail, **more}  # fmt: skip
    headers = {"Cache-Control": "no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status == 429:
        headers["Retry-After"] = "1"
    return JSONResponse(body, status, headers, MEDIA)


def answer_to(error: Exception) -> JSONResponse | None:
    """The answer for what is refused further down; None for what is a fault of ours."""
    match error:
        case Refused():
            return problem(_STATUS.get(type(error), 409), error.code, error.words)
        case NotPossible():
            return problem(409, error.code, error.message)
        case UnknownConversation():
            return problem(404, error.code, "There is no such conversation.")
        case StaleEpoch():
            return problem(409, error.code, _MOVED_ON)
        case ImpossibleChange():
            return problem(409, "moved_on", _MOVED_ON)
        case RequestValidationError():
            fields = [
                {"field": ".".join(str(part) for part in one["loc"]), "detail": one["msg"]}
                for one in error.errors()
            ]
            return problem(422, "unfit_fields", "Some of what was sent does not fit.", fields=fields)
    return None
