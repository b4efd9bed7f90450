"""What makes the console bearable for a whole day: nothing is missed, all is where one looks for it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from handoff.reasons import Reason
from records.models import HandoffState
from tests.browser.console_agent import be_available, hold_visitor, log_in, no_violations, take
from tests.browser.console_center import ConsoleCenter

NewPage = Callable[[], Page]
PNG = b"\x89PNG\r\n\x1a\n" + b"a photograph"

RECORD_NOTICES = """
window.notices = [];
window.Notification = class {
  static permission = 'default';
  static requestPermission() { Notification.permission = 'granted'; return Promise.resolve('granted'); }
  constructor(title, { body }) { window.notices.push(`${title}: ${body}`); }
};
document.hasFocus = () => false;
"""


def two_talks(page: Page, people: ConsoleCenter) -> None:
    """Agent Amy with two conversations; she writes in the second."""
    log_in(page, people)
    be_available(page)
    for name, said in (("Li Wei", "Hello from Li"), ("Zhang Min", "Hello from Zhang")):
        people.hand_over(said, customer_id=people.customer(name), assurance=1)
        page.get_by_role("button", name=f"Accept {name}").click()
        expect(page.get_by_role("log").get_by_text(said)).to_be_visible()
        expect(page.locator(".talk.current").get_by_label("Reply to the customer")).to_be_focused()


def test_what_came_while_another_talk_was_open_is_counted(people: ConsoleCenter, new_page: NewPage) -> None:
    page = new_page()
    first = hold_visitor(page, people, "Hello")
    people.hand_over("Me too", customer_id=people.customer("Zhang Min"), assurance=1)
    take(page, "Zhang Min")
    for words in ("Are you there?", "Hello?", "Anybody?"):
        people.customer_writes(first, words)
    mine = page.get_by_role("region", name="My conversations")
    expect(mine.get_by_text("3 new:")).to_be_attached()
    tab = page.get_by_role("navigation", name="Open conversations").get_by_role("button", name="Visitor")
    expect(tab).to_have_accessible_name("Visitor " + first[-4:] + " 3 new")
    expect(page).to_have_title("(1) Console")
    tab.click()
    expect(page.get_by_role("log").get_by_text("Anybody?")).to_be_visible()
    expect(mine.get_by_text("3 new:")).not_to_be_attached()
    expect(page.get_by_label("Reply to the customer")).to_be_focused()
    expect(page).to_have_title("Console")


def test_the_agent_sees_what_was_delivered_and_read(people: ConsoleCenter, new_page: NewPage) -> None:
    page = new_page()
    chat = hold_visitor(page, people, "Hello")
    page.get_by_label("Reply to the customer").fill("Good morning")
    page.keyboard.press("Enter")
    entry = page.get_by_role("log").locator(".entry.agent")
    expect(entry.get_by_text("Sent")).to_be_visible()
    seq = len(people.texts(chat))
    people.ring(chat, delivered=seq)
    expect(entry.get_by_text("Delivered")).to_be_visible()
    people.ring(chat, read=seq)
    expect(entry.get_by_text("Read")).to_be_visible()


def test_wide_screens_show_conversations_side_by_side(people: ConsoleCenter, new_page: NewPage) -> None:
    page = new_page()
    page.set_viewport_size({"width": 1920, "height": 1000})
    two_talks(page, people)
    first = page.get_by_role("region", name="Conversation", exact=True)
    second = page.get_by_role("region", name="Conversation 2")
    expect(first.get_by_text("Hello from Li")).to_be_visible()
    expect(second.get_by_text("Hello from Zhang")).to_be_visible()
    side = page.get_by_role("region", name="Handoff and customer")
    expect(side.get_by_text("“Hello from Zhang”")).to_be_visible()
    first.get_by_label("Reply to the customer").fill("For Li alone")
    expect(side.get_by_text("“Hello from Li”")).to_be_visible()
    first.get_by_label("Reply to the customer").press("Enter")
    expect(first.get_by_text("For Li alone")).to_be_visible()
    expect(second.get_by_text("For Li alone")).to_be_hidden()
    page.keyboard.press("Alt+.")
    expect(second.get_by_label("Reply to the customer")).to_be_focused()
    page.keyboard.type("For Zhang alone")
    page.keyboard.press("Enter")
    expect(second.get_by_text("For Zhang alone")).to_be_visible()
    expect(first.get_by_text("For Zhang alone")).to_be_hidden()
    page.set_viewport_size({"width": 1280, "height": 720})
    expect(second).to_have_count(0)
    expect(page.get_by_role("log").get_by_text("For Zhang alone")).to_be_visible()


def test_sound_and_notices_are_each_agents_own_choice(people: ConsoleCenter, context: BrowserContext) -> None:
    context.add_init_script(RECORD_NOTICES)
    page = context.new_page()
    log_in(page, people)
    be_available(page)
    people.hand_over("First")
    expect(page.get_by_role("button", name="Accept Visitor")).to_be_visible()
    assert page.evaluate("[window.notices, Notification.permission]") == [[], "default"]
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Sound for offers").check()
    page.get_by_label("Notices on the desktop").check()
    page.keyboard.press("Escape")
    people.hand_over("Second", customer_id=people.customer("Li Wei"), assurance=1)
    expect(page.get_by_role("button", name="Accept Li Wei")).to_be_visible()
    page.wait_for_function("window.notices.length === 1")
    assert page.evaluate("window.notices[0]").startswith("Agents’ console: New offer: Li Wei.")
    page.reload()
    page.get_by_role("button", name="Settings").click()
    expect(page.get_by_role("dialog", name="Settings")).to_be_visible()
    expect(page.get_by_label("Sound for offers")).to_be_checked()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Log out").click()
    log_in(page, people, "dora")
    page.get_by_role("button", name="Settings").click()
    expect(page.get_by_label("Sound for offers")).not_to_be_checked()
    expect(page.get_by_label("Notices on the desktop")).not_to_be_checked()


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_dark_is_the_systems_wish_or_the_agents(people: ConsoleCenter, new_page: NewPage) -> None:
    page = new_page()
    log_in(page, people)
    light = background(page)
    page.emulate_media(color_scheme="dark")
    dark = background(page)
    assert light != dark
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Light", exact=True).check()
    assert background(page) == light
    page.emulate_media(color_scheme="light")
    page.get_by_label("Dark", exact=True).check()
    assert background(page) == dark
    page.reload()
    assert background(page) == dark


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_in_light_and_in_dark(
    people: ConsoleCenter, context: BrowserContext, scheme: str
) -> None:
    page = context.new_page()
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{people.url}/console/login")
    no_violations(page)
    log_in(page, people, "dora")
    be_available(page)
    customer = people.customer("Li Wei")
    chat = people.hand_over("I was told a lie", reason=Reason.SCAM, customer_id=customer, assurance=1)
    take(page, "Li Wei")
    page.keyboard.press("Alt+n")
    page.keyboard.type("A note")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log").get_by_text("A note")).to_be_visible()
    people.customer_sends_file(chat, PNG)
    people.hand_over("And me", reason=Reason.COMPLAINT)
    expect(page.get_by_role("region", name="Waiting").get_by_role("button")).to_be_visible()
    no_violations(page)
    for keys in ("?", "Alt+t", "Alt+l", "Alt+b", "Alt+s", "Alt+c", "Alt+f"):
        page.get_by_role("log").focus()
        page.keyboard.press(keys)
        expect(page.get_by_role("dialog")).to_be_visible()
        if keys == "Alt+c":
            expect(page.get_by_role("option").first).to_be_visible()
        no_violations(page)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_role("button", name="Settings").click()
    no_violations(page)
    for name in ("decisions", "cases", "wallboard", "learning"):
        page.goto(f"{people.url}/console/{name}")
        expect(page.get_by_role("heading", level=1)).to_be_attached()
        no_violations(page)


def test_the_line_that_a_quality_rule_found_is_marked(people: ConsoleCenter, new_page: NewPage) -> None:
    page = new_page()
    chat = people.hand_over(*(f"Line {number}" for number in range(1, 41)))
    log_in(page, people, "dora")
    page.goto(f"{people.url}/console/?chat={chat}&line=3")
    marked = page.get_by_role("log").locator(".evidence")
    expect(marked).to_contain_text("Line 3")
    expect(marked).to_contain_text("Found by a quality rule")
    expect(marked).to_be_in_viewport()
    expect(page.get_by_role("log").locator(".evidence")).to_have_count(1)


def test_a_file_is_saved_and_never_shown(people: ConsoleCenter, new_page: NewPage) -> None:
    page = new_page()
    chat = hold_visitor(page, people, "Hello")
    people.customer_sends_file(chat, PNG)
    with page.expect_download() as saved:
        page.get_by_role("link", name="The customer’s file: save").click()
    assert saved.value.path().read_bytes() == PNG
    assert page.get_by_role("main").or_(page.locator("body")).locator("img").count() == 0


def test_the_write_up_runs_on_a_clock_until_it_is_done(people: ConsoleCenter, new_page: NewPage) -> None:
    page = new_page()
    chat = hold_visitor(page, people, "Hello")
    page.keyboard.press("Alt+s")
    page.get_by_role("dialog").get_by_role("button", name="End now, write up later").click()
    expect(page.get_by_role("timer")).to_contain_text("Write-up 0:0")
    expect(page.get_by_role("region", name="To write up").get_by_role("button")).to_be_visible()
    page.keyboard.press("Alt+s")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("timer")).to_contain_text("Write-up 0:0")
    dialog.get_by_label("How did it end?").select_option("solved")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="No conversation chosen")).to_be_visible()
    assert people.handoff(chat).state is HandoffState.DONE


def test_a_refused_answer_says_why_and_keeps_what_was_typed(people: ConsoleCenter, new_page: NewPage) -> None:
    page = new_page()
    conversation = hold_visitor(page, people, "Hello")
    page.keyboard.press("Alt+s")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("How did it end?").select_option("solved")
    dialog.get_by_label("Notes for colleagues").fill("A long story")
    people.take_away(conversation)
    dialog.get_by_role("button", name="Resolve", exact=True).click()
    expect(dialog.get_by_role("alert")).not_to_be_empty()
    expect(dialog.get_by_label("Notes for colleagues")).to_have_value("A long story")


def test_past_conversations_are_found_and_read_but_not_acted_in(
    people: ConsoleCenter, new_page: NewPage
) -> None:
    page = new_page()
    hold_visitor(page, people, "My umbrella was stolen")
    page.keyboard.press("Alt+s")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("How did it end?").select_option("solved")
    dialog.get_by_role("button", name="Resolve", exact=True).click()
    expect(page.get_by_role("heading", name="No conversation chosen")).to_be_visible()
    page.keyboard.press("Alt+f")
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("umbrella")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("log").get_by_text("My umbrella was stolen")).to_be_visible()
    expect(page.get_by_label("Reply to the customer")).to_be_disabled()
    expect(page.get_by_role("button", name="Resolve…")).to_be_hidden()


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1024, 768), (820, 1180), (360, 740)])
def test_a_supervisors_bar_and_page_fit(
    people: ConsoleCenter, new_page: NewPage, width: int, height: int
) -> None:
    page = new_page()
    page.set_viewport_size({"width": width, "height": height})
    log_in(page, people, "dora")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width >= 1280:
        middles = page.locator(".bar > *:visible").evaluate_all(
            "all => all.map(one => one.getBoundingClientRect()).filter(one => one.height > 2)"
            ".map(one => Math.round(one.top + one.height / 2))"
        )
        assert max(middles) - min(middles) <= 2
    if 641 <= width:
        box = page.get_by_label("Reply to the customer")
        box.scroll_into_view_if_needed()
        expect(box).to_be_in_viewport(ratio=1)
        assert page.evaluate("document.documentElement.scrollHeight") <= height
