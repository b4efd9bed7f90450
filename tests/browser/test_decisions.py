"""Decisions and cases in a real browser: by mouse and by keys, and told to the customer."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from actions.servicing.states import State
from handoff.reasons import Reason
from handoff.sources import local_date
from records.models import AuditEntry, Claim, ClaimPayout, ConversationId, Policy, ServiceTransaction
from tests.browser.console_agent import be_available, log_in, take
from tests.browser.console_center import ConsoleCenter
from tests.handoff import cases

NewPage = Callable[[], Page]


@pytest.fixture(autouse=True)
def nothing_waits(people: ConsoleCenter) -> None:
    """What earlier tests left is decided."""
    with people.store.writing() as session:
        for row in session.scalars(select(ServiceTransaction)):
            row.state = State.WITHDRAWN.value
        for claim in session.scalars(select(Claim)):
            claim.status = "closed"


def requested(
    people: ConsoleCenter, make: Any, *more: Any, name: str = "Li Wei", birth: date = date(1985, 3, 12)
) -> tuple[ConversationId, str]:
    """A request in a conversation that waits for a person; its receipt."""
    customer = people.customer(name, birth)
    conversation = people.hand_over("Please", reason=Reason.CALLBACK, customer_id=customer, assurance=3)
    with people.store.writing() as session:
        receipt = make(session, conversation, customer, people.clock.now(), *more)
    people.ring(conversation)
    return conversation, receipt


def claimed(people: ConsoleCenter, *missing: str, days_ago: int = 0, **more: Any) -> str:
    """A claim of a customer nobody talks to just now."""
    customer = people.customer("Wang Fang")
    now = people.clock.now() - timedelta(days=days_ago)
    with people.store.writing() as session:
        policy = cases.policy(session, customer, now, number=f"77{customer:010}")
        number = f"CL{customer:07}"
        cases.claim(session, None, policy, now, *missing, number=number, insured_name="Wang Fang", **more)
    people.ring()
    return number


def transaction(people: ConsoleCenter, receipt: str) -> ServiceTransaction:
    with people.store.reading() as session:
        return session.scalars(select(ServiceTransaction).where(ServiceTransaction.receipt == receipt)).one()


def open_decisions(page: Page) -> None:
    page.get_by_role("link", name="Decisions").click()
    expect(page.get_by_role("region", name="Work that waits")).to_be_visible()


def choose(page: Page, number: str) -> Any:
    page.get_by_role("region", name="Work that waits").get_by_role("button", name=number).click()
    case = page.get_by_role("article", name=number)
    expect(case).to_be_visible()
    return case


def test_a_call_is_made_and_the_loan_approved_beside_the_conversation(
    people: ConsoleCenter, new_page: NewPage
) -> None:
    page = new_page()
    log_in(page, people)
    be_available(page)
    _, receipt = requested(people, cases.loan, "20000", "age", name="Zhang Guihua", birth=date(1951, 11, 2))
    take(page, "Zhang Guihua")
    case = page.get_by_role("article", name=receipt)
    for words in ("Call back first", "CNY 20,000.00", "the account ending 7890", "Call +12025550101 first."):
        expect(case.get_by_text(words).first).to_be_visible()
    case.get_by_role("button", name="Call-back done, customer confirmed").click()
    form = case.get_by_role("form")
    confirm = form.get_by_role("button", name="Approve and carry out")
    confirm.click()
    # The browser itself asks for the tick; nothing was sent.
    expect(form).to_be_visible()
    assert transaction(people, receipt).state == State.WAITING_FOR_CALLBACK
    form.get_by_label("I called +12025550101 and the customer confirmed it").check()
    confirm.click()
    expect(page.get_by_role("status").get_by_text("Approved, and carried out.")).to_be_visible()
    expect(page.get_by_role("article", name=receipt)).to_be_hidden()
    said = page.get_by_role("log").get_by_text(
        f"Your request {receipt} (take a policy loan) has been approved"
    )
    expect(said).to_be_visible()
    assert transaction(people, receipt).state == State.APPLIED
    with people.store.reading() as session:
        actions = session.scalars(
            select(AuditEntry.action).where(AuditEntry.subject == f"transaction:{receipt}")
        ).all()
    assert actions == ["service.LN.applied", "callback.confirmed"]


def test_a_second_agent_must_agree_and_the_first_cannot_agree_twice(
    people: ConsoleCenter, new_page: NewPage, context: BrowserContext
) -> None:
    page = new_page()
    log_in(page, people)
    _, receipt = requested(people, cases.surrender)
    open_decisions(page)
    case = choose(page, receipt)
    expect(case.get_by_text("Second approval needed: it is about more than CNY 50,000.00")).to_be_visible()
    case.get_by_role("button", name="Approve").click()
    case.get_by_role("button", name="Approve as the first of two").click()
    expect(case.get_by_text("Amy Gao has agreed. That was you: another colleague must look")).to_be_visible()
    assert case.get_by_role("button", name="Approve").count() == 0
    assert transaction(people, receipt).state == State.WAITING_FOR_SECOND
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    log_in(page, people, "dora")
    open_decisions(page)
    case = choose(page, receipt)
    expect(case.get_by_text("Amy Gao has agreed.")).to_be_visible()
    case.get_by_role("button", name="Approve as second").click()
    case.get_by_role("button", name="Approve and carry out").click()
    expect(page.get_by_role("status").get_by_text("Approved, and carried out.")).to_be_visible()
    assert transaction(people, receipt).state == State.APPLIED


def test_a_refusal_by_keys_alone_is_read_by_the_customer(people: ConsoleCenter, new_page: NewPage) -> None:
    page = new_page()
    log_in(page, people)
    conversation, receipt = requested(people, cases.loan)
    page.goto(f"{people.url}/console/decisions?case={receipt}")
    case = page.get_by_role("article", name=receipt)
    case.get_by_role("button", name="Refuse").focus()
    page.keyboard.press("Enter")
    reason = case.get_by_label("Reason. The customer reads this")
    expect(reason).to_be_focused()
    page.keyboard.press("Escape")
    expect(reason).to_be_hidden()
    expect(case.get_by_role("button", name="Refuse")).to_be_focused()
    page.keyboard.press("Enter")
    expect(reason).to_be_focused()
    page.keyboard.type("We could not reach you")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").get_by_text("Refused; the customer is told why.")).to_be_visible()
    assert "was refused: We could not reach you." in people.texts(conversation)[-1]


def test_what_the_customer_took_back_meanwhile_cannot_be_decided(
    people: ConsoleCenter, new_page: NewPage
) -> None:
    page = new_page()
    log_in(page, people)
    _, receipt = requested(people, cases.surrender)
    page.goto(f"{people.url}/console/decisions?case={receipt}")
    case = page.get_by_role("article", name=receipt)
    case.get_by_role("button", name="Ask for more").click()
    case.get_by_label("What do you need?").fill("a photo")
    with people.store.writing() as session:
        row = session.scalars(select(ServiceTransaction).where(ServiceTransaction.receipt == receipt)).one()
        row.state = State.WITHDRAWN.value
    case.get_by_role("button", name="Ask the customer").click()
    told = page.get_by_role("alert").get_by_text("decided already").or_(page.get_by_text("does not wait"))
    expect(told.first).to_be_visible()
    assert transaction(people, receipt).state == State.WITHDRAWN


def test_a_claim_is_paid_and_its_clock_is_seen(people: ConsoleCenter, new_page: NewPage) -> None:
    page = new_page()
    log_in(page, people)
    number = claimed(people)
    open_decisions(page)
    case = choose(page, number)
    expect(case.get_by_text("One-day decision: promised by")).to_be_visible()
    expect(case.get_by_text("Papers complete")).to_be_visible()
    case.get_by_role("button", name="Pay", exact=True).click()
    case.get_by_label("Amount in yuan").fill("50,000")
    case.get_by_label("Account of Wang Fang").fill("12")
    case.get_by_role("button", name="Decide to pay").click()
    expect(page.get_by_role("alert").get_by_text("An account has 8 to 30 digits.")).to_be_visible()
    expect(case.get_by_label("Amount in yuan")).to_have_value("50,000")
    case.get_by_label("Account of Wang Fang").fill(cases.ACCOUNT)
    case.get_by_role("button", name="Decide to pay").click()
    expect(page.get_by_role("status").get_by_text("The payment is ordered.")).to_be_visible()
    with people.store.reading() as session:
        payout = session.scalars(
            select(ClaimPayout).join(Claim, Claim.id == ClaimPayout.claim_id).where(Claim.number == number)
        ).one()
    assert (str(payout.amount), payout.payee, payout.agreed_by) == ("50000.00", "Wang Fang", "agent:amy")


def test_a_broken_promise_is_told_once_and_stays_in_sight(people: ConsoleCenter, new_page: NewPage) -> None:
    page = new_page()
    log_in(page, people)
    expect(page.get_by_role("region", name="Overdue decisions")).to_be_hidden()
    number = claimed(people, days_ago=12)
    notice = page.get_by_role("region", name="Overdue decisions")
    expect(notice.get_by_role("link", name=number)).to_be_visible()
    announced = page.get_by_text(f"Claim {number}: the promised decision is overdue.")
    expect(announced).to_have_count(1)
    page.reload()
    expect(notice.get_by_role("link", name=number)).to_be_visible()
    expect(announced).to_have_count(0)
    notice.get_by_role("link", name=number).click()
    expect(page.get_by_role("article", name=number).get_by_text("The promise is broken.")).to_be_visible()


def fill_lists(people: ConsoleCenter, words: str = "I was told it is a savings account") -> str:
    number = claimed(people, "pathology report", "bank account")
    today, now = local_date(people.clock.now()), people.clock.now()
    conversation = people.hand_over("Here it is")
    with people.store.writing() as session:
        claim = session.scalars(select(Claim).where(Claim.number == number)).one()
        policy = session.get_one(Policy, claim.policy_id)
        visit = cases.visit(session, policy, today - timedelta(days=1))
        cases.ticket(session, visit, words, now)
        cases.paper(session, conversation, now, claim_id=claim.id, title="medical report", taken_at=now)
        cases.paper(session, conversation, now)
    people.ring()
    return number


def test_the_lists_of_cases_show_deadlines_exact_words_and_papers(
    people: ConsoleCenter, new_page: NewPage
) -> None:
    page = new_page()
    log_in(page, people)
    number = fill_lists(people)
    page.get_by_role("link", name="Cases").click()
    claims = page.get_by_role("region", name="Claims and deadlines")
    expect(claims.get_by_role("row", name=number)).to_contain_text("pathology report, bank account")
    visits = page.get_by_role("region", name="Return visits at risk")
    expect(visits.get_by_text("1 day over").first).to_be_visible()
    tickets = page.get_by_role("region", name="Problem tickets")
    expect(tickets.get_by_text("I was told it is a savings account").first).to_be_visible()
    papers = page.get_by_role("region", name="Papers, newest first")
    link = papers.get_by_role("link", name=f"medical report, {number}: save")
    expect(link).to_have_attribute("href", re.compile("^/console/papers/.+"))
    claims.get_by_role("link", name=number).click()
    expect(page.get_by_role("article", name=number)).to_be_visible()
