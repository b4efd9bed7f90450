"""Two agents and a supervisor, each in their own browser, over one customer: by mouse and by keys alone."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from records.models import HandoffState
from tests.browser.conftest import ARGUMENTS, CHROMIUM, WATCH_POLICY
from tests.browser.console_agent import be_available, log_in, no_violations, resolve
from tests.browser.console_center import ConsoleCenter

OpenBrowser = Callable[[str], Page]


@pytest.fixture
def open_browser(people: ConsoleCenter, browser: Browser) -> Iterator[OpenBrowser]:
    """Starts a browser for an agent, logged in; all fail the test if they broke their content policy."""
    started: list[tuple[Browser, Page]] = []

    def start(login: str) -> Page:
        own = browser.browser_type.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = own.new_context(viewport={"width": 1280, "height": 720}, reduced_motion="reduce")
        context.add_init_script(WATCH_POLICY)
        page = context.new_page()
        started.append((own, page))
        log_in(page, people, login)
        return page

    yield start
    violations = [page.evaluate("window.violations ?? []") for _, page in started]
    for own, _ in started:
        own.close()
    assert violations == [[]] * len(started)


def log(page: Page) -> Locator:
    return page.get_by_role("log", name="Transcript")


def looked_over(page: Page) -> None:
    """Nothing broke the policy until now, and axe, which brings styles of its own, finds nothing."""
    assert page.evaluate("window.violations") == []
    no_violations(page)
    page.evaluate("window.violations = []")


def say(page: Page, label: str, words: str) -> None:
    box = page.get_by_label(label)
    box.fill(words)
    box.press("Enter")
    expect(log(page).get_by_text(words)).to_be_visible()


def test_offer_accept_whisper_transfer_barge_resolve_and_return_to_the_assistant(
    people: ConsoleCenter, open_browser: OpenBrowser
) -> None:
    amy, ben, dora = (open_browser(login) for login in ("amy", "ben", "dora"))
    be_available(amy)
    customer = people.customer("Zhang Guihua")
    chat = people.hand_over("My pension did not come", customer_id=customer, assurance=2)
    amy.get_by_role("button", name="Accept Zhang Guihua").click()
    say(amy, "Reply to the customer", "Good morning, I am looking into it")

    # The supervisor listens, and whispers to the agent alone.
    held = dora.get_by_role("region", name="With colleagues")
    held.get_by_role("button", name="Zhang Guihua").click()
    expect(log(dora).get_by_text("I am looking into it")).to_be_visible()
    expect(dora.get_by_text("With a colleague")).to_be_visible()
    say(dora, "Whisper to the agent, never to the customer", "Look at the annuity account first")
    expect(log(amy).locator(".whisper").get_by_text("Look at the annuity account first")).to_be_visible()
    expect(amy.get_by_role("status").get_by_text("Dora Shi whispers to you.")).to_be_attached()
    looked_over(dora)
    looked_over(amy)

    # Passed on: Amy keeps it until Ben has it.
    be_available(ben)
    amy.get_by_role("button", name="Transfer…").click()
    dialog = amy.get_by_role("dialog")
    dialog.get_by_label("To").select_option("Ben Lu")
    dialog.get_by_label("What should they know?").fill("Knows pensions; please take over")
    looked_over(amy)
    dialog.get_by_role("button", name="Transfer", exact=True).click()
    expect(amy.get_by_text("Passing on to Ben Lu")).to_be_visible()
    say(amy, "Reply to the customer", "A colleague who knows pensions will take over")
    offer = ben.get_by_role("region", name="Offers")
    expect(offer.get_by_text("Amy Gao passes it on")).to_be_visible()
    offer.get_by_role("button", name=re.compile("^(?!Accept|Decline).*Zhang Guihua")).click()
    expect(ben.get_by_text("Knows pensions; please take over").last).to_be_visible()
    expect(log(ben).get_by_text("My pension did not come")).to_be_visible()
    looked_over(ben)
    ben.get_by_role("button", name="Accept Zhang Guihua").click()
    expect(ben.get_by_label("Reply to the customer")).to_be_enabled()
    expect(amy.get_by_text("This conversation is not with you any more")).to_be_visible()
    assert people.handoff(chat).state is HandoffState.ACTIVE

    # The supervisor speaks to the customer beside Ben, who keeps it.
    expect(log(dora).get_by_text("Ben Lu takes over from Amy Gao")).to_be_visible()
    dora.get_by_role("button", name="Speak in").click()
    say(dora, "Speak in, to the customer", "Dora here: we pay the missing month today")
    expect(log(ben).locator(".entry.agent").get_by_text("we pay the missing month today")).to_be_visible()
    assert "Dora here: we pay the missing month today" in people.texts(chat)
    assert "Look at the annuity account first" in people.texts(chat)

    resolve(ben, people, chat, "solved", "Paid by hand")
    expect(held.get_by_role("button", name="Zhang Guihua")).to_be_hidden()

    # And one goes back to the assistant with what it shall do first.
    amy.get_by_role("switch", name="Available").click()
    expect(amy.get_by_role("switch", name="Available")).to_have_attribute("aria-checked", "false")
    moved = people.hand_over("I moved house")
    ben.get_by_role("button", name="Accept Visitor").click()
    ben.get_by_role("button", name="Assistant…").click()
    dialog = ben.get_by_role("dialog")
    dialog.get_by_label("What shall it do first?").select_option("Change your phone, address or e-mail")
    dialog.get_by_role("button", name="Return", exact=True).click()
    expect(ben.get_by_role("heading", name="No conversation chosen")).to_be_visible()
    assert "help you change your phone, address or e-mail." in " ".join(people.texts(moved))


def test_the_whole_flow_by_keys_alone(people: ConsoleCenter, open_browser: OpenBrowser) -> None:
    amy, dora = open_browser("amy"), open_browser("dora")
    amy.keyboard.press("Alt+p")
    expect(amy.get_by_role("switch", name="Available")).to_have_attribute("aria-checked", "true")
    chat = people.hand_over("Where is my money")
    expect(amy.get_by_role("button", name="Accept Visitor")).to_be_visible()
    amy.keyboard.press("Alt+a")
    expect(amy.get_by_label("Reply to the customer")).to_be_focused()

    # A ready reply, found by a word, inserted, and sent by the agent.
    amy.keyboard.press("Alt+c")
    expect(amy.get_by_role("combobox", name="Search the ready replies")).to_be_focused()
    amy.keyboard.type("greeting")
    expect(amy.get_by_role("option")).to_have_count(1)
    amy.keyboard.press("Enter")
    expect(amy.get_by_label("Reply to the customer")).to_have_value(re.compile("my name is Amy Gao"))
    expect(amy.get_by_label("Reply to the customer")).to_be_focused()
    amy.keyboard.press("Enter")
    expect(log(amy).get_by_text("my name is Amy Gao")).to_be_visible()

    # An article, quoted.
    amy.keyboard.press("Alt+k")
    expect(amy.get_by_role("combobox")).to_be_focused()
    amy.keyboard.type("cooling off period")
    expect(amy.get_by_role("option").first).to_be_visible()
    amy.keyboard.press("ArrowDown")
    amy.keyboard.press("ArrowUp")
    amy.keyboard.press("Enter")
    expect(amy.get_by_label("Reply to the customer")).to_have_value(re.compile("^“.+” \\(.+\\)$", re.S))
    amy.keyboard.press("Control+a")
    amy.keyboard.press("Delete")

    # The supervisor goes to the conversation, whispers and speaks in.
    expect(dora.get_by_role("region", name="With colleagues").get_by_role("button")).to_be_visible()
    dora.keyboard.press("Alt+ArrowDown")
    expect(log(dora).get_by_text("my name is Amy Gao")).to_be_visible()
    dora.keyboard.press("Alt+n")
    dora.keyboard.type("Offer a call")
    dora.keyboard.press("Enter")
    expect(log(amy).get_by_text("Offer a call")).to_be_visible()
    dora.keyboard.press("Alt+g")
    dora.keyboard.type("Dora here, hello")
    dora.keyboard.press("Enter")
    expect(log(amy).get_by_text("Dora here, hello")).to_be_visible()

    # Asked of the supervisor, and kept after all; then asked again, and taken.
    dora.keyboard.press("Alt+p")
    expect(dora.get_by_role("switch", name="Available")).to_have_attribute("aria-checked", "true")
    for kept in (True, False):
        amy.keyboard.press("Alt+t")
        expect(amy.get_by_role("dialog").get_by_label("To")).to_be_focused()
        amy.keyboard.type("Dora")
        amy.keyboard.press("Tab")
        amy.keyboard.type("Please take her")
        amy.keyboard.press("Control+Enter")
        expect(amy.get_by_text("Passing on to Dora Shi")).to_be_visible()
        expect(dora.get_by_role("button", name="Accept Visitor")).to_be_visible()
        if kept:
            amy.keyboard.press("Alt+t")
            expect(amy.get_by_text("Passing on to Dora Shi")).to_be_hidden()
            expect(dora.get_by_role("button", name="Accept Visitor")).to_be_hidden()
    dora.keyboard.press("Alt+a")
    expect(dora.get_by_label("Reply to the customer")).to_be_focused()

    # A call is promised instead.
    dora.keyboard.press("Alt+l")
    expect(dora.get_by_role("dialog").get_by_label("Day and time of the call")).to_be_focused()
    dora.keyboard.press("Control+Enter")
    expect(dora.get_by_role("heading", name="No conversation chosen")).to_be_visible()
    assert people.handoff(chat).state is HandoffState.CALLBACK

    # What waits is pinned and moved, with a reason.
    amy.keyboard.press("Alt+p")
    expect(amy.get_by_role("switch", name="Available")).to_have_attribute("aria-checked", "false")
    dora.keyboard.press("Alt+p")
    expect(dora.get_by_role("switch", name="Available")).to_have_attribute("aria-checked", "false")
    waits = people.hand_over("And me?")
    expect(dora.get_by_role("region", name="Waiting").get_by_role("button")).to_be_visible()
    dora.keyboard.press("Alt+ArrowDown")
    expect(log(dora).get_by_text("And me?")).to_be_visible()
    dora.keyboard.press("Alt+o")
    expect(dora.get_by_role("dialog").get_by_label("Place in the line")).to_be_focused()
    dora.keyboard.press("Control+Enter")
    expect(dora.get_by_role("dialog").get_by_label("Reason")).to_be_focused()
    dora.keyboard.type("Calls from abroad")
    dora.keyboard.press("Control+Enter")
    expect(dora.get_by_role("dialog")).to_be_hidden()
    dora.keyboard.press("Alt+j")
    expect(dora.get_by_role("dialog").get_by_label("Keep it for")).to_be_focused()
    dora.keyboard.type("Dora")
    dora.keyboard.press("Tab")
    dora.keyboard.type("Knows the case")
    dora.keyboard.press("Control+Enter")
    expect(dora.get_by_role("dialog")).to_be_hidden()
    assert people.handoff(waits).wanted_agent_id is not None
    dora.keyboard.press("?")
    expect(dora.get_by_role("dialog").get_by_text("Promise a call")).to_be_visible()
