"""The wallboard in a real browser: live, readable by everybody, and closed to agents."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from handoff import history
from handoff.access import COOKIE
from records.models import QualityFinding
from tests.browser.console_agent import log_in, no_violations
from tests.browser.console_center import ConsoleCenter
from tests.handoff import past

NewPage = Callable[[], Page]


@pytest.fixture(autouse=True)
def a_quiet_day(people: ConsoleCenter) -> Iterator[None]:
    """No handoffs but those of the test."""
    people.forget_the_day()
    yield
    people.forget_the_day()


def open_wallboard(people: ConsoleCenter, page: Page) -> None:
    log_in(page, people, "dora")
    page.get_by_role("link", name="Wallboard").click()
    expect(page.get_by_role("region", name="Wallboard")).to_be_visible()


def figure(page: Page, section: str, name: str) -> str:
    """The value beside a name."""
    place = page.get_by_role("region", name=section, exact=True)
    value = place.locator(".figures > div", has=page.get_by_text(name, exact=True)).locator("dd")
    expect(value).to_be_visible()
    return value.inner_text()


def some_days(people: ConsoleCenter) -> None:
    """Arrivals of this day and of the days before."""
    now = people.clock.now()
    today = max(history.day_of(now).start, now - timedelta(seconds=200))
    with people.store.writing() as session:
        for waited in (10, 30, 90):
            past.handoff(session, today, waited=waited, busy=60)
        past.handoff(session, today, gave_up=120)
        for day in range(1, 29):
            for province in ("Beijing", "Sichuan"):
                at = now - timedelta(days=day)
                past.handoff(session, at, waited=40, busy=240, province=province)


def some_finding(people: ConsoleCenter, words: str) -> None:
    conversation = people.hand_over(words, "Is anybody there?")
    now = people.clock.now()
    finding = QualityFinding(
        conversation_id=conversation, rule="assistant_silent", seq=1, at=now, found_at=now
    )
    finding.why = "No answer for 2 min 5 s."
    with people.store.writing() as session:
        session.add(finding)


def test_figures_are_live(people: ConsoleCenter, new_page: NewPage) -> None:
    page = new_page()
    some_days(people)
    open_wallboard(people, page)
    assert figure(page, "Today", "Arrivals") == "4"
    assert figure(page, "Today", "Service level, of answered") == "⚠ 67 %"
    assert figure(page, "Today", "Service level, with those who gave up") == "⚠ 50 %"
    assert figure(page, "Today", "Average answer") == "0:43"
    assert figure(page, "Today", "Gave up") == "25 %"
    people.hand_over("Somebody, please")
    people.ring()
    waiting = page.get_by_role("region", name="Now", exact=True).locator("dd").first
    expect(waiting).to_have_text("1")
    expect(page.get_by_role("region", name="Agents", exact=True).get_by_role("row")).to_have_count(4)


def test_history_is_a_plot_a_table_and_a_file(people: ConsoleCenter, new_page: NewPage) -> None:
    page = new_page()
    some_days(people)
    open_wallboard(people, page)
    days = page.get_by_role("region", name="Last four weeks by day", exact=True)
    expect(days.get_by_role("img", name="Arrivals")).to_be_visible()
    expect(days.get_by_role("img", name="Service level")).to_be_visible()
    days.get_by_text("Last four weeks by day, as a table").click()
    expect(days.get_by_role("row")).to_have_count(1 + 28)
    with page.expect_download() as download:
        days.get_by_role("link", name="as CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text())))
    assert len(rows) == 28
    assert [row["arrivals"] for row in rows[:-1]] == ["2"] * 27
    assert (rows[-1]["answered"], rows[-1]["abandoned"]) == ("3", "1")


def test_a_forecast_says_what_pooling_saves(people: ConsoleCenter, new_page: NewPage) -> None:
    page = new_page()
    some_days(people)
    open_wallboard(people, page)
    plan = page.get_by_role("region", name="Staffing of this weekday")
    expect(plan.get_by_text("one national pool")).to_be_visible()
    expect(plan.get_by_role("row")).to_have_count(2)


def test_findings_are_shown_with_their_line(people: ConsoleCenter, new_page: NewPage) -> None:
    some_finding(people, "<b>Hello</b>")
    page = new_page()
    open_wallboard(people, page)
    found = page.get_by_role("region", name="What the quality rules found")
    line = found.get_by_role("row").filter(has_text="No answer for 2 min 5 s.")
    expect(line.get_by_text("<b>Hello</b>")).to_be_visible()
    line.get_by_role("link", name="Open talk").click()
    expect(page.get_by_role("log", name="Transcript").get_by_text("<b>Hello</b>")).to_be_visible()


@pytest.mark.parametrize("size", [{"width": 1280, "height": 720}, {"width": 768, "height": 1024}])
def test_axe_finds_nothing(people: ConsoleCenter, context: BrowserContext, size: dict[str, int]) -> None:
    page = context.new_page()
    page.set_viewport_size(size)  # type: ignore[arg-type]
    some_days(people)
    some_finding(people, "Hello")
    open_wallboard(people, page)
    for summary in page.locator("summary").all():
        summary.click()
    # axe brings its own inline script, so this page is looked at without its policy.
    no_violations(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_agents_neither_see_nor_reach_it(people: ConsoleCenter, new_page: NewPage) -> None:
    page = new_page()
    log_in(page, people, "amy")
    expect(page.get_by_role("link", name="Decisions")).to_be_visible()
    expect(page.get_by_role("link", name="Wallboard")).to_have_count(0)
    token = next(one["value"] for one in page.context.cookies() if one["name"] == COOKIE)
    for address in ("/console/wallboard", "/console/wallboard.csv?by=day"):
        answer = httpx.get(people.url + address, cookies={COOKIE: token})
        assert answer.status_code == 403
    stranger = httpx.get(f"{people.url}/console/wallboard.csv")
    assert (stranger.status_code, stranger.headers["location"]) == (303, "/console/login")
