"""The learning page in a real browser: a reviewer's work by keys, for who may, and what must never happen."""

import uuid
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import delete, select

from handoff.access import COOKIE
from records import ledger
from records.models import ArticleDraft, AuditEntry, Review, ReviewState
from tests.browser.console_agent import XSS, log_in, no_violations
from tests.browser.console_center import ConsoleCenter

NewPage = Callable[[], Page]


@pytest.fixture(autouse=True)
def _empty(people: ConsoleCenter) -> None:
    with people.store.writing() as session:
        session.execute(delete(ArticleDraft))
        session.execute(delete(Review))


def to_review(people: ConsoleCenter, text: str, intent: str = "surrender_policy", suggested: str = "") -> int:
    now = people.clock.now()
    with people.store.writing() as session:
        conversation, _ = ledger.open_conversation(session, "chat", now)
        review = Review(
            turn=f"{conversation}:{uuid.uuid4().hex[:8]}",
            conversation_id=conversation,
            channel="chat",
            reasons=["unsure", "corrected"],
            text=text,
            intent=intent,
            confidence=0.41,
            ranking=[[intent, 0.41], ["cancel_task", 0.3]],
            suggested=suggested,
            said_at=now,
        )
        session.add(review)
        session.flush()
        return review.id


def decided(people: ConsoleCenter, review_id: int) -> tuple[ReviewState, str]:
    with people.store.reading() as session:
        review = session.get_one(Review, review_id)
        return review.state, review.label


def open_page(page: Page, people: ConsoleCenter) -> None:
    log_in(page, people, "dora")
    page.get_by_role("link", name="Learning").click()
    expect(page.get_by_role("heading", name="Learning")).to_be_visible()


def test_a_reviewer_decides_by_one_key_each(people: ConsoleCenter, new_page: NewPage) -> None:
    wrong = to_review(people, "it was only a question", "surrender_policy")
    far = to_review(people, "insure my car")
    meant = to_review(people, "give me the money", "nlu_fallback", suggested="take_policy_loan")
    right = to_review(people, "end my policy")
    page = new_page()
    open_page(page, people)
    expect(page.get_by_role("heading", name="4 to review, 0 done")).to_be_visible()
    for text, key in (("end my policy", "c"), ("give me the money", "g"), ("insure my car", "o")):
        card = page.get_by_role("region", name=text)
        expect(card).to_be_focused()
        page.keyboard.press(key)
    expect(page.get_by_role("region", name="it was only a question")).to_be_focused()
    page.keyboard.press("r")
    page.keyboard.type("ask_question")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing to review.")).to_be_visible()
    assert [decided(people, one) for one in (right, meant, far, wrong)] == [
        (ReviewState.CONFIRMED, "surrender_policy"),
        (ReviewState.RELABELLED, "take_policy_loan"),
        (ReviewState.OUT_OF_SCOPE, "out_of_scope"),
        (ReviewState.RELABELLED, "ask_question"),
    ]
    with people.store.reading() as session:
        audited = session.scalars(
            select(AuditEntry.subject).where(AuditEntry.action.startswith("review."))
        ).all()
    assert {f"review:{one}" for one in (right, meant, far, wrong)} <= set(audited)


def test_a_missing_article_is_begun_beside_its_question(people: ConsoleCenter, new_page: NewPage) -> None:
    question = to_review(people, "what is a moratorium", "nlu_fallback")
    page = new_page()
    open_page(page, people)
    expect(page.get_by_role("region", name="what is a moratorium")).to_be_focused()
    page.keyboard.press("a")
    expect(page.get_by_label("Title of the article")).to_be_focused()
    page.keyboard.type("Moratorium")
    page.get_by_label("What should have been said").fill("A pause in payments. We offer none.")
    page.get_by_role("button", name="Keep the draft").click()
    expect(page.get_by_text("Nothing to review.")).to_be_visible()
    assert decided(people, question) == (ReviewState.ARTICLE, "ask_question")
    with people.store.reading() as session:
        draft = session.scalars(select(ArticleDraft)).one()
    assert (draft.title, draft.question) == ("Moratorium", "what is a moratorium")


def test_typing_a_label_decides_nothing_and_an_unknown_one_is_refused(
    people: ConsoleCenter, new_page: NewPage
) -> None:
    review = to_review(people, "hm")
    page = new_page()
    open_page(page, people)
    page.get_by_label("It means").press_sequentially("cosa")
    assert decided(people, review) == (ReviewState.OPEN, "")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Choose one of the services in the list.")
    assert decided(people, review) == (ReviewState.OPEN, "")


def test_the_slower_of_two_reviewers_is_told(people: ConsoleCenter, new_page: NewPage) -> None:
    review = to_review(people, "hm")
    page = new_page()
    open_page(page, people)
    with people.store.writing() as session:
        session.get_one(Review, review).state = ReviewState.SKIPPED
    page.get_by_role("button", name="Out of scope").click()
    expect(page.get_by_role("alert")).to_have_text("Somebody was faster: this one is decided already.")
    assert decided(people, review) == (ReviewState.SKIPPED, "")


def test_an_agent_is_not_let_in(people: ConsoleCenter, new_page: NewPage) -> None:
    to_review(people, "hm")
    page = new_page()
    log_in(page, people, "amy")
    expect(page.get_by_role("link", name="Learning")).to_have_count(0)
    token = next(one["value"] for one in page.context.cookies() if one["name"] == COOKIE)
    assert httpx.get(f"{people.url}/console/learning", cookies={COOKIE: token}).status_code == 403


def test_what_customers_wrote_is_text(people: ConsoleCenter, new_page: NewPage) -> None:
    for text in XSS:
        to_review(people, text)
    page = new_page()
    open_page(page, people)
    for text in XSS:
        page.get_by_role("listitem").get_by_text(text, exact=True).click()
        expect(page.get_by_role("heading", name=f"“{text}”")).to_be_visible()
    assert page.evaluate("window.hacked") is None


def test_the_page_has_no_accessibility_violations(people: ConsoleCenter, context: BrowserContext) -> None:
    to_review(people, "what is a moratorium", suggested="ask_question")
    # axe brings its own inline script, so the page is looked at without its policy.
    page = context.new_page()
    open_page(page, people)
    no_violations(page)
    page.get_by_role("button", name="Article missing").click()
    expect(page.get_by_label("Title of the article")).to_be_focused()
    no_violations(page)
