"""What a bad line does to a conversation: nothing. No message lost, none twice, none out of order."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.chat import Chat
from tests.browser.fake_center import FakeCenter


def test_a_cut_socket_comes_back_with_what_was_missed(page: Page, center: FakeCenter) -> None:
    chat = Chat(page)
    chat.open()
    chat.say("one")
    chat.expect_texts("one", "You said: one")
    center.faults.refuse_connections = True
    center.cut()
    expect(chat.host.locator("header")).to_contain_text("Connecting")
    center.write("while you were away")
    expect(chat.banner).to_contain_text("Connection lost")
    center.faults.refuse_connections = False
    chat.expect_texts("one", "You said: one", "while you were away")
    expect(chat.banner).to_be_empty()
    assert center.only.hellos[-1]["after"] == 4


def test_messages_written_without_a_connection_are_sent_in_order(page: Page, center: FakeCenter) -> None:
    chat = Chat(page)
    chat.open()
    center.faults.refuse_connections = True
    center.cut()
    expect(chat.host.locator("header")).to_contain_text("Connecting")
    for text in ("one", "two", "three"):
        chat.say(text)
    expect(chat.message("three")).to_contain_text("Waiting to send")
    center.faults.refuse_connections = False
    expect(chat.message("You said: three")).to_be_visible()
    assert center.texts() == ["one", "two", "three"]
    expect(chat.host.get_by_text("Waiting to send")).to_have_count(0)


def test_a_message_lost_before_it_was_stored_is_sent_again(page: Page, center: FakeCenter) -> None:
    center.faults.drop_before_commit = 2
    chat = Chat(page)
    chat.open()
    chat.say("hello")
    chat.expect_texts("hello", "You said: hello")
    assert center.texts() == ["hello"]
    assert len({frame["key"] for frame in center.only.received if frame["type"] == "say"}) == 1


def test_a_message_stored_but_not_acknowledged_is_not_stored_twice(page: Page, center: FakeCenter) -> None:
    center.faults.drop_before_ack = 1
    chat = Chat(page)
    chat.open()
    chat.say("hello")
    chat.expect_texts("hello", "You said: hello")
    expect(chat.message("hello")).to_contain_text("Sent")
    assert center.texts() == ["hello"]


def test_repeated_acks_and_entries_change_nothing(page: Page, center: FakeCenter) -> None:
    center.faults.duplicate_acks = True
    center.faults.repeat_entries = True
    chat = Chat(page)
    chat.open()
    chat.say("one")
    chat.say("two")
    chat.expect_texts("one", "You said: one", "two", "You said: two")


def test_a_message_that_comes_back_needs_no_ack(page: Page, center: FakeCenter) -> None:
    center.faults.no_acks = True
    chat = Chat(page)
    chat.open()
    chat.say("hello")
    expect(chat.message("hello")).to_contain_text("Sent")
    assert page.evaluate("Object.keys(localStorage).filter(key => key.includes('out.'))") == []


def test_an_unsent_message_survives_a_reload(page: Page, center: FakeCenter) -> None:
    chat = Chat(page)
    chat.open()
    chat.say("first")
    chat.expect_texts("first", "You said: first")
    center.faults.refuse_connections = True
    center.cut()
    chat.say("do not lose me")
    expect(chat.message("do not lose me")).to_contain_text("Waiting to send")
    page.reload()
    chat.launcher.click()
    expect(chat.message("do not lose me")).to_contain_text("Waiting to send")
    center.faults.refuse_connections = False
    chat.expect_texts("first", "You said: first", "do not lose me", "You said: do not lose me")
    assert center.texts() == ["first", "do not lose me"]


def test_a_message_whose_ack_was_lost_with_the_page_is_not_doubled(page: Page, center: FakeCenter) -> None:
    chat = Chat(page)
    chat.open()
    center.faults.drop_before_ack = 1
    center.reply = lambda text: center_refuses(center)
    chat.say("hello")
    expect(chat.host.locator("header")).to_contain_text("Connecting")
    page.reload()
    center.faults.refuse_connections = False
    chat.launcher.click()
    expect(chat.message("hello")).to_contain_text("Sent")
    chat.expect_texts("hello")
    assert center.texts() == ["hello"]


def center_refuses(center: FakeCenter) -> None:
    """From the first message on, no new connection."""
    center.faults.refuse_connections = True


def test_a_message_left_for_days_goes_only_when_asked(page: Page, center: FakeCenter) -> None:
    chat = Chat(page)
    chat.open()
    page.evaluate(
        """() => {
        const prefix = Object.keys(localStorage).find(key => key.endsWith('who')).slice(0, -3);
        const item = { key: 'k1', text: 'pay it out', at: '2026-01-01T00:00:00Z' };
        localStorage[prefix + 'out.k1'] = JSON.stringify(item);
    }"""
    )
    page.reload()
    chat.open()
    expect(chat.message("pay it out")).to_contain_text("Not sent")
    chat.button("Try again").click()
    chat.expect_texts("pay it out", "You said: pay it out")


def test_a_dead_line_is_noticed(new_page: Callable[[], Page], center: FakeCenter) -> None:
    page = new_page()
    page.clock.install()
    page.goto(center.url)
    chat = Chat(page)
    chat.open()
    center.faults.silent = True
    chat.say("anybody there?")
    expect(chat.message("anybody there?")).to_contain_text("Sending")
    page.clock.fast_forward(10_500)
    expect(chat.message("anybody there?")).to_contain_text("Waiting to send")
    center.faults.silent = False
    page.clock.fast_forward(1_000)
    chat.expect_texts("anybody there?", "You said: anybody there?")
    assert center.texts() == ["anybody there?"]


def test_a_line_that_says_nothing_is_asked_whether_it_lives(
    new_page: Callable[[], Page], center: FakeCenter
) -> None:
    page = new_page()
    page.clock.install()
    page.goto(center.url)
    chat = Chat(page)
    chat.open()
    page.clock.fast_forward(26_000)
    chat.say("hello")
    expect(chat.message("You said: hello")).to_be_visible()
    assert center.only.received[0] == {"type": "ping"}


def test_pauses_between_attempts_grow(new_page: Callable[[], Page], center: FakeCenter) -> None:
    page = new_page()
    page.clock.install()
    page.add_init_script(
        """window.pauses = []; const later = window.setTimeout;
        window.setTimeout = (act, pause, ...more) => {
            if (new Error().stack.includes('drop') && pause !== 2000) {
                document.documentElement.dataset.pauses = window.pauses.push(pause);
            }
            return later(act, pause, ...more);
        };"""
    )
    page.goto(center.url)
    chat = Chat(page)
    chat.open()
    center.faults.refuse_connections = True
    center.cut()
    for attempt in range(1, 8):
        expect(page.locator("html")).to_have_attribute("data-pauses", str(attempt))
        page.clock.fast_forward(21_000)
    pauses = page.evaluate("window.pauses")[:7]
    for attempt, pause in enumerate(pauses):
        longest = min(20_000, 500 * 2**attempt)
        assert longest / 2 <= pause <= longest


def test_the_network_coming_back_ends_the_pause(page: Page, center: FakeCenter) -> None:
    chat = Chat(page)
    chat.open()
    page.context.set_offline(True)
    expect(chat.banner).to_contain_text("Connection lost")
    chat.say("hello")
    page.context.set_offline(False)
    chat.expect_texts("hello", "You said: hello")


def test_a_conversation_the_centre_forgot_starts_anew_and_keeps_what_was_unsent(
    page: Page, center: FakeCenter
) -> None:
    chat = Chat(page)
    chat.open()
    chat.say("old")
    chat.expect_texts("old", "You said: old")
    center.faults.refuse_connections = True
    center.cut()
    chat.say("new")
    expect(chat.message("new")).to_contain_text("Waiting to send")
    center.conversations.clear()
    center.faults.refuse_connections = False
    chat.expect_texts("new", "You said: new")
    expect(chat.log.get_by_text("This is a new conversation.")).to_be_visible()
    assert center.texts() == ["new"]
    page.reload()
    chat.open()
    chat.expect_texts("new", "You said: new")


def test_a_browser_that_forbids_storage_still_chats(new_page: Callable[[], Page], center: FakeCenter) -> None:
    page = new_page()
    page.add_init_script(
        """Object.defineProperty(window, 'localStorage', {
            get() { throw new DOMException('no', 'SecurityError'); } });"""
    )
    page.goto(center.url)
    chat = Chat(page)
    chat.open()
    chat.say("one")
    chat.expect_texts("one", "You said: one")
    center.cut()
    center.write("later")
    chat.expect_texts("one", "You said: one", "later")


def test_a_full_store_loses_nothing_while_the_page_is_there(
    new_page: Callable[[], Page], center: FakeCenter
) -> None:
    page = new_page()
    page.goto(center.url)
    page.evaluate("localStorage.filler = 'x'.repeat(5 * 1024 * 1024 - 400)")
    page.reload()
    chat = Chat(page)
    chat.open()
    chat.say("y" * 600)
    chat.expect_texts("y" * 600, "You said: " + "y" * 600)
    center.cut()
    center.write("later")
    expect(chat.message("later")).to_be_visible()
    assert len(center.conversations) == 1
