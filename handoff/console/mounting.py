"""Mounting: puts the console into the web application, under /console and nowhere else.

The toolkit keeps its pages, sockets and files below that path, so customers' pages never meet it.
"""

from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from nicegui import app as toolkit
from nicegui import ui
from nicegui.storage import Storage

from handoff import papers
from handoff.access import COOKIE
from handoff.authorization import Permission, Principal, authorize, reaches
from handoff.console import learning_page, login, sign_on, wallboard_file
from handoff.console.cases_page import CasesPage
from handoff.console.decisions_page import DecisionsPage
from handoff.console.frame import Centre, Frame
from handoff.console.login_page import Ways
from handoff.console.page import Page
from handoff.console.policy import PagePolicy
from handoff.console.wallboard_page import WallboardPage
from handoff.desks import desks
from handoff.explaining import Explainer
from handoff.gate import Gate
from handoff.learning import Learning
from handoff.oidc.attempts import Attempts
from handoff.oidc.configuration import Configuration, configuration_of
from handoff.oidc.provider import Provider
from handoff.refusals import NotLoggedIn
from handoff.supervision import Supervision
from records.activity import Activity
from records.clock import Clock
from records.settings import Settings
from records.signals import Signals
from records.store import Store

ROOT = "/console"
RECONNECT_SECONDS = 15.0
"""How long a page is kept for a browser that lost its socket; a later one reads everything anew."""

_ASSETS = Path(__file__).with_name("assets")


def mount(
    app: FastAPI,
    store: Store,
    clock: Clock,
    signals: Signals,
    activity: Activity,
    settings: Settings,
    keys: dict[str, str],
) -> None:
    """Add the console to `app`. Once per process: the toolkit has one application."""
    provider = configuration_of(settings, keys)
    ways = Ways(provider.name if provider else "", password=not settings.oidc_only)
    work = desks(store, clock, signals, settings.presence_seconds, passwords=ways.password)
    switchboard = work.switchboard
    app.add_middleware(Gate, store=store, clock=clock)
    app.include_router(login.router(switchboard, ways))
    app.include_router(sign_on.router(_sign_on(provider, store, clock, keys), ways))
    app.include_router(papers.router(switchboard, store, clock, settings.data))
    Storage.path = (settings.data / "console").resolve()

    @app.get(ROOT, include_in_schema=False)
    async def enter() -> Response:
        """The address people type."""
        return RedirectResponse(f"{ROOT}/", 307)

    supervision = Supervision(store, clock, settings.presence_seconds)
    app.include_router(wallboard_file.router(supervision))
    _pages(Centre(work, clock, signals, activity), supervision)

    learning_page.add(
        Learning(store, clock), Explainer(settings.engine_url, keys["ENGINE_TOKEN"]), switchboard
    )
    # Its bar would flash, without a name, over a page that shows its own progress.
    toolkit.config.quasar_config["loadingBar"] = {"skipHijack": True}
    toolkit.add_static_files("/assets", _ASSETS)
    # Before `run_with`, so that pages are marked before they are compressed.
    toolkit.add_middleware(PagePolicy)
    ui.run_with(
        app,
        mount_path=ROOT,
        title="Console",
        favicon=_ASSETS / "icon.svg",
        language="en-US",
        reconnect_timeout=RECONNECT_SECONDS,
        binding_refresh_interval=None,
        tailwind=False,
        show_welcome_message=False,
        storage_secret=keys["SESSION_KEY"],
        session_middleware_kwargs={
            "session_cookie": "console_toolkit",
            "same_site": "strict",
            "path": ROOT,
            "max_age": None,
        },
    )


def _sign_on(
    provider: Configuration | None, store: Store, clock: Clock, keys: dict[str, str]
) -> sign_on.SignOn | None:
    if provider is None:
        return None
    return sign_on.SignOn(
        provider, Provider(provider, clock), Attempts(keys["SESSION_KEY"], clock), store, clock
    )


def _pages(centre: Centre, supervision: Supervision) -> None:
    """The pages of the console, each for who is logged in."""

    async def show(request: Request, make: Callable[[Principal, str], Frame]) -> Response | None:
        token = request.cookies.get(COOKIE, "")
        try:
            principal = await centre.desks.switchboard.principal(token)
        except NotLoggedIn:
            return RedirectResponse(f"{ROOT}/login", 303)
        if not reaches(principal, Permission.OPEN_CONSOLE):
            return RedirectResponse(f"{ROOT}{learning_page.PATH}", 303)
        authorize(principal, Permission.OPEN_CONSOLE, principal.agent_id)
        await make(principal, token).refresh()
        return None

    @ui.page("/", title="Console", language="en-US")
    async def console(request: Request, chat: str = "", line: int = 0) -> Response | None:
        """The conversations; `chat` is opened, at its line `line` where one is given."""
        return await show(request, lambda who, token: Page(centre, who, token, chat[:40], line))

    @ui.page("/decisions", title="Decisions", language="en-US")
    async def decisions(request: Request, case: str = "") -> Response | None:
        """What waits for a decision."""
        return await show(request, lambda who, token: DecisionsPage(centre, who, token, case[:40]))

    @ui.page("/cases", title="Cases", language="en-US")
    async def cases(request: Request) -> Response | None:
        """The lists of the casework."""
        return await show(request, lambda who, token: CasesPage(centre, who, token))

    @ui.page("/wallboard", title="Wallboard", language="en-US")
    async def wallboard(request: Request) -> Response | None:
        """The figures, for supervisors."""
        return await show(request, lambda who, token: WallboardPage(centre, supervision, who, token))
