"""The link to a return visit on the page: its token reaches the centre once, and stays nowhere else."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.chat import Chat
from tests.browser.fake_center import FakeCenter


def opened(page: Page, center: FakeCenter, query: str) -> Chat:
    page.goto(f"{center.url}/{query}")
    chat = Chat(page)
    expect(chat.panel).to_be_visible()
    chat.wait_ready()
    return chat


def test_the_link_opens_the_chat_and_its_token_is_told_once(
    new_page: Callable[[], Page], center: FakeCenter
) -> None:
    page = new_page()
    chat = opened(page, center, "?visit=body.mark")
    assert page.url == f"{center.url}/", "neither in the address nor in the history"
    center.cut()
    chat.say("hello")
    expect(chat.message("You said: hello")).to_be_visible()
    assert [hello.get("visit") for hello in center.only.hellos] == ["body.mark", None]
    assert "body.mark" not in str(center.only.hellos[0]["context"])
    assert "body.mark" not in page.evaluate("JSON.stringify(localStorage)")


def test_it_goes_on_with_the_conversation_there_is(page: Page, center: FakeCenter) -> None:
    chat = Chat(page)
    chat.open()
    chat.say("hello")
    expect(chat.message("You said: hello")).to_be_visible()
    again = opened(page, center, "?visit=body.mark")
    expect(again.message("You said: hello")).to_be_visible()
    assert center.only.hellos[-1]["visit"] == "body.mark"


def test_an_answer_with_another_conversation_is_taken(page: Page, center: FakeCenter) -> None:
    chat = Chat(page)
    chat.open()
    chat.say("of another customer")
    expect(chat.message("You said: of another customer")).to_be_visible()
    center.forget_at_visit = True
    again = opened(page, center, "?visit=body.mark")
    again.say("fresh")
    again.expect_texts("fresh", "You said: fresh")
    assert len(center.conversations) == 2


def test_without_a_link_the_chat_stays_closed(page: Page, center: FakeCenter) -> None:
    expect(Chat(page).panel).to_be_hidden()
    assert center.conversations == {}
