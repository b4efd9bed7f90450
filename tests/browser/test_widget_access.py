"""The chat for everybody: whatever the screen, the eyes, the hands or the ears."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, ViewportSize, expect

import bot.widget
from bot.widget.pages import WIDGET_FILES
from tests.browser.chat import Chat
from tests.browser.fake_center import FakeCenter

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDGET = Path(bot.widget.__file__).parent

DESKTOP: ViewportSize = {"width": 1280, "height": 720}
PHONE: ViewportSize = {"width": 390, "height": 844}


def violations(page: Page) -> list[str]:
    """What axe finds wrong on the page, shadow trees included."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}}).response["violations"]
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]
    ]


def fill(chat: Chat, center: FakeCenter) -> None:
    """A conversation with one of everything."""
    heard = threading.Event()
    center.reply = lambda text: heard.set()
    chat.say("What is the cooling-off period?")
    assert heard.wait(10)
    center.write("You have 15 days.", custom={"article": "cooling_off_period"})
    center.write("Shall I cancel it?", buttons=["Yes", "No"])
    chat.button("No").click()
    center.write("Anything else?", buttons=["My policies", "A claim"])
    center.hand_over("queued", text="You are number 1 in line.")
    center.hand_over("agent", name="Amy Gao")
    center.write("Good morning.", author="agent", name="Amy Gao")
    center.faults.rate_limit = 1
    chat.say("Hello Amy")
    expect(chat.button("Try again")).to_be_visible()
    center.show_typing("agent", 60)
    expect(chat.host.get_by_text("Amy Gao is writing")).to_be_visible()


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing(browser: Browser, center: FakeCenter, look: Any, screen: Any) -> None:
    with browser.new_context(viewport=screen, color_scheme=look, reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(center.url)
        chat = Chat(page)
        expect(chat.launcher).to_be_visible()
        assert violations(page) == []
        chat.open()
        assert violations(page) == []
        fill(chat, center)
        assert violations(page) == []
        chat.button("Larger text").click()
        assert violations(page) == []
        chat.close()
        center.write("Still there?", author="agent", name="Amy Gao")
        expect(page).to_have_title("(1) Harbour Life")
        assert violations(page) == []
        page.goto(f"{center.url}/articles/cooling_off_period")
        expect(chat.launcher).to_be_visible()
        assert violations(page) == []


def test_forced_colours_keep_every_edge(browser: Browser, center: FakeCenter) -> None:
    with browser.new_context(viewport=DESKTOP, forced_colors="active") as context:
        page = context.new_page()
        page.goto(center.url)
        chat = Chat(page)
        chat.open()
        fill(chat, center)
        for name in (".bubble", ".send", "textarea", "fieldset button"):
            style = chat.host.locator(name).last.evaluate("node => getComputedStyle(node).borderTopColor")
            assert style not in ("rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"), name


def test_the_log_gets_additions_only_and_each_once(page: Page, center: FakeCenter) -> None:
    chat = Chat(page)
    chat.open()
    assert chat.log.get_attribute("aria-live") == "polite"
    chat.log.evaluate(
        """log => {
        window.read = [];
        new MutationObserver(changes => changes.forEach(change => change.addedNodes.forEach(node => {
            const silent = node.parentElement?.closest('[aria-live=off]');
            if (!silent) window.read.push(node.innerText ?? node.textContent);
        }))).observe(log, { childList: true, subtree: true });
    }"""
    )
    chat.say("hello")
    expect(chat.message("You said: hello")).to_be_visible()
    expect(chat.message("hello")).to_contain_text("Sent")
    center.cut()
    center.write("back again")
    expect(chat.message("back again")).to_be_visible()
    read = page.evaluate("window.read")
    assert len(read) == 3
    assert ["hello" in read[0], "You said: hello" in read[1], "back again" in read[2]] == [True] * 3


def test_history_is_not_read_out_again(page: Page, center: FakeCenter) -> None:
    chat = Chat(page)
    chat.open()
    chat.say("hello")
    chat.expect_texts("hello", "You said: hello")
    page.reload()
    chat.open()
    chat.expect_texts("hello", "You said: hello")
    expect(chat.log.get_by_role("article")).to_have_count(0)
    center.write("new")
    expect(chat.log.get_by_role("article")).to_have_count(1)
    chat.close()
    center.write("while closed")
    expect(page).to_have_title("(1) Harbour Life")
    chat.open()
    expect(chat.log.get_by_role("article")).to_have_count(0)
    chat.expect_texts("hello", "You said: hello", "new", "while closed")


def test_history_that_comes_into_an_open_panel_is_not_read_out(
    new_page: Callable[[], Page], center: FakeCenter
) -> None:
    page = new_page()
    page.goto(f"{center.url}/right-to-left")
    chat = Chat(page)
    chat.say("hello")
    chat.expect_texts("hello", "You said: hello")
    page.reload()
    chat.expect_texts("hello", "You said: hello")
    expect(chat.log.get_by_role("article")).to_have_count(0)


@pytest.mark.parametrize(
    "screen", [DESKTOP, PHONE, {"width": 320, "height": 640}], ids=["desktop", "phone", "narrow"]
)
@pytest.mark.parametrize("gentle", [False, True], ids=["usual", "large"])
def test_targets_are_large_and_nothing_overflows(
    browser: Browser, center: FakeCenter, screen: Any, gentle: bool
) -> None:
    with browser.new_context(viewport=screen) as context:
        page = context.new_page()
        page.goto(center.url)
        chat = Chat(page)
        assert_target(chat.launcher.bounding_box())
        chat.open()
        if gentle:
            chat.button("Larger text").click()
        fill(chat, center)
        for control in chat.panel.get_by_role("button").all():
            if control.is_visible():
                assert_target(control.bounding_box())
        panel = chat.panel.bounding_box()
        assert panel is not None
        assert panel["x"] >= 0 and panel["x"] + panel["width"] <= screen["width"]
        assert panel["y"] >= 0 and panel["y"] + panel["height"] <= screen["height"]
        overflow = "node => node.scrollWidth - node.clientWidth"
        assert chat.host.locator(".scroller").evaluate(overflow) == 0
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def assert_target(box: Any) -> None:
    """At least 44 px high and wide: comfortable, and beyond what WCAG 2.2 asks."""
    assert box is not None
    assert box["width"] >= 43.9 and box["height"] >= 43.9, box


def test_a_phone_shows_the_chat_alone_and_above_the_keyboard(browser: Browser, center: FakeCenter) -> None:
    with browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True) as context:
        page = context.new_page()
        page.goto(center.url)
        chat = Chat(page)
        chat.launcher.tap()
        expect(chat.box).not_to_be_focused()  # the keyboard would hide the greeting
        assert chat.panel.bounding_box() == {"x": 0, "y": 0, **PHONE}
        assert chat.panel.evaluate("panel => panel.matches(':modal')")
        chat.box.tap()
        page.set_viewport_size({"width": 390, "height": 480})  # as a keyboard does to the visible part
        expect(chat.box).to_be_in_viewport(ratio=1)
        expect(chat.person).to_be_in_viewport(ratio=1)
        page.set_viewport_size({"width": 900, "height": 700})
        expect(chat.box).to_be_focused()
        assert not chat.panel.evaluate("panel => panel.matches(':modal')")
        chat.button("Close chat").tap()
        expect(chat.launcher).to_be_visible()


def test_focus_is_always_visible_and_never_hidden(page: Page, center: FakeCenter) -> None:
    chat = Chat(page)
    chat.open()
    fill(chat, center)
    seen = set()
    for key in ["Shift+Tab"] * 12 + ["Tab"] * 14:
        page.keyboard.press(key)
        focused = chat.host.evaluate(
            """host => {
            const node = host.shadowRoot.activeElement;
            if (!node) return null;
            const box = node.getBoundingClientRect();
            const style = getComputedStyle(node);
            const middle = [box.x + box.width / 2, box.y + Math.min(box.height / 2, 20)];
            const top = host.shadowRoot.elementFromPoint(...middle);
            return {
                name: node.title + node.className + node.textContent,
                outline: style.outlineStyle + parseFloat(style.outlineWidth),
                hidden: !(node === top || node.contains(top)),
            };
        }"""
        )
        if focused:
            seen.add(focused["name"])
            assert focused["outline"].startswith(("solid3", "solid2")), focused
            assert not focused["hidden"], focused
    assert len(seen) >= 8


def test_right_to_left_pages_and_messages(new_page: Callable[[], Page], center: FakeCenter) -> None:
    page = new_page()
    page.goto(f"{center.url}/right-to-left")
    chat = Chat(page)
    chat.wait_ready()
    center.reply = lambda text: None
    center.write("مرحبا، كيف يمكنني المساعدة؟")
    center.write("An answer in English.")
    chat.say("سؤال")
    expect(chat.message("سؤال")).to_contain_text("Sent")
    panel = chat.panel.bounding_box()
    mine = chat.message("سؤال").bounding_box()
    assert panel is not None and mine is not None
    assert panel["x"] < 100  # the corner of that direction
    assert mine["x"] - panel["x"] < 60  # own messages at the end of the line, which is left here
    directions = chat.host.locator("article .bubble").evaluate_all(
        "all => all.map(one => getComputedStyle(one).direction)"
    )
    assert directions == ["rtl", "ltr", "rtl"]


def test_a_page_can_add_a_language(new_page: Callable[[], Page], center: FakeCenter) -> None:
    page = new_page()
    page.add_init_script(
        """document.addEventListener('DOMContentLoaded', () => {
            customElements.get('contact-centre-chat').words.ar = { box: 'رسالتك' };
        });"""
    )
    page.goto(f"{center.url}/right-to-left")
    expect(page.get_by_role("textbox", name="رسالتك")).to_be_visible()
    expect(page.locator("contact-centre-chat .root")).to_have_attribute("lang", "ar")


def test_open_at_load_leaves_the_focus_to_the_page(new_page: Callable[[], Page], center: FakeCenter) -> None:
    page = new_page()
    page.goto(f"{center.url}/right-to-left")
    chat = Chat(page)
    chat.wait_ready()
    expect(chat.panel).to_be_visible()
    assert page.evaluate("document.activeElement === document.body")


def test_motion_is_only_for_those_who_like_it(browser: Browser, center: FakeCenter) -> None:
    for motion, moving in (("reduce", False), ("no-preference", True)):
        with browser.new_context(reduced_motion=motion) as context:  # type: ignore[arg-type]
            page = context.new_page()
            center.reset()
            page.goto(center.url)
            chat = Chat(page)
            chat.open()
            center.show_typing("bot", 60)
            expect(chat.host.get_by_text("Assistant is writing")).to_be_visible()
            assert bool(page.evaluate("document.getAnimations({subtree: true}).length")) is moving or (
                chat.host.evaluate("host => host.shadowRoot.getAnimations().length > 0") is moving
            )


def size_of(*names: str) -> int:
    return sum((WIDGET / name).stat().st_size for name in names)


def test_the_widget_is_small() -> None:
    first = ("widget.js", "widget.css")
    assert size_of(*first) < 30_000, "what a page loads before anybody has asked for anything"
    later = set(WIDGET_FILES) - set(first)
    assert size_of(*later) < 10_000, "what is loaded when it is wanted: files and the transcript"


def test_the_widget_never_makes_markup_of_text() -> None:
    script = (WIDGET / "widget.js").read_text("utf-8")
    for way in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "DOMParser",
    ):
        assert way not in script
