"""Decisions and cases for everybody and nobody: axe, small screens, strangers, and what customers wrote."""

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.console_agent import XSS, be_available, log_in, no_violations
from tests.browser.console_center import ConsoleCenter
from tests.browser.test_decisions import (
    choose,
    claimed,
    fill_lists,
    nothing_waits,
    open_decisions,
    requested,
)
from tests.handoff import cases

__all__ = ["nothing_waits"]

NewPage = Callable[[], Page]


def test_decisions_and_cases_have_no_accessibility_violations(
    people: ConsoleCenter, context: BrowserContext
) -> None:
    page = context.new_page()
    log_in(page, people)
    _, loan = requested(people, cases.loan, "120000", "amount", "age", birth=date(1951, 11, 2))
    _, surrender = requested(people, cases.surrender)
    number = claimed(people, days_ago=12)
    fill_lists(people)
    open_decisions(page)
    for case in (loan, surrender, number):
        shown = choose(page, case)
        shown.get_by_role("button", name="Refuse").click()
        expect(shown.get_by_role("form")).to_be_visible()
        no_violations(page)
    page.get_by_role("link", name="Cases").click()
    expect(page.get_by_role("region", name="Papers, newest first").get_by_role("table")).to_be_visible()
    no_violations(page)
    page.get_by_role("link", name="Conversations").click()
    be_available(page)
    page.get_by_role("button", name="Accept Li Wei").first.click()
    expect(page.get_by_role("article", name="Request").first).to_be_visible()
    no_violations(page)


@pytest.mark.parametrize("login", ["amy", "dora"])
def test_customers_words_are_text_on_every_page(people: ConsoleCenter, new_page: NewPage, login: str) -> None:
    page = new_page()
    log_in(page, people, login)
    everything = " ".join(XSS)
    customer = people.customer(XSS[0] + XSS[1])
    conversation = people.hand_over(XSS[0], customer_id=customer, assurance=2)
    with people.store.writing() as session:
        receipt = cases.request(
            session, conversation, customer, None, people.clock.now(), "CD",
            {"next": XSS[2], "amount": XSS[0], "account": XSS[1], "because": [XSS[3]]},
            values={XSS[0]: everything, "item": XSS[1]}, intent="change_key_identity",
        )  # fmt: skip
    number = claimed(people, XSS[0], description=everything, hospital=XSS[1], place=XSS[2], reporter=XSS[3])
    fill_lists(people, everything)
    page.goto(f"{people.url}/console/decisions?case={receipt}")
    expect(page.get_by_role("article").get_by_text(everything, exact=True)).to_be_visible()
    choose(page, number)
    expect(page.locator(".story")).to_have_text(everything)
    page.get_by_role("button", name="Ask for a paper").click()
    page.get_by_label("Which paper?").fill(XSS[4])
    page.get_by_label("Why? The customer reads this").fill(XSS[0])
    page.get_by_role("button", name="Ask the customer").click()
    expect(page.get_by_role("article").get_by_text(XSS[4], exact=True)).to_be_visible()
    page.goto(f"{people.url}/console/decisions?case={XSS[0]}")
    expect(page.get_by_text("does not wait for a decision any more")).to_be_visible()
    page.goto(f"{people.url}/console/cases")
    expect(page.get_by_role("region", name="Problem tickets").get_by_text(everything).first).to_be_visible()
    assert page.evaluate("window.hacked") is None
    assert page.locator("main :is(script, iframe, svg, img, a[href^=javascript])").count() == 0


def test_the_pages_fit_small_screens_and_are_closed_to_strangers(
    people: ConsoleCenter, new_page: NewPage
) -> None:
    page = new_page()
    for path in ("decisions", "cases"):
        page.goto(f"{people.url}/console/{path}")
        expect(page.get_by_label("Password")).to_be_visible()
    log_in(page, people)
    _, receipt = requested(people, cases.surrender)
    fill_lists(people)
    for path in (f"decisions?case={receipt}", "cases"):
        page.goto(f"{people.url}/console/{path}")
        for width, height in ((1280, 720), (1000, 700), (640, 720), (360, 740)):
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
