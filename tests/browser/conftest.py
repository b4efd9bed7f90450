"""A real browser, and a centre in memory for it to talk to."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from tests.browser import console_center
from tests.browser.console_center import ConsoleCenter
from tests.browser.fake_center import FakeCenter

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

expect.set_options(timeout=10_000)

WATCH_POLICY = """
window.violations = [];
document.addEventListener('securitypolicyviolation', event => window.violations.push(
  `${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""


@pytest.fixture(scope="session")
def center_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeCenter]:
    """The fake centre, started once, with two articles."""
    articles = tmp_path_factory.mktemp("articles")
    _write_article(
        articles, "cooling_off_period", "The cooling-off period", "You have 15 days to think again."
    )
    _write_article(articles, "grace_period", "The grace <b>period</b>", "<script>window.hacked = 1</script>")
    center = FakeCenter(articles)
    center.start()
    yield center
    center.stop()


@pytest.fixture
def center(center_server: FakeCenter) -> Iterator[FakeCenter]:
    """The fake centre, as new for every test."""
    center_server.reset()
    yield center_server
    center_server.reset()


@pytest.fixture(scope="session")
def console_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleCenter]:
    """The console, started once."""
    with console_center.running(tmp_path_factory.mktemp("console")) as center:
        yield center


@pytest.fixture
def people(console_server: ConsoleCenter) -> Iterator[ConsoleCenter]:
    """The console, as new for every test."""
    console_server.reset()
    yield console_server
    console_server.reset()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, started once for a module: while it runs, no asynchronous test can."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser without memory, on a desktop screen."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 720}, reduced_motion="reduce", locale="en-GB"
    )
    context.add_init_script(WATCH_POLICY)
    yield context
    context.close()


@pytest.fixture
def new_page(context: BrowserContext) -> Iterator[Callable[[], Page]]:
    """Makes pages that fail the test at its end if they logged an error or broke their content policy."""
    pages: list[Page] = []
    errors: list[str] = []

    def make() -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda message: errors.append(message.text) if _is_fault(message) else None,
        )
        pages.append(page)
        return page

    yield make
    for page in pages:
        assert page.evaluate("window.violations ?? []") == []
    assert errors == []


@pytest.fixture
def page(new_page: Callable[[], Page], center: FakeCenter) -> Page:
    """The demo page, loaded, the chat closed."""
    page = new_page()
    page.goto(center.url)
    expect(page.get_by_role("button", name="Chat with us").last).to_be_visible()
    return page


def _is_fault(message: ConsoleMessage) -> bool:
    """Whether a console line is our fault; a browser reports every failed socket and request by itself."""
    if message.type not in ("error", "warning") or "WebSocket connection" in message.text:
        return False
    asked = str(message.location.get("url", ""))
    expected = "/chat/upload" in asked or "/attach.js" in asked
    return not (expected and message.text.startswith("Failed to load resource"))


def _write_article(folder: Path, name: str, title: str, text: str) -> None:
    head = f'---\nid: {name}\ntitle: "{title}"\ntags: [contract]\nreviewed: 2026-10-01\n---\n'
    (folder / f"{name}.md").write_text(f"{head}{text}\n\nA second paragraph.\n\n- one\n- two\n", "utf-8")
