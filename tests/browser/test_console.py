"""The console in a real browser: an agent's day by mouse and by keys, and what must never happen."""

import re
from collections.abc import Callable
from datetime import date

from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from handoff.reasons import Reason
from records.models import AuditEntry, HandoffState
from tests.browser.console_agent import be_available, hold_visitor, log_in, no_violations, resolve, take
from tests.browser.console_center import ConsoleCenter

NewPage = Callable[[], Page]


def test_an_agent_serves_a_customer_from_offer_to_resolution(
    people: ConsoleCenter, new_page: NewPage
) -> None:
    page = new_page()
    log_in(page, people)
    be_available(page)
    customer = people.customer("Zhang Guihua", date(1951, 11, 2))
    conversation = people.hand_over(
        "I need money from my policy",
        "Twenty thousand please",
        reason=Reason.FIELD_FAILED,
        customer_id=customer,
        assurance=2,
        bot="Which account shall we pay to?",
        form={"values": {"amount": "20000"}, "missing": ["account"], "failed": ["account"]},
    )
    expect(page).to_have_title("(1) Console")
    take(page, "Zhang Guihua")

    side = page.get_by_role("region", name="Handoff and customer")
    expect(side.get_by_role("heading", name="Could not answer one question of the form")).to_be_visible()
    for words in (
        "60 or older",
        "Money can leave the customer",
        "Verified",
        "Take a policy loan",
        "“Twenty thousand please”",
        "Harbour Whole Life",
        "Missing: pathology report",
    ):
        expect(side.get_by_text(words).first).to_be_visible()

    transcript = page.get_by_role("log", name="Transcript")
    expect(transcript.get_by_text("Which account shall we pay to?")).to_be_visible()
    expect(transcript.get_by_text("Choices shown: Yes · No")).to_be_visible()

    reply = page.get_by_label("Reply to the customer")
    expect(reply).to_be_focused()
    reply.press_sequentially("Good morning")
    reply.press("Shift+Enter")
    reply.press_sequentially("this is Amy")
    reply.press("Enter")
    expect(transcript.get_by_text("Good morning this is Amy")).to_be_visible()
    expect(reply).to_have_value("")
    assert people.texts(conversation)[-1] == "Good morning\nthis is Amy"

    people.customer_writes(conversation, "It ends with 4417")
    expect(transcript.get_by_text("It ends with 4417")).to_be_visible()
    people.ring(conversation, typing=True)
    expect(page.get_by_text("Customer is typing…")).to_be_visible()

    resolve(page, people, conversation, "request_taken", "Loan form filled in")
    assert "Amy has finished." in " ".join(people.texts(conversation))
    with people.store.reading() as session:
        looks = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "customer_viewed").order_by(AuditEntry.id.desc())
        ).first()
    assert looks is not None
    assert (looks.actor, looks.detail) == ("agent:amy", {"conversation": conversation})


def test_everything_can_be_done_with_keys(people: ConsoleCenter, new_page: NewPage) -> None:
    page = new_page()
    page.goto(f"{people.url}/console")
    expect(page.get_by_label("Login")).to_be_focused()
    page.keyboard.type("amy")
    page.keyboard.press("Tab")
    page.keyboard.type(people.passwords["amy"])
    page.keyboard.press("Enter")
    available = page.get_by_role("switch", name="Available")
    expect(available).to_have_attribute("aria-checked", "false")
    page.keyboard.press("Alt+p")
    expect(available).to_have_attribute("aria-checked", "true")
    first = people.hand_over("First")
    expect(page.get_by_role("button", name="Accept Visitor")).to_be_visible()
    page.keyboard.press("Alt+a")
    expect(page.get_by_label("Reply to the customer")).to_be_focused()
    page.keyboard.type("Hello First")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log").get_by_text("Hello First")).to_be_visible()
    second = people.hand_over("Second")
    expect(page.get_by_role("button", name="Accept Visitor")).to_be_visible()
    page.keyboard.press("Alt+a")
    expect(page.get_by_role("log").get_by_text("Second", exact=True)).to_be_visible()
    expect(page.get_by_label("Reply to the customer")).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    # What is typed before the other conversation is there reaches nobody.
    page.keyboard.type("Lost")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log").get_by_text("First", exact=True)).to_be_visible()
    expect(page.get_by_label("Reply to the customer")).to_be_focused()
    page.keyboard.press("Alt+n")
    page.keyboard.type("Calm")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log").get_by_text("private note")).to_be_visible()
    page.keyboard.press("Alt+b")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="No conversation chosen")).to_be_visible()
    assert people.handoff(first).disposition == "returned_to_bot"
    assert people.texts(first).count("Calm") == 1
    assert "Lost" not in people.texts(first) + people.texts(second)
    page.keyboard.press("Alt+ArrowDown")
    expect(page.get_by_role("log").get_by_text("Second", exact=True)).to_be_visible()
    page.keyboard.press("Alt+s")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.type("Solved")
    page.keyboard.press("Tab")
    page.keyboard.type("Done by keys")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("heading", name="No conversation chosen")).to_be_visible()
    assert (people.handoff(second).disposition, people.handoff(second).notes) == ("solved", "Done by keys")
    third = people.hand_over("Third")
    expect(page.get_by_role("button", name="Decline Visitor")).to_be_visible()
    page.keyboard.press("Alt+x")
    expect(page.get_by_role("button", name="Decline Visitor")).to_be_hidden()
    assert people.handoff(third).state is HandoffState.QUEUED
    page.keyboard.press("Alt+/")
    expect(page.get_by_role("dialog").get_by_text("Return it to the assistant")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_drafts_are_kept_per_conversation_and_across_a_reload(
    people: ConsoleCenter, new_page: NewPage
) -> None:
    page = new_page()
    log_in(page, people)
    be_available(page)
    for said, draft in (("First", "Draft one"), ("Second", "Draft two")):
        people.hand_over(said)
        take(page, "Visitor")
        expect(page.get_by_role("log").get_by_text(said, exact=True)).to_be_visible()
        page.get_by_label("Reply to the customer").fill(draft)
    rows = page.get_by_role("region", name="My conversations").get_by_role("button")
    rows.first.click()
    expect(page.get_by_label("Reply to the customer")).to_have_value("Draft one")
    page.reload()
    rows.last.click()
    expect(page.get_by_label("Reply to the customer")).to_have_value("Draft two")


def test_a_reply_to_a_conversation_that_moved_on_is_refused_and_the_draft_kept(
    people: ConsoleCenter, new_page: NewPage
) -> None:
    page = new_page()
    conversation = hold_visitor(page, people, "Hello")
    reply = page.get_by_label("Reply to the customer")
    reply.fill("Are you there?")
    # Another process takes the conversation away; this one has heard no bell yet.
    people.take_away(conversation)
    reply.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text(re.compile("changed hands|not with you"))
    assert "Are you there?" not in people.texts(conversation)
    drafts = page.evaluate("Object.entries(sessionStorage).filter(([name]) => name.startsWith('draft'))")
    assert "Are you there?" in str(drafts)


def test_two_tabs_of_one_agent_show_the_same(people: ConsoleCenter, new_page: NewPage) -> None:
    first, second = new_page(), new_page()
    log_in(first, people)
    second.goto(f"{people.url}/console")
    be_available(first)
    expect(second.get_by_role("switch", name="Available")).to_have_attribute("aria-checked", "true")
    people.hand_over("Hello")
    take(first, "Visitor")
    row = second.get_by_role("region", name="My conversations").get_by_role("button")
    row.click()
    first.get_by_label("Reply to the customer").fill("Good morning")
    first.get_by_label("Reply to the customer").press("Enter")
    expect(second.get_by_role("log").get_by_text("Good morning")).to_be_visible()


def test_a_page_that_lost_its_socket_reads_what_it_missed(
    people: ConsoleCenter, context: BrowserContext
) -> None:
    page = context.new_page()
    conversation = hold_visitor(page, people, "Hello")
    context.set_offline(True)
    page.evaluate("window.socket.io.engine.close()")
    people.customer_writes(conversation, "Are you there?")
    context.set_offline(False)
    expect(page.get_by_role("log").get_by_text("Are you there?")).to_be_visible(timeout=20_000)
    assert page.get_by_role("log").get_by_text("Are you there?").count() == 1


def test_unread_conversations_are_marked_and_counted_in_the_title(
    people: ConsoleCenter, new_page: NewPage
) -> None:
    page = new_page()
    first = hold_visitor(page, people, "First")
    people.hand_over("Second")
    take(page, "Visitor")
    expect(page.get_by_role("log").get_by_text("Second", exact=True)).to_be_visible()
    expect(page).to_have_title("Console")
    people.customer_writes(first, "Still here")
    expect(page).to_have_title("(1) Console")
    row = page.get_by_role("region", name="My conversations").get_by_role("button", name="New:")
    expect(row).to_contain_text("Still here")
    row.click()
    expect(page).to_have_title("Console")
    expect(page.get_by_role("log").get_by_text("Still here")).to_be_visible()


def test_login_and_console_have_no_accessibility_violations(
    people: ConsoleCenter, context: BrowserContext
) -> None:
    # axe brings its own inline script, so these pages are looked at without their policy.
    page = context.new_page()
    page.goto(f"{people.url}/console/login")
    no_violations(page)
    log_in(page, people)
    no_violations(page)
    be_available(page)
    customer = people.customer("Li Wei")
    people.hand_over("I was told a lie", reason=Reason.SCAM, customer_id=customer, assurance=1)
    take(page, "Li Wei")
    people.hand_over("Hello", reason=Reason.COMPLAINT)
    people.hand_over("And me")
    expect(page.get_by_role("button", name="Accept Visitor").first).to_be_visible()
    no_violations(page)
    page.keyboard.press("Alt+n")
    page.keyboard.type("A note")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log").get_by_text("A note")).to_be_visible()
    no_violations(page)
    page.keyboard.press("Alt+s")
    expect(page.get_by_role("dialog")).to_be_visible()
    no_violations(page)


def test_the_console_fits_a_small_screen_without_scrolling_sideways(
    people: ConsoleCenter, new_page: NewPage
) -> None:
    page = new_page()
    log_in(page, people)
    for width, height in ((1280, 720), (1000, 700), (640, 720), (360, 740)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
