"""The console keeps strangers out, and keeps what strangers write from being more than text."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from tests.browser.console_agent import XSS, be_available, log_in, no_violations
from tests.browser.console_center import ConsoleCenter

NewPage = Callable[[], Page]


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


def test_what_dialogs_searches_and_colleagues_show_is_text_as_well(
    people: ConsoleCenter, browser: Browser, new_page: NewPage
) -> None:
    page = new_page()
    log_in(page, people)
    be_available(page)
    name = XSS[0] + XSS[1]
    customer = people.customer(name)
    people.hand_over(*XSS, customer_id=customer, assurance=2)
    page.get_by_role("button", name=re.compile("^Accept ")).click()
    expect(page.get_by_label("Reply to the customer")).to_be_focused()
    page.keyboard.press("Alt+c")
    expect(page.get_by_role("option").first).to_contain_text(name)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Reply to the customer")).to_have_value(re.compile(re.escape(name)))
    page.keyboard.press("Alt+f")
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("window.hacked")
    expect(page.get_by_role("option").first).to_contain_text("window.hacked")
    page.keyboard.press("Escape")
    for keys in ("Alt+t", "Alt+l", "Alt+b"):
        page.keyboard.press(keys)
        expect(page.get_by_role("dialog").get_by_role("heading")).to_contain_text(name)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()

    other = browser.new_context().new_page()
    log_in(other, people, "dora")
    other.get_by_role("switch", name="Available").click()
    other.get_by_role("region", name="With colleagues").get_by_role("button").click()
    other.get_by_label("Whisper to the agent").fill(XSS[2])
    other.get_by_label("Whisper to the agent").press("Enter")
    expect(page.get_by_role("log").locator(".whisper .said")).to_have_text(XSS[2])
    page.keyboard.press("Alt+t")
    page.get_by_label("To", exact=True).select_option("Dora Shi")
    page.get_by_label("What should they know?").fill(" ".join(XSS))
    page.get_by_role("button", name="Transfer", exact=True).click()
    expect(page.locator(".banner q")).to_have_text(" ".join(XSS))
    expect(other.locator(".banner q")).to_have_text(" ".join(XSS))
    assert page.evaluate("window.hacked") is None
    assert other.evaluate("window.hacked") is None
    other.context.close()
