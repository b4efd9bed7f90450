"""An agent at the console as a test plays one: by what is on the screen, never by its insides."""

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from records.models import ConversationId, HandoffState
from tests.browser.console_center import ConsoleCenter

XSS = (
    "<script>window.hacked=1</script>",
    "<img src=x onerror='window.hacked=1'>",
    "<svg/onload=window.hacked=1>",
    "\"><iframe srcdoc='<script>parent.hacked=1</script>'>",
    "</script><script>window.hacked=1</script>",
    "javascript:window.hacked=1",
    "{{constructor.constructor('window.hacked=1')()}}",
    "${window.hacked=1}`+window.hacked+`",
    "<a href='javascript:window.hacked=1' id=c1>press</a>",
    "&lt;script&gt;window.hacked=1&lt;/script&gt;",
    "&#60;img src=x onerror=window.hacked=1&#62;",
)


def log_in(page: Page, people: ConsoleCenter, login: str = "amy") -> None:
    page.goto(f"{people.url}/console")
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(people.passwords[login])
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("switch", name="Available")).to_be_visible()


def take(page: Page, name: str) -> None:
    """Accept the offer of that name."""
    page.get_by_role("button", name=f"Accept {name}").click()
    expect(page.get_by_label("Reply to the customer")).to_be_enabled()


def be_available(page: Page) -> None:
    page.get_by_role("switch", name="Available").click()
    expect(page.get_by_role("switch", name="Available")).to_have_attribute("aria-checked", "true")


def hold_visitor(page: Page, people: ConsoleCenter, said: str) -> ConversationId:
    """Log in, go available and take a visitor who said this; the conversation is on the screen."""
    log_in(page, people)
    be_available(page)
    conversation = people.hand_over(said)
    take(page, "Visitor")
    return conversation


def resolve(page: Page, people: ConsoleCenter, chat: ConversationId, disposition: str, notes: str) -> None:
    """Write up the conversation that is on the screen and end it, as it is stored then."""
    page.get_by_role("button", name="Resolve…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("How did it end?").select_option(disposition)
    dialog.get_by_label("Notes for colleagues").fill(notes)
    dialog.get_by_role("button", name="Resolve", exact=True).click()
    expect(page.get_by_role("heading", name="No conversation chosen")).to_be_visible()
    handoff = people.handoff(chat)
    assert (handoff.state, handoff.disposition, handoff.notes) == (HandoffState.DONE, disposition, notes)


def no_violations(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
