"""The Settings dialog: an agent sees and sets the telephone number to which callers are put through."""

import pytest
from playwright.sync_api import BrowserContext, expect
from sqlalchemy import select

from records.models import Agent
from tests.browser.console_agent import log_in, no_violations
from tests.browser.console_center import ConsoleCenter

BOX = "Your telephone number for calls"


def kept(people: ConsoleCenter, login: str) -> str | None:
    with people.store.reading() as session:
        return session.scalar(select(Agent.phone).where(Agent.login == login))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_agent_sets_their_own_number_by_keys_alone(
    people: ConsoleCenter, context: BrowserContext, scheme: str
) -> None:
    page = context.new_page()
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    log_in(page, people)
    page.get_by_role("button", name="Settings").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Settings")
    box = dialog.get_by_label(BOX)
    expect(box).to_have_value("")
    expect(dialog.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Tab")
    expect(box).to_be_focused()

    page.keyboard.type("ring me")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("with its country code")
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(box).to_have_value("ring me")
    expect(box).to_be_focused()
    no_violations(page)
    assert kept(people, "amy") is None

    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("138 0013 8000")
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("Saved: calls come to +8613800138000.")).to_be_visible()
    expect(dialog.get_by_role("alert")).to_be_empty()
    expect(box).to_have_value("+8613800138000")
    no_violations(page)
    assert kept(people, "amy") == "+8613800138000"

    page.keyboard.type("0 not kept")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Settings").click()
    expect(box).to_have_value("+8613800138000")
    page.goto(f"{people.url}/console/cases")
    page.get_by_role("button", name="Settings").click()
    expect(box).to_have_value("+8613800138000")
    box.fill("")
    dialog.get_by_role("button", name="Save number").click()
    expect(dialog.get_by_text("Saved: you get no calls.")).to_be_visible()
    assert kept(people, "amy") is None
