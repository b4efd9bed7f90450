"""The console in a real browser: an agent's day by mouse and by keys, and what must never happen."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import BrowserContext, Error, Page, expect
from sqlalchemy import select

from handoff.reasons import Reason
from records.models import AuditEntry, HandoffState
from tests.browser.console_fixtures import ConsoleCenter, console_server, people

__all__ = ["console_server", "people"]

NewPage = Callable[[], Page]

XSS = (
    "<script>window.hacked=1</script>",
    "<img src=x onerror='window.hacked=1'>",
    "<svg/onload=window.hacked=1>",
    "\"><iframe srcdoc='<script>parent.hacked=1</script>'>",
    "</script><script>window.hacked=1</script>",
    "javascript:window.hacked=1",
    "{{constructor.constructor('window.hacked=1')()}}",
    "${window.hacked=1}`+window.hacked+`",
    "<a href='javascript:window.hacked=1' id=c1>press</a>",
    "&lt;script&gt;window.hacked=1&lt;/script&gt;",
    "&#60;img src=x onerror=window.hacked=1&#62;",
)


def log_in(page: Page, people: ConsoleCenter, login: str = "amy") -> None:
    page.goto(f"{people.url}/console")
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(people.passwords[login])
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("switch", name="Available")).to_be_visible()


def take(page: Page, name: str) -> None:
    """Accept the offer of that name."""
    page.get_by_role("button", name=f"Accept {name}").click()
    expect(page.get_by_label("Reply to the customer")).to_be_enabled()


def be_available(page: Page) -> None:
    page.get_by_role("switch", name="Available").click()
    expect(page.get_by_role("switch", name="Available")).to_have_attribute("aria-checked", "true")


def no_violations(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


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

    page.get_by_role("button", name="Resolve…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("How did it end?").select_option("request_taken")
    dialog.get_by_label("Notes for colleagues").fill("Loan form filled in")
    dialog.get_by_role("button", name="Resolve", exact=True).click()
    expect(page.get_by_role("heading", name="No conversation chosen")).to_be_visible()

    handoff = people.handoff(conversation)
    assert (handoff.state, handoff.disposition, handoff.notes) == (
        HandoffState.DONE,
        "request_taken",
        "Loan form filled in",
    )
    assert people.texts(conversation)[-2].startswith("Amy has finished.")
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
    log_in(page, people)
    be_available(page)
    conversation = people.hand_over("Hello")
    take(page, "Visitor")
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
    log_in(page, people)
    be_available(page)
    conversation = people.hand_over("Hello")
    take(page, "Visitor")
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
    log_in(page, people)
    be_available(page)
    first = people.hand_over("First")
    take(page, "Visitor")
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


def test_a_wrong_password_says_nothing_about_the_login(
    people: ConsoleCenter, context: BrowserContext
) -> None:
    page = context.new_page()
    said = []
    for login in ("dora", "nobody"):
        page.goto(f"{people.url}/console/login")
        page.get_by_label("Login").fill(login)
        page.get_by_label("Password").fill("wrong")
        page.get_by_role("button", name="Log in").click()
        said.append(page.get_by_role("alert").inner_text())
    assert len(set(said)) == 1
    no_violations(page)


def test_log_out_and_a_new_password_close_the_console(people: ConsoleCenter, new_page: NewPage) -> None:
    page = new_page()
    log_in(page, people)
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Agents’ console")).to_be_visible()
    expect(page.get_by_label("Password")).to_be_visible()
    page.goto(f"{people.url}/console")
    expect(page.get_by_label("Password")).to_be_visible()
    log_in(page, people)
    people.new_password("amy")
    people.ring()
    expect(page.get_by_label("Password")).to_be_visible()


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(
    people: ConsoleCenter, new_page: NewPage, context: BrowserContext
) -> None:
    page = new_page()
    log_in(page, people)
    cookies = {cookie["name"]: cookie for cookie in context.cookies()}
    assert set(cookies) == {"console_session", "console_toolkit"}
    for cookie in cookies.values():
        assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/console")
    assert page.evaluate("document.cookie") == ""


def test_the_policy_allows_neither_scripts_from_strings_nor_markup_from_strings(
    people: ConsoleCenter, context: BrowserContext
) -> None:
    page = context.new_page()
    log_in(page, people)
    policy = page.request.get(f"{people.url}/console/").headers["content-security-policy"]
    assert "unsafe" not in policy
    with pytest.raises(Error, match="TrustedScript"):
        page.evaluate("setTimeout('window.hacked = 1', 0)")
    with pytest.raises(Error, match="TrustedHTML"):
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<b onclick=\"hacked=1\">x</b>')")
    assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize("login", ["amy", "dora"])
def test_nothing_that_customers_or_bots_write_is_ever_more_than_text(
    people: ConsoleCenter, new_page: NewPage, login: str
) -> None:
    page = new_page()
    log_in(page, people, login)
    be_available(page)
    everything = " ".join(XSS)
    customer = people.customer(XSS[0] + XSS[1], address=everything[:300], email=XSS[2], province=XSS[1][:40])
    conversation = people.hand_over(
        *XSS,
        customer_id=customer,
        assurance=2,
        bot=everything,
        form={"values": {XSS[0]: everything, "amount": XSS[1]}, "missing": [XSS[2]], "failed": [XSS[3]]},
        context={"page_title": XSS[0], "page_url": XSS[5], "referrer": XSS[1], "language": XSS[2]},
    )
    page.get_by_role("button", name=re.compile("^Accept ")).click()
    transcript = page.get_by_role("log")
    for text in XSS:
        expect(transcript.locator(".entry.customer .said").get_by_text(text, exact=True)).to_be_visible()
    expect(page.locator(".card .name")).to_have_text(XSS[0] + XSS[1])
    people.customer_writes(conversation, everything)
    expect(transcript.locator(".entry.customer .said").last).to_have_text(everything)
    page.get_by_label("Reply to the customer").fill(everything)
    page.get_by_label("Reply to the customer").press("Enter")
    expect(transcript.locator(".entry.agent .said").last).to_have_text(everything)
    page.get_by_role("button", name="Resolve…").click()
    expect(page.get_by_role("dialog").get_by_role("heading")).to_contain_text(XSS[0])
    page.keyboard.press("Escape")
    page.reload()
    page.get_by_role("region", name="My conversations").get_by_role("button").click()
    expect(transcript.locator(".entry.agent .said").last).to_have_text(everything)
    assert page.evaluate("window.hacked") is None
    assert page.locator("main :is(script, iframe, svg, img, a[href^=javascript])").count() == 0


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


def test_waiting_conversations_open_for_supervisors_only(people: ConsoleCenter, new_page: NewPage) -> None:
    page = new_page()
    log_in(page, people)
    people.hand_over("Who may read this?")
    waiting = page.get_by_role("region", name="Waiting")
    expect(waiting.get_by_text("Asked for a person")).to_be_visible()
    assert waiting.get_by_role("button").count() == 0
    expect(waiting).not_to_contain_text("Who may read this?")
    page.get_by_role("button", name="Log out").click()
    log_in(page, people, "dora")
    waiting.get_by_role("button").click()
    expect(page.get_by_role("log").get_by_text("Who may read this?")).to_be_visible()
    expect(page.get_by_role("textbox")).to_be_disabled()
