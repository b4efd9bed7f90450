"""The widget on a page of a signed-in customer: it hands the app's token on, and keeps it nowhere."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.chat import Chat
from tests.browser.fake_center import FakeCenter

SET = "token => { document.querySelector('contact-centre-chat').dataset.identityToken = token; }"


def test_the_token_of_the_page_is_part_of_every_hello(page: Page, center: FakeCenter) -> None:
    page.evaluate(SET, "first.of.page")
    chat = Chat(page)
    chat.open()
    chat.say("hello")
    expect(chat.message("You said: hello")).to_be_visible()
    page.evaluate(SET, "second.of.page")
    center.cut()
    chat.say("again")
    expect(chat.message("You said: again")).to_be_visible()
    assert [hello.get("identity_token") for hello in center.only.hellos] == [
        "first.of.page",
        "second.of.page",
    ]
    assert "of.page" not in page.evaluate("JSON.stringify(localStorage)")


def test_without_one_nothing_is_said_of_it(new_page: Callable[[], Page], center: FakeCenter) -> None:
    page = new_page()
    page.goto(center.url)
    chat = Chat(page)
    chat.open()
    (hello,) = center.only.hellos
    assert "identity_token" not in hello and hello["context"]["page_title"] == "Harbour Life"
