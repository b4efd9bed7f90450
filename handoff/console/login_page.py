"""What the log-in page looks like: plain HTML with a form, a button of single sign-on, or both; no script."""

from dataclasses import dataclass
from html import escape

from fastapi.responses import HTMLResponse

from handoff.console.policy import LOGIN_POLICY

_CODE_FIELD = """<label for="code">Code</label>
<input id="code" name="code" autocomplete="one-time-code" autocapitalize="none" maxlength="40">"""


@dataclass(frozen=True, slots=True)
class Ways:
    """How agents may log in."""

    provider: str = ""
    """What the provider of single sign-on is called; empty: there is none."""

    password: bool = True


def page(
    ways: Ways, error: str = "", status: int = 200, login: str = "", *, asks_code: bool = False
) -> HTMLResponse:
    """The page, with what went wrong."""
    alert = f'<p class="alert" role="alert">{escape(error)}</p>' if error else ""
    form = _form(login, asks_code=asks_code) if ways.password else ""
    return _document("Log in", f"{alert}\n{form}\n{_provider(ways)}", status)


def onward() -> HTMLResponse:
    """Leads on to the console, as a step of our own.

    Browsers send a strict cookie with no request that follows from another site's page, redirects included.
    """
    return _document(
        "Logged in",
        '<p>You are logged in.</p>\n<p><a class="button" href="/console/">Go on to the console</a></p>',
        200,
        '<meta http-equiv="refresh" content="0; url=/console/">',
    )


def _form(login: str, *, asks_code: bool) -> str:
    return f"""<form method="post" action="/console/login">
<label for="login">Login</label>
<input id="login" name="login" autocomplete="username" autocapitalize="none" required maxlength="40"
 value="{escape(login[:40])}"{"" if login else " autofocus"}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required
 maxlength="200"{" autofocus" if login else ""}>
{_CODE_FIELD if asks_code else ""}
<button class="primary" type="submit">Log in</button>
</form>
<p class="hint">Forgotten? An administrator can give you a new password.</p>"""


def _provider(ways: Ways) -> str:
    """A link, for it leads to another site: the policy lets no form do that."""
    if not ways.provider:
        return ""
    kind = "button" if ways.password else "button primary"
    return f'<p><a class="{kind}" href="/console/oidc">Log in with {escape(ways.provider)}</a></p>'


def _document(title: str, content: str, status: int, head: str = "") -> HTMLResponse:
    html = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title} · Console</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/console/assets/icon.svg">
<link rel="stylesheet" href="/console/assets/console.css">
{head}
</head>
<body class="login">
<main>
<h1>Agents’ console</h1>
{content}
</main>
</body>
</html>"""
    headers = {
        "Content-Security-Policy": LOGIN_POLICY,
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",
    }
    return HTMLResponse(html, status, headers)
