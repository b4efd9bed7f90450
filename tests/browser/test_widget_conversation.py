"""What a customer can do in the chat, with the keyboard alone and with the pointer."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot import utterance, widget
from tests.browser.chat import Chat
from tests.browser.fake_center import FakeCenter

CORPUS = [
    "<img src=x onerror=\"window.hacked='img'\">",
    "<script>window.hacked='script'</script>",
    "<svg/onload=window.hacked='svg'>",
    "</p></article><iframe srcdoc=\"<script>parent.hacked='iframe'</script>\"></iframe>",
    "javascript:window.hacked='url'",
    "<a href=\"javascript:window.hacked='link'\">click</a>",
    "{{constructor.constructor('window.hacked=1')()}} ${window.hacked=1}",
    "\" autofocus onfocus=\"window.hacked='attribute'",
    "<style>@import url(//evil.example)</style>",
    "\u202egnissapsert \u0000 \U0001f600 $& $1 $$",
]


def test_a_conversation_needs_nothing_but_the_keyboard(page: Page, center: FakeCenter) -> None:
    center.reply = lambda text: (
        {"text": "Which policy?", "buttons": ["The first", "The second"]} if "due" in text else None
    )
    chat = Chat(page)
    chat.launcher.focus()
    page.keyboard.press("Enter")
    expect(chat.box).to_be_focused()
    page.keyboard.type("What is due")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("this month?")
    page.keyboard.press("Enter")
    expect(chat.message("Which policy?")).to_be_visible()
    expect(chat.box).to_have_value("")
    assert center.texts() == ["What is due\nthis month?"]

    for _ in range(20):  # back from the box to the choices
        if chat.button("The second").evaluate("node => node.matches(':focus')"):
            break
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    expect(chat.message("The second")).to_be_visible()
    expect(chat.box).to_be_focused()
    page.keyboard.press("Escape")
    expect(chat.panel).to_be_hidden()
    expect(chat.launcher).to_be_focused()


def test_the_page_stays_usable_beside_the_open_panel(page: Page) -> None:
    chat = Chat(page)
    chat.open()
    expect(chat.panel).not_to_have_attribute("aria-modal", "true")
    page.get_by_role("link", name="Services").click()
    expect(page).to_have_url(re.compile("#services$"))
    page.keyboard.press("Escape")  # what the panel hides can be uncovered from anywhere
    expect(chat.panel).to_be_hidden()


def test_enter_that_picks_a_word_in_an_input_method_does_not_send(page: Page, center: FakeCenter) -> None:
    chat = Chat(page)
    chat.open()
    chat.box.fill("保单")
    chat.box.evaluate(
        """box => box.dispatchEvent(new KeyboardEvent(
            'keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true }))"""
    )
    expect(chat.box).to_have_value("保单")
    chat.box.press("Enter")
    chat.expect_texts("保单", "You said: 保单")
    assert center.texts() == ["保单"]


def test_all_choices_of_a_set_are_over_once_one_is_taken(page: Page, center: FakeCenter) -> None:
    center.reply = lambda text: None
    chat = Chat(page)
    chat.open()
    center.write("Shall I?", buttons=["Yes", "No"])
    chat.button("Yes").click()
    expect(chat.message("Yes")).to_contain_text("Sent")
    expect(chat.button("Yes")).to_be_disabled()
    expect(chat.button("No")).to_be_disabled()
    assert [frame["button"] for frame in center.only.received if frame["type"] == "press"] == ["/b/2.0"]
    center.write("And now?", buttons=["Again"])
    expect(chat.button("Again")).to_be_enabled()
    chat.say("something else")
    expect(chat.button("Again")).to_be_disabled()
    page.reload()
    chat.launcher.click()
    expect(chat.button("No")).to_be_disabled()


def test_a_choice_that_is_gone_is_explained(page: Page, center: FakeCenter) -> None:
    chat = Chat(page)
    chat.open()
    center.write("Shall I?", buttons=["Yes"])
    expect(chat.button("Yes")).to_be_visible()
    center.only.entries.clear()
    chat.button("Yes").click()
    expect(chat.notice).to_have_text("That choice is no longer there.")
    expect(chat.button("Yes")).to_be_enabled()
    chat.expect_texts("Shall I?")


def test_a_person_can_be_asked_for_at_any_time(page: Page, center: FakeCenter) -> None:
    center.reply = lambda text: None
    chat = Chat(page)
    chat.open()
    chat.button("Talk to a person").click()
    expect(chat.message("I would like to talk to a person")).to_contain_text("Sent")
    center.hand_over("queued", text="You are number 1 in line.")
    expect(chat.log.get_by_text("You are number 1 in line.")).to_be_visible()
    expect(chat.person).to_have_attribute("aria-disabled", "true")
    chat.person.click(force=True)
    center.hand_over("agent", name="Amy Gao")
    expect(chat.log.get_by_text("Amy Gao has joined.")).to_be_visible()
    center.write("Good morning.", author="agent", name="Amy Gao")
    expect(chat.message("Good morning.").get_by_text("Amy Gao")).to_be_visible()
    expect(chat.host.locator("header")).to_contain_text("Amy Gao is with you")
    center.hand_over("bot")
    expect(chat.person).to_have_text("Talk to a person")
    assert center.texts() == ["I would like to talk to a person"]


def test_every_change_of_owner_has_words(page: Page, center: FakeCenter) -> None:
    chat = Chat(page)
    chat.open()
    for owner in ("queued", "offered", "agent", "wrap_up", "callback", "closed", "bot"):
        center.hand_over(owner)
    expect(chat.host.locator(".system")).to_have_count(7)
    assert all(line.strip() for line in chat.host.locator(".system").all_inner_texts())


def test_typing_is_shown_and_ends_by_itself(page: Page, center: FakeCenter) -> None:
    chat = Chat(page)
    chat.open()
    center.show_typing("bot", 0.4)
    expect(chat.host.get_by_text("Assistant is writing")).to_be_visible()
    expect(chat.host.get_by_text("Assistant is writing")).to_be_hidden()
    center.show_typing("bot", 60)
    expect(chat.host.get_by_text("Assistant is writing")).to_be_visible()
    center.write("Here I am.")
    expect(chat.host.get_by_text("Assistant is writing")).to_be_hidden()
    chat.box.press_sequentially("abc")
    chat.say("abc")
    expect(chat.message("abc")).to_contain_text("Sent")
    assert [frame["type"] for frame in center.only.received if frame["type"] == "typing"] == ["typing"]


def test_a_long_message_is_counted_and_stays_in_the_box(page: Page, center: FakeCenter) -> None:
    chat = Chat(page)
    chat.open()
    chat.box.fill("a" * 9850)
    expect(chat.host.get_by_text("9,850 of 10,000 characters")).to_be_visible()
    chat.say("b" * 10_003)
    expect(chat.notice).to_have_text("Please shorten your message by 3 characters.")
    expect(chat.box).to_have_value("b" * 10_003)
    expect(chat.box).to_have_attribute("aria-invalid", "true")
    chat.say("b" * 10_000)
    expect(chat.message("b" * 10_000)).to_contain_text("Sent")
    expect(chat.notice).to_be_empty()


def test_a_message_the_centre_finds_too_long_comes_back_into_the_box(page: Page, center: FakeCenter) -> None:
    chat = Chat(page)
    chat.open()
    longest = "\U0001f600" * 10_000  # counted as a reader counts, not as a machine stores
    chat.say(longest)
    expect(chat.message(longest)).to_contain_text("Sent")
    center.faults.too_long = 1
    chat.say("short enough for me")
    expect(chat.notice).to_have_text("That is too long.")
    expect(chat.box).to_have_value("short enough for me")
    expect(chat.message("short enough for me")).to_have_count(0)


def test_a_refused_message_can_be_tried_again(page: Page, center: FakeCenter) -> None:
    center.faults.rate_limit = 1
    chat = Chat(page)
    chat.open()
    chat.say("hello")
    expect(chat.message("hello")).to_contain_text("Not sent")
    expect(chat.notice).to_contain_text("Please wait a moment")
    chat.button("Try again").click()
    chat.expect_texts("hello", "You said: hello")
    assert center.texts() == ["hello"]


def test_what_arrives_unseen_is_counted_on_the_button_and_in_the_title(
    page: Page, center: FakeCenter
) -> None:
    chat = Chat(page)
    chat.open()
    chat.close()
    title = page.title()
    center.write("One")
    center.write("Two", author="agent", name="Amy Gao")
    expect(chat.host.get_by_role("button", name="Chat with us, 2 unread")).to_be_visible()
    expect(page).to_have_title(f"(2) {title}")
    expect(chat.host.get_by_text("New message from Amy Gao")).to_have_count(1)
    page.reload()  # what was not read stays not read
    expect(page).to_have_title(f"(2) {title}")
    chat.open()
    expect(page).to_have_title(title)
    expect(chat.message("Two")).to_be_visible()
    chat.close()
    page.reload()
    expect(page).to_have_title(title)


def test_the_agent_learns_what_was_read(page: Page, center: FakeCenter) -> None:
    chat = Chat(page)
    chat.open()
    center.write("One")
    expect(chat.message("One")).to_be_visible()
    chat.say("done")
    expect(chat.message("You said: done")).to_be_visible()
    reads = [frame["seq"] for frame in center.only.received if frame["type"] == "read"]
    assert reads == sorted(set(reads))
    assert 2 in reads


def test_the_conversation_can_be_kept_as_a_file(page: Page, center: FakeCenter, tmp_path: Path) -> None:
    chat = Chat(page)
    chat.open()
    chat.say("Grüße, 保单?")
    expect(chat.message("You said: Grüße, 保单?")).to_be_visible()
    center.hand_over("agent", name="Amy Gao")
    center.write("Hello.", author="agent", name="Amy Gao")
    expect(chat.message("Hello.")).to_be_visible()
    with page.expect_download() as download:
        chat.button("Save as text").click()
    assert re.fullmatch(r"chat-\d{4}-\d\d-\d\d\.txt", download.value.suggested_filename)
    download.value.save_as(tmp_path / "chat.txt")
    lines = (tmp_path / "chat.txt").read_text("utf-8").split("\n")
    said = [line.split("] ", 1)[1].strip() for line in lines if line.startswith("[")]
    assert lines[0] == "Harbour Life"
    assert said == [
        "You: Grüße, 保单?",
        "Assistant: You said: Grüße, 保单?",
        "Notice: Amy Gao has joined.",
        "Amy Gao: Hello.",
    ]


def test_an_answer_names_the_article_it_comes_from(page: Page, center: FakeCenter) -> None:
    chat = Chat(page)
    chat.open()
    center.write("You have 15 days.", custom={"tier": 2, "article": "cooling_off_period"})
    center.write("I do not know that.", custom={"tier": 2, "article": None})
    expect(chat.message("I do not know that.")).not_to_contain_text("Source")
    with page.expect_popup() as popup:
        chat.message("You have 15 days.").get_by_role("link", name="cooling off period").click()
    expect(popup.value.get_by_role("heading", name="The cooling-off period")).to_be_visible()
    expect(Chat(popup.value).launcher).to_be_visible()


def test_only_our_own_addresses_become_links(page: Page, center: FakeCenter) -> None:
    chat = Chat(page)
    chat.open()
    center.write(
        f"Confirm at {center.url}/identity/abc. Never at https://harbour-1ife.example/x",
        author="agent",
        name="Amy",
    )
    expect(chat.messages.get_by_role("link")).to_have_text([f"{center.url}/identity/abc"])


def test_large_type_is_remembered_and_told_to_the_centre(page: Page, center: FakeCenter) -> None:
    chat = Chat(page)
    chat.open()
    small = chat.box.evaluate("box => parseFloat(getComputedStyle(box).fontSize)")
    chat.button("Larger text").click()
    expect(chat.button("Larger text")).to_have_attribute("aria-pressed", "true")
    assert chat.box.evaluate("box => parseFloat(getComputedStyle(box).fontSize)") >= small * 1.25
    page.reload()
    chat.open()
    expect(chat.button("Larger text")).to_have_attribute("aria-pressed", "true")
    assert [hello["context"]["gentle"] for hello in center.only.hellos] == [False, True]


def test_the_centre_can_ask_for_large_type_but_the_customer_decides(page: Page, center: FakeCenter) -> None:
    chat = Chat(page)
    chat.open()
    center.write("Good day.", custom={"gentle": True})
    expect(chat.button("Larger text")).to_have_attribute("aria-pressed", "true")
    chat.button("Larger text").click()
    center.write("As you like.", custom={"gentle": True})
    expect(chat.message("As you like.")).to_be_visible()
    expect(chat.button("Larger text")).to_have_attribute("aria-pressed", "false")


def test_the_greeting_tells_where_the_customer_is_but_no_secrets_of_the_address(
    new_page: Callable[[], Page], center: FakeCenter
) -> None:
    page = new_page()
    page.goto(f"{center.url}/?token=secret#fragment")
    Chat(page).open()
    assert center.only.hellos[0]["context"] == {
        "page_title": "Harbour Life",
        "page_url": f"{center.url}/",
        "referrer": "",
        "language": "en",
        "gentle": False,
    }


@pytest.mark.parametrize("author", ["customer", "bot", "agent", "system"])
def test_nothing_that_anybody_writes_is_executed(page: Page, center: FakeCenter, author: str) -> None:
    center.reply = lambda text: None
    chat = Chat(page)
    chat.open()
    for number, text in enumerate(CORPUS):
        if author == "customer" and "\u0000" not in text:
            chat.say(text)
        elif author == "system":
            center.hand_over("agent", name=text, text=text)
        else:
            center.write(
                text, author=author, name=text, buttons=[text], custom={"article": text, "receipt": text}
            )
        center.write(f"end of {number}")
        expect(chat.message(f"end of {number}")).to_be_visible()
    assert page.evaluate("window.hacked") is None
    for link in chat.messages.get_by_role("link").all():
        assert (link.get_attribute("href") or "").startswith(f"{center.url}/articles/")
    page.reload()
    chat.open()
    expect(chat.message(f"end of {len(CORPUS) - 1}")).to_be_visible()
    assert page.evaluate("window.hacked") is None


def test_two_tabs_share_one_conversation(new_page: Callable[[], Page], center: FakeCenter) -> None:
    first, second = new_page(), new_page()
    first.goto(center.url)
    Chat(first).open()
    second.goto(center.url)
    Chat(second).open()
    Chat(first).say("hello")
    for page in (first, second):
        Chat(page).expect_texts("hello", "You said: hello")
    assert len(center.conversations) == 1


def test_hints_put_words_into_the_box_and_leave_sending_to_the_visitor(
    page: Page, center: FakeCenter
) -> None:
    chat = Chat(page)
    page.get_by_role("button", name="Is my policy still in force?").click()
    expect(chat.box).to_be_focused()
    expect(chat.box).to_have_value("Is my policy still in force?")
    page.keyboard.press("Enter")
    chat.expect_texts("Is my policy still in force?", "You said: Is my policy still in force?")


def test_the_chat_takes_as_much_as_the_centre() -> None:
    script = (Path(widget.__file__).parent / "widget.js").read_text("utf-8")
    (limit,) = re.findall(r"^const LIMIT = ([\d_]+);", script, re.MULTILINE)
    assert int(limit) == utterance.LONGEST_TEXT


def test_who_waits_can_stop_at_any_time_also_after_writing(page: Page, center: FakeCenter) -> None:
    chat = Chat(page)
    chat.open()
    chat.say("A person, please")
    ways = ["Call me back instead", "Stop waiting"]
    center.reply = lambda text: None
    center.hand_over("queued", text="You are next in the queue.", buttons=ways, custom={"position": 1})
    expect(chat.message("You are next in the queue.")).to_be_visible()
    chat.say("It is about my claim")
    expect(chat.message("It is about my claim")).to_be_visible()
    expect(chat.button("Call me back instead")).to_be_enabled()
    chat.button("Stop waiting").click()
    expect(chat.message("Stop waiting")).to_be_visible()
    assert center.texts()[-1] == "Stop waiting"
    center.hand_over("bot", text="You have left the queue.")
    expect(chat.button("Call me back instead")).to_be_disabled()
