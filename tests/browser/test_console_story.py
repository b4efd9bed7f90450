"""A customer, two agents and a supervisor in four browsers of a whole centre: to the rating and on.

With PICTURES=folder it also takes the screenshots of the documentation (`make pictures`).
"""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from bench.stack import Stack
from tests.browser.chat import Chat
from tests.browser.conftest import ARGUMENTS, CHROMIUM, WATCH_POLICY
from tests.browser.pictures import picture

OpenBrowser = Callable[[str], Page]


@pytest.fixture
def open_browser(stack: Stack, browser: Browser) -> Iterator[OpenBrowser]:
    """Starts a browser: an agent's, logged in, or for no login the customer's."""
    started: list[tuple[Browser, Page]] = []

    def start(login: str = "") -> Page:
        own = browser.browser_type.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = own.new_context(viewport={"width": 1280, "height": 720}, reduced_motion="reduce")
        context.add_init_script(WATCH_POLICY)
        page = context.new_page()
        started.append((own, page))
        page.goto(f"{stack.url}/console" if login else stack.url)
        if login:
            page.get_by_label("Login").fill(login)
            page.get_by_label("Password").fill(stack.passwords[login])
            page.get_by_role("button", name="Log in").click()
            expect(page.get_by_role("switch", name="Available")).to_be_visible()
        return page

    yield start
    violations = [page.evaluate("window.violations ?? []") for _, page in started]
    for own, _ in started:
        own.close()
    assert violations == [[]] * len(started)


def write(page: Page, label: str, words: str) -> None:
    page.get_by_label(label).fill(words)
    page.get_by_label(label).press("Enter")
    expect(page.get_by_role("log", name="Transcript").get_by_text(words)).to_be_visible()


def test_from_the_first_word_over_two_agents_and_a_supervisor_to_the_rating_and_the_assistant(
    open_browser: OpenBrowser,
) -> None:
    chat = Chat(open_browser(""))
    chat.open()
    chat.say("I want to talk to a person please")
    expect(chat.log.get_by_text("queue").last).to_be_visible()

    amy, ben, dora = (open_browser(login) for login in ("amy", "ben", "dora"))
    amy.get_by_role("switch", name="Available").click()
    amy.get_by_role("button", name=re.compile("^Accept")).click()
    write(amy, "Reply to the customer", "Hello, this is Amy. How can I help?")
    expect(chat.messages.last).to_contain_text("this is Amy")
    chat.say("The hospital wants money before it lets my mother in")
    expect(amy.get_by_role("log").get_by_text("lets my mother in")).to_be_visible()

    dora.get_by_role("region", name="With colleagues").get_by_role("button").click()
    expect(dora.get_by_role("log").get_by_text("lets my mother in")).to_be_visible()
    write(dora, "Whisper to the agent", "Ben knows that hospital: pass it on to him")
    expect(amy.get_by_role("log").get_by_text("Ben knows that hospital")).to_be_visible()
    expect(chat.log.get_by_text("Ben knows that hospital")).to_have_count(0)

    ben.get_by_role("switch", name="Available").click()
    expect(ben.get_by_role("switch", name="Available")).to_have_attribute("aria-checked", "true")
    amy.keyboard.press("Alt+t")
    dialog = amy.get_by_role("dialog")
    dialog.get_by_label("To").select_option("Ben Luo")
    dialog.get_by_label("What should they know?").fill(
        "Mother is at the hospital’s desk; needs direct payment."
    )
    picture(amy, "transfer")
    dialog.get_by_role("button", name="Transfer", exact=True).click()
    expect(amy.get_by_text("Passing on to Ben Luo")).to_be_visible()
    ben.get_by_role("region", name="Offers").get_by_role("button").first.click()
    expect(ben.get_by_text("Amy Gao passes this on to you.")).to_be_visible()
    picture(ben, "passed-on")
    ben.get_by_role("button", name=re.compile("^Accept .")).click()
    expect(ben.get_by_label("Reply to the customer")).to_be_enabled()
    expect(chat.log.get_by_text("Ben Luo takes over from Amy Gao")).to_be_visible()
    write(ben, "Reply to the customer", "Ben here. I am calling the hospital; please stay with your mother.")
    expect(ben.get_by_role("log").get_by_text(re.compile("Delivered|Read")).last).to_be_visible()

    dora.get_by_role("button", name="Speak in").click()
    write(dora, "Speak in, to the customer", "Dora here, Ben’s supervisor: the payment is confirmed.")
    expect(chat.messages.last).to_contain_text("the payment is confirmed")
    picture(dora, "supervisor")
    dora.emulate_media(color_scheme="dark")
    picture(dora, "dark")
    dora.emulate_media(color_scheme="light")
    ben.set_viewport_size({"width": 820, "height": 1180})
    picture(ben, "tablet")
    ben.set_viewport_size({"width": 1280, "height": 720})

    ben.get_by_role("button", name="Resolve…").click()
    dialog = ben.get_by_role("dialog")
    dialog.get_by_label("How did it end?").select_option("solved")
    dialog.get_by_role("button", name="Resolve", exact=True).click()
    expect(chat.log.get_by_text("How was your conversation with Ben?")).to_be_visible()
    picture(chat.page, "rating")
    chat.panel.get_by_role("button", name="Very good").click()
    expect(chat.log.get_by_text("Thank you for telling us.")).to_be_visible()

    amy.get_by_role("switch", name="Available").click()
    expect(amy.get_by_role("switch", name="Available")).to_have_attribute("aria-checked", "false")
    chat.say("I want to talk to a person please")
    ben.get_by_role("button", name=re.compile("^Accept .")).click()
    expect(ben.get_by_label("Reply to the customer")).to_be_enabled()
    chat.say("I have a new telephone number")
    expect(ben.get_by_role("log").get_by_text("I have a new telephone number")).to_be_visible()
    ben.get_by_role("button", name="Assistant…").click()
    dialog = ben.get_by_role("dialog")
    dialog.get_by_label("What shall it do first?").select_option("Change your phone, address or e-mail")
    dialog.get_by_role("button", name="Return", exact=True).click()
    expect(chat.log.get_by_text("help you change your phone, address or e-mail")).to_be_visible()
    expect(chat.messages.last).to_contain_text(re.compile("policy number|mobile number|verify|which", re.I))
    ben.get_by_role("switch", name="Available").click()

    dora.get_by_role("link", name="Wallboard").click()
    expect(dora.get_by_role("region", name="Now")).to_be_visible()
    picture(dora, "wallboard")


def test_conversations_side_by_side_with_ready_replies_and_keys(open_browser: OpenBrowser) -> None:
    amy = open_browser("amy")
    amy.set_viewport_size({"width": 1920, "height": 1000})
    amy.get_by_role("switch", name="Available").click()
    for words in ("I want to talk to a person please", "Can I speak to an agent"):
        chat = Chat(open_browser(""))
        chat.open()
        chat.say(words)
        amy.get_by_role("button", name=re.compile("^Accept .")).click()
        expect(amy.get_by_role("log").get_by_text(words)).to_be_visible()
    amy.get_by_role("region", name="Conversation 2").get_by_role("button", name="Insert…").click()
    expect(amy.get_by_role("option").first).to_be_visible()
    picture(amy, "ready-replies")
    amy.keyboard.press("Enter")
    second = amy.get_by_role("region", name="Conversation 2")
    expect(second.get_by_label("Reply to the customer")).to_have_value(re.compile("my name is Amy Gao"))
    second.get_by_label("Reply to the customer").press("Enter")
    expect(second.get_by_role("log").get_by_text("my name is Amy Gao")).to_be_visible()
    picture(amy, "side-by-side")
    amy.keyboard.press("Alt+/")
    expect(amy.get_by_role("dialog")).to_be_visible()
    picture(amy, "keys")
    amy.keyboard.press("Escape")
    for _ in range(2):
        amy.locator(".talk.current").get_by_role("button", name="Resolve…").click()
        amy.get_by_label("How did it end?").select_option("solved")
        amy.get_by_role("dialog").get_by_role("button", name="Resolve", exact=True).click()
        expect(amy.get_by_role("dialog")).to_be_hidden()
        amy.keyboard.press("Alt+ArrowDown")
    amy.get_by_role("switch", name="Available").click()
    expect(amy.get_by_role("switch", name="Available")).to_have_attribute("aria-checked", "false")
