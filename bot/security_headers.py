"""The response headers that tell a browser how little our pages may do.

Strict by default; a part that needs another policy sets its own header, which is never overwritten.
"""

from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

STRICT_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
"""For pages we write ourselves: no inline script or style, nothing from elsewhere, no markup from text."""

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": STRICT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""For every response that does not say otherwise. Our own pages may ask for the microphone."""

_ENCODED = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]


class SecurityHeaders:
    """ASGI middleware that adds the headers to every HTTP response, errors included."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`, the whole application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on and add the headers where the response starts."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = message["headers"]
                own = {name.lower() for name, _ in sent}
                message["headers"] = [*sent, *(pair for pair in _ENCODED if pair[0] not in own)]
            await send(message)

        await self._app(scope, receive, send_with_headers)
