"""The question after a person has finished: five buttons of a notice, by keyboard, once."""

from playwright.sync_api import Page, expect

from tests.browser.chat import Chat
from tests.browser.fake_center import FakeCenter

STARS = ["Very good", "Good", "Fair", "Poor", "Very poor"]


def test_a_customer_rates_by_keyboard(page: Page, center: FakeCenter) -> None:
    chat = Chat(page)
    chat.open()
    chat.say("hello")
    expect(chat.message("You said: hello")).to_be_visible()
    center.hand_over("bot", text="Amy has finished. I am your assistant again.")
    center.write("How was your conversation with Amy?", author="system", buttons=STARS)
    good = chat.host.get_by_role("group", name="Suggested replies").get_by_role(
        "button", name="Good", exact=True
    )
    expect(good).to_be_enabled()
    good.focus()
    page.keyboard.press("Enter")
    expect(good).to_be_disabled()
    expect(chat.box).to_be_focused()
    assert center.texts()[-1] == "Good"
    pressed = [frame for frame in center.only.received if frame["type"] == "press"]
    assert len(pressed) == 1 and pressed[0]["button"].endswith(".1")


def test_a_notice_without_buttons_stays_a_line(page: Page, center: FakeCenter) -> None:
    chat = Chat(page)
    chat.open()
    chat.say("hello")
    expect(chat.message("You said: hello")).to_be_visible()
    center.write("Thank you for telling us.", author="system")
    line = chat.host.locator("p.system", has_text="Thank you for telling us.")
    expect(line).to_be_visible()
    expect(line.get_by_role("button")).to_have_count(0)
