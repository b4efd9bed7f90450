"""The console's content security policy: a nonce for each page, no inline script, no eval.

NiceGUI writes inline scripts and styles into its pages; this middleware marks exactly those. Everything
that came from a customer or the bot stands in the page as escaped JSON and cannot contain a tag.
See docs/decisions/ for what NiceGUI cannot do under this policy.
"""

import re
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOGIN_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""The log-in page runs no script at all."""

_PAGE_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
    "style-src-attr 'none'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; object-src 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types vue dompurify"
)
_INLINE = re.compile(rb"<(script|style)(?=[\s>])")


class PagePolicy:
    """ASGI middleware inside the console: gives each page its nonce and its policy."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`, the toolkit's own application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hold a page back until it is complete; pass everything else through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start: Message | None = None
        body = bytearray()

        async def send_page(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                if not _is_page(message):
                    await send(message)
                    return
                start = message
            elif start is None:
                await send(message)
            else:
                body.extend(message.get("body", b""))
                if not message.get("more_body"):
                    await _send_marked(start, bytes(body), send)

        await self._app(scope, receive, send_page)


async def _send_marked(start: Message, body: bytes, send: Send) -> None:
    nonce = secrets.token_urlsafe(18)
    marked = _INLINE.sub(rb'<\1 nonce="%b"' % nonce.encode(), body)
    # The toolkit's one style attribute; no nonce can be given to an attribute.
    marked = marked.replace(b'style="display: none"', b"hidden")
    headers = MutableHeaders(scope=start)
    headers["Content-Security-Policy"] = _PAGE_POLICY.format(nonce=nonce)
    headers["Content-Length"] = str(len(marked))
    headers["Referrer-Policy"] = "same-origin"
    await send(start)
    await send({"type": "http.response.body", "body": marked})


def _is_page(start: Message) -> bool:
    return Headers(scope=start).get("content-type", "").startswith("text/html")
