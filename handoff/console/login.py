"""The log-in page: plain HTML and a form, before any script or socket.

Sets the session cookie on success; says the same for every refusal.
"""

from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from handoff.access import COOKIE
from handoff.accounts import SESSION_LIFE, SessionToken
from handoff.console.login_page import Ways, page
from handoff.refusals import CodeNeeded, NotLoggedIn, PasswordsOff
from handoff.switchboard import Switchboard

_LONGEST_FORM = 4096
_REFUSED = (
    "Login or password is not right, or there were too many tries. After five wrong tries a login rests for "
    "15 minutes."
)
_NO_PASSWORDS = "Passwords are switched off here."
_CODE_NEEDED = "Type your password again, together with the code that your app shows now or a recovery code."

_BY_PASSWORD = Ways()


def remember(response: Response, token: SessionToken, *, secure: bool) -> None:
    """Give the browser its session; `secure` where it reaches us over TLS."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(SESSION_LIFE.total_seconds()),
        path="/console",
        httponly=True,
        samesite="strict",
        secure=secure,
    )


def router(switchboard: Switchboard, ways: Ways = _BY_PASSWORD) -> APIRouter:
    """The routes /console/login and /console/logout."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/console/login")
    async def show(request: Request) -> Response:
        """The form; who is logged in already goes on to the console."""
        try:
            await switchboard.principal(request.cookies.get(COOKIE, ""))
        except NotLoggedIn:
            return page(ways)
        return RedirectResponse("/console/", 303)

    @routes.post("/console/login")
    async def log_in(request: Request) -> Response:
        """Check the form."""
        if not _from_here(request):
            return page(ways, _REFUSED, 403)
        fields = await _fields(request)
        try:
            token = await switchboard.log_in(
                fields.get("login", ""),
                fields.get("password", ""),
                code=fields.get("code", ""),
                address=request.client.host if request.client else "",
            )
        except PasswordsOff:
            return page(ways, _NO_PASSWORDS, 403)
        except CodeNeeded:
            return page(ways, _CODE_NEEDED, 403, fields.get("login", ""), asks_code=True)
        if token is None:
            return page(ways, _REFUSED, 403, fields.get("login", ""), asks_code="code" in fields)
        response = RedirectResponse("/console/", 303)
        remember(response, token, secure=request.url.scheme == "https")
        return response

    @routes.post("/console/logout")
    async def log_out(request: Request) -> Response:
        """End the session, also on the server."""
        if _from_here(request):
            try:
                await switchboard.log_out(request.cookies.get(COOKIE, ""))
            except NotLoggedIn:
                # Already over, which is what was wanted.
                pass
        response = RedirectResponse("/console/login", 303)
        response.delete_cookie(COOKIE, path="/console", httponly=True, samesite="strict")
        return response

    return routes


async def _fields(request: Request) -> dict[str, str]:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_FORM:
            return {}
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


def _from_here(request: Request) -> bool:
    """Whether our own page sent the form; the cookie is strict, the log-in itself has none yet."""
    origin = request.headers.get("origin")
    host = request.headers.get("host", "")
    return origin is None or origin in (f"http://{host}", f"https://{host}")
