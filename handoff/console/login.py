"""The log-in page: plain HTML and a form, before any script or socket.

Sets the session cookie on success; says the same for every refusal.
"""

from html import escape
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from handoff.access import COOKIE
from handoff.accounts import SESSION_LIFE
from handoff.console.policy import LOGIN_POLICY
from handoff.refusals import CodeNeeded, NotLoggedIn
from handoff.switchboard import Switchboard

_LONGEST_FORM = 4096
_REFUSED = (
    "Login or password is not right, or there were too many tries. After five wrong tries a login rests for "
    "15 minutes."
)
_CODE_FIELD = """<label for="code">Code</label>
<input id="code" name="code" autocomplete="one-time-code" autocapitalize="none" maxlength="40">"""
_CODE_NEEDED = "Type your password again, together with the code that your app shows now or a recovery code."


def router(switchboard: Switchboard) -> APIRouter:
    """The routes /console/login and /console/logout."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/console/login")
    async def show(request: Request) -> Response:
        """The form; who is logged in already goes on to the console."""
        try:
            await switchboard.principal(request.cookies.get(COOKIE, ""))
        except NotLoggedIn:
            return _page()
        return RedirectResponse("/console/", 303)

    @routes.post("/console/login")
    async def log_in(request: Request) -> Response:
        """Check the form."""
        if not _from_here(request):
            return _page(_REFUSED, 403)
        fields = await _fields(request)
        try:
            token = await switchboard.log_in(
                fields.get("login", ""),
                fields.get("password", ""),
                code=fields.get("code", ""),
                address=request.client.host if request.client else "",
            )
        except CodeNeeded:
            return _page(_CODE_NEEDED, 403, fields.get("login", ""), asks_code=True)
        if token is None:
            return _page(_REFUSED, 403, fields.get("login", ""), asks_code="code" in fields)
        response = RedirectResponse("/console/", 303)
        response.set_cookie(
            COOKIE,
            token,
            max_age=int(SESSION_LIFE.total_seconds()),
            path="/console",
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
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


def _page(error: str = "", status: int = 200, login: str = "", *, asks_code: bool = False) -> HTMLResponse:
    alert = f'<p class="alert" role="alert">{escape(error)}</p>' if error else ""
    code = _CODE_FIELD if asks_code else ""
    html = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Log in · Console</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/console/assets/icon.svg">
<link rel="stylesheet" href="/console/assets/console.css">
</head>
<body class="login">
<main>
<h1>Agents’ console</h1>
{alert}
<form method="post" action="/console/login">
<label for="login">Login</label>
<input id="login" name="login" autocomplete="username" autocapitalize="none" required maxlength="40"
 value="{escape(login[:40])}"{"" if login else " autofocus"}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required
 maxlength="200"{" autofocus" if login else ""}>
{code}
<button class="primary" type="submit">Log in</button>
</form>
<p class="hint">Forgotten? An administrator can give you a new password.</p>
</main>
</body>
</html>"""
    return HTMLResponse(html, status, {"Content-Security-Policy": LOGIN_POLICY, "Cache-Control": "no-store"})
