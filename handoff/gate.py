"""The gate: no call reaches the console or the agents' API, page or socket, without what its route needs.

Asks `handoff.authorization` alone. A socket whose session ends, by log-out, a new password or a new role, is
closed within seconds, whatever its page does.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from handoff import access, accounts
from handoff.access import API, AREAS, CONSOLE, COOKIE, Anyone, Needs
from handoff.authorization import authorize
from handoff.problems import problem
from handoff.refusals import Forbidden, NotLoggedIn
from records.clock import Clock
from records.store import Store

CHECK_SECONDS = 5.0
"""Between two looks at the sessions of open sockets; a page of its own accord leaves sooner."""

GOODBYE_SECONDS = 2.0
SESSION_OVER = 4401
"""Why a socket was closed."""


class Gate:
    """ASGI middleware around the whole application; looks at the agents' areas only."""

    def __init__(self, app: ASGIApp, store: Store, clock: Clock) -> None:
        """Guard `app`; sessions are in `store`."""
        self._app = app
        self._store = store
        self._clock = clock
        self._sockets = Sockets(store, clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the call pass, or answer it."""
        if scope["type"] not in ("http", "websocket") or not _is_inside(scope["path"]):
            await self._app(scope, receive, send)
            return
        is_socket = scope["type"] == "websocket"
        declared = access.of("WS" if is_socket else scope["method"], scope["path"])
        if isinstance(declared, Anyone):
            await self._app(scope, receive, send)
            return
        refused: Response | None = None
        token = token_of(HTTPConnection(scope))
        if declared is None:
            refused = problem(404, "not_found", "There is nothing here.")
        elif is_socket and not _is_from_here(HTTPConnection(scope)):
            refused = problem(403, "other_origin", "A socket is opened by our own pages only.")
        else:
            try:
                await asyncio.to_thread(self._check, token, declared)
            except NotLoggedIn as error:
                refused = problem(401, error.code, error.words)
                if declared.is_page:
                    refused = RedirectResponse(f"{CONSOLE}/login", 303)
            except Forbidden:
                refused = problem(403, "not_for_role", "Your role does not allow this.")
        if refused is None and is_socket:
            await self._socket(token, scope, receive, send)
        elif refused is None:
            await self._app(scope, receive, send)
        elif is_socket:
            # Before it is accepted: the browser is told 403.
            await send({"type": "websocket.close", "code": SESSION_OVER})
        else:
            await refused(scope, receive, send)

    def _check(self, token: str, needed: Needs) -> None:
        with self._store.reading() as session:
            principal = accounts.principal_of(session, token, self._clock.now())
        authorize(principal, needed.permission, principal.agent_id)

    async def _socket(self, token: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a socket for as long as its session lives."""
        closed = False

        async def send_while_open(message: Message) -> None:
            if not closed:
                await send(message)

        with self._sockets.watching(token) as over:
            serving = asyncio.ensure_future(self._app(scope, receive, send_while_open))
            ended = asyncio.create_task(over.wait())
            try:
                await asyncio.wait({serving, ended}, return_when=asyncio.FIRST_COMPLETED)
                if not serving.done():
                    closed = True
                    await send({"type": "websocket.close", "code": SESSION_OVER})
                    await asyncio.wait({serving}, timeout=GOODBYE_SECONDS)
            finally:
                ended.cancel()
                if not serving.done():
                    serving.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await serving


class Sockets:
    """The open sockets by session, and the look whether their sessions live."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Nothing is open."""
        self._store = store
        self._clock = clock
        self._open: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._watch: asyncio.Task[None] | None = None

    @contextmanager
    def watching(self, token: str) -> Iterator[asyncio.Event]:
        """An event that is set when the session of `token` has ended."""
        over = asyncio.Event()
        self._open[token].add(over)
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._look_after(), name="sessions of sockets")
        try:
            yield over
        finally:
            self._open[token].discard(over)
            if not self._open[token]:
                del self._open[token]
            if not self._open:
                self._watch.cancel()

    async def close_ended(self) -> None:
        """Ring for every socket whose session is over."""
        tokens = tuple(self._open)
        alive = await asyncio.to_thread(self._living, tokens)
        for token in tokens:
            if token not in alive:
                for over in self._open.get(token, ()):
                    over.set()

    async def _look_after(self) -> None:
        while self._open:
            await asyncio.sleep(CHECK_SECONDS)
            await self.close_ended()

    def _living(self, tokens: tuple[str, ...]) -> frozenset[str]:
        with self._store.reading() as session:
            return accounts.living(session, tokens, self._clock.now())


def token_of(call: HTTPConnection) -> str:
    """The token of a call: of programs in the header, of browsers in the cookie; never one for the other."""
    if _is_below(call.scope["path"], API):
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""
    return call.cookies.get(COOKIE, "")


def _is_from_here(call: HTTPConnection) -> bool:
    origin = call.headers.get("origin")
    host = call.headers.get("host", "")
    return origin is None or origin in (f"http://{host}", f"https://{host}")


def _is_inside(path: str) -> bool:
    return any(_is_below(path, area) for area in AREAS)


def _is_below(path: str, area: str) -> bool:
    return path == area or path.startswith(f"{area}/")
