"""Files from the chat: limits told before, results told after, and no second copy over a bad line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, FilePayload, Page, Route, expect

from tests.browser.chat import Chat
from tests.browser.fake_center import FakeCenter

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LIMITS = "Photos (JPEG, PNG, HEIC) or PDF, up to 0.01 MB each."


def pdf(name: str = "report.pdf", size: int = 800) -> FilePayload:
    return {"name": name, "mimeType": "application/pdf", "buffer": b"%PDF-1.7" + b"x" * (size - 8)}


def open_sheet(page: Page) -> Chat:
    chat = Chat(page)
    chat.open()
    chat.button("Send a file").click()
    expect(chat.host.get_by_text(LIMITS)).to_be_visible()
    return chat


def choose(chat: Chat, *files: FilePayload) -> None:
    with chat.page.expect_file_chooser() as chooser:
        chat.button("Choose files").click()
    chooser.value.set_files(list(files))


def test_a_file_is_sent_and_the_conversation_goes_on(page: Page, center: FakeCenter) -> None:
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    chat = Chat(page)
    chat.open()
    assert not any("attach" in url for url in loaded), "loaded when it is wanted, not before"
    chat.button("Send a file").click()
    expect(chat.host.get_by_text(LIMITS)).to_be_visible()
    expect(chat.button("Choose files")).to_be_focused()
    expect(chat.button("Choose files")).to_have_accessible_description(LIMITS)
    choose(chat, pdf())
    chat.expect_texts("(Sent a file: 800 bytes)", "Thank you, it is here.")
    expect(chat.host.get_by_role("status").filter(has_text="report.pdf was sent.")).to_have_count(1)
    expect(chat.button("Choose files")).to_be_hidden()
    expect(chat.box).to_be_focused()


def test_several_files_go_one_after_the_other(page: Page, center: FakeCenter) -> None:
    chat = open_sheet(page)
    choose(chat, pdf("front.pdf", 100), pdf("back.pdf", 200))
    expect(chat.message("Thank you, it is here.")).to_have_count(2)
    assert [size for _, size in center.uploads] == [100, 200]
    assert len({key for key, _ in center.uploads}) == 2


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (pdf("long.pdf", 10_001), "long.pdf is too large: up to 0.01 MB fit. A photo is enough."),
        (
            {"name": "a.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"},
            "a.svg is neither a photo (JPEG, PNG, HEIC) nor a PDF.",
        ),
    ],
)
def test_what_does_not_fit_is_told_and_not_sent(
    file: FilePayload, words: str, page: Page, center: FakeCenter
) -> None:
    chat = open_sheet(page)
    choose(chat, file)
    expect(chat.host.get_by_role("alert").filter(has_text=words)).to_be_visible()
    assert center.uploads == []
    choose(chat, pdf())
    expect(chat.message("Thank you, it is here.")).to_be_visible()


def test_what_the_centre_refuses_is_told_in_its_words(page: Page, center: FakeCenter) -> None:
    chat = open_sheet(page)
    center.faults.refuse_files = "I can take photos and PDF files."
    choose(chat, {"name": "odd.heic", "mimeType": "", "buffer": b"no photo"})
    expect(chat.host.get_by_role("alert").filter(has_text="odd.heic: I can take photos")).to_be_visible()
    expect(chat.button("Try again")).to_have_count(0)


def test_a_file_whose_answer_got_lost_is_sent_again_and_is_one(page: Page, center: FakeCenter) -> None:
    lost = 0

    def lose(route: Route) -> None:
        nonlocal lost
        if route.request.method != "POST" or lost:
            route.continue_()
            return
        lost += 1
        route.fetch()
        route.abort()

    page.route("**/chat/upload", lose)
    chat = open_sheet(page)
    choose(chat, pdf())
    expect(chat.host.get_by_role("status").filter(has_text="report.pdf was sent.")).to_have_count(1)
    assert len(center.uploads) == 2 and len(set(center.uploads)) == 1, "the same file under the same key"
    chat.expect_texts("(Sent a file: 800 bytes)", "Thank you, it is here.")


def test_a_line_that_stays_bad_keeps_the_file_until_it_is_tried_again(page: Page, center: FakeCenter) -> None:
    page.clock.install()
    page.route(
        "**/chat/upload",
        lambda route: route.abort() if route.request.method == "POST" else route.continue_(),
    )
    chat = open_sheet(page)
    choose(chat, pdf())
    for _ in range(3):
        expect(chat.host.get_by_text("Bad connection, trying again")).to_be_visible()
        page.clock.fast_forward(9_000)
    problem = chat.host.get_by_role("alert").filter(has_text="could not be sent, the connection is bad")
    expect(problem).to_be_visible()
    expect(chat.button("Remove report.pdf")).to_be_visible()
    page.unroute("**/chat/upload")
    chat.button("Try again").click()
    expect(chat.message("Thank you, it is here.")).to_be_visible()
    assert len(center.uploads) == 1


def test_the_sheet_works_with_the_keyboard_alone(page: Page, center: FakeCenter) -> None:
    chat = Chat(page)
    chat.open()
    chat.button("Send a file").focus()
    page.keyboard.press("Enter")
    expect(chat.button("Choose files")).to_be_focused()
    page.keyboard.press("Tab")
    expect(chat.host.get_by_role("button", name="Close", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(chat.button("Choose files")).to_be_hidden()
    expect(chat.panel).to_be_visible()
    expect(chat.button("Send a file")).to_be_focused()


def test_the_bots_question_for_a_file_opens_the_sheet_and_leaves_the_focus(
    page: Page, center: FakeCenter
) -> None:
    chat = Chat(page)
    chat.open()
    chat.say("here is my paper")
    expect(chat.message("You said: here is my paper")).to_be_visible()
    center.write("Please send me a photo.", custom={"expects": "file"})
    expect(chat.button("Choose files")).to_be_visible()
    expect(chat.box).to_be_focused()


def test_without_a_line_the_button_says_so_and_works_later(
    new_page: Callable[[], Page], center: FakeCenter
) -> None:
    page = new_page()
    page.goto(center.url)
    failing = True
    page.route("**/attach.js*", lambda route: route.abort() if failing else route.continue_())
    chat = Chat(page)
    chat.open()
    chat.button("Send a file").click()
    expect(chat.notice).to_contain_text("Connection lost")
    failing = False
    chat.button("Send a file").click()
    expect(chat.button("Choose files")).to_be_visible()


def test_axe_finds_nothing_in_the_sheet(browser: Browser, center: FakeCenter) -> None:
    for look in ("light", "dark"):
        with browser.new_context(color_scheme=look, reduced_motion="reduce") as context:
            page = context.new_page()
            page.goto(center.url)
            page.route(
                "**/chat/upload",
                lambda route: route.abort() if route.request.method == "POST" else route.continue_(),
            )
            chat = open_sheet(page)
            choose(chat, pdf("x" * 60 + ".pdf"))
            expect(chat.host.get_by_text("Bad connection, trying again")).to_be_visible()
            options = {"runOnly": {"type": "tag", "values": TAGS}}
            assert Axe().run(page, options=options).response["violations"] == []


def test_the_modules_never_make_markup_of_text() -> None:
    folder = Path(__file__).parents[2] / "bot" / "widget"
    for name in ("attach.js", "transcript.js"):
        script = (folder / name).read_text("utf-8")
        assert not any(way in script for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "eval("))
