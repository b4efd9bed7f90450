"""Single sign-on, clicked through in a real browser: two sites, their cookies, and no script."""

import socket
import threading
from collections.abc import Callable, Iterator

import pytest
import uvicorn
from playwright.sync_api import BrowserContext, Page, expect

from records.clock import SystemClock
from tests.browser import console_center
from tests.browser.console_agent import no_violations
from tests.browser.console_center import ConsoleCenter
from tests.handoff.oidc.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdProvider

NewPage = Callable[[], Page]


@pytest.fixture(scope="module")
def provider() -> Iterator[OpenIdProvider]:
    """Under another name than the console's, so that it is another site."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        provider = OpenIdProvider(f"http://localhost:{listening.getsockname()[1]}", SystemClock())
        provider.asks_first = True
        server = uvicorn.Server(uvicorn.Config(provider.app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        yield provider
        server.should_exit = True
        thread.join(20)


@pytest.fixture(scope="module")
def centre(provider: OpenIdProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleCenter]:
    settings = {
        "OIDC_ISSUER": provider.issuer,
        "OIDC_CLIENT_ID": CLIENT_ID,
        "OIDC_CLIENT_SECRET": CLIENT_SECRET,
        "OIDC_NAME": "Insurer ID",
    }
    with console_center.running(tmp_path_factory.mktemp("console"), **settings) as running:
        yield running


def test_an_agent_logs_in_at_the_provider_and_stands_in_the_console(
    centre: ConsoleCenter, new_page: NewPage, context: BrowserContext
) -> None:
    page = new_page()
    page.goto(f"{centre.url}/console")
    page.get_by_role("link", name="Log in with Insurer ID").click()
    page.get_by_role("link", name="Continue as amy").click()
    expect(page.get_by_role("switch", name="Available")).to_be_visible()
    assert page.url == f"{centre.url}/console/"
    cookies = context.cookies(f"{centre.url}/console/oidc/callback")
    assert {cookie["name"] for cookie in cookies} == {"console_session", "console_toolkit"}
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("link", name="Log in with Insurer ID")).to_be_visible()


def test_whom_the_centre_does_not_know_stays_at_the_door_and_reads_why(
    centre: ConsoleCenter, provider: OpenIdProvider, context: BrowserContext
) -> None:
    page = context.new_page()
    page.goto(f"{centre.url}/console")
    no_violations(page)
    provider.username = "mallory"
    page.get_by_role("link", name="Log in with Insurer ID").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Continue as mallory").click()
    expect(page.get_by_role("alert")).to_contain_text("this centre has no account for you")
    expect(page.get_by_label("Password")).to_be_visible()
    no_violations(page)
