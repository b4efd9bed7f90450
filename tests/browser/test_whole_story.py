"""The whole centre in two real browsers: a customer's accident, from the chat to agent Amy and back.

With PICTURES=folder it also takes the screenshots of the documentation (`make pictures`).
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from bench.stack import Stack
from tests.browser.chat import Chat
from tests.browser.pictures import picture

NewPage = Callable[[], Page]

ACCIDENT = {
    "is that right": "yes",
    "policy number": "880000100102",
    "full name": "Li Wei",
    "where did it happen": "Jianguo Road in Beijing",
    "when did it happen": "yesterday",
    "what happened": "I slipped on the wet stairs and broke my left wrist",
    "hospital or doctor": "Beijing Chaoyang Hospital",
    "number can we call": "+12025550101",
}
"""What Li Wei answers, by words of the question."""


def last_words(chat: Chat) -> str:
    return chat.texts()[-1].lower()


def report_accident(chat: Chat) -> str:
    """Tell of the accident and answer what is asked; returns the number of the case."""
    awaited = re.compile("|".join([*ACCIDENT, r"number is CL\d+"]), re.IGNORECASE)
    chat.say("I had an accident yesterday, I slipped on the stairs and broke my wrist")
    for _ in range(12):
        expect(chat.messages.last).to_contain_text(awaited)
        if case := re.search(r"CL\d+", chat.texts()[-1]):
            return case.group()
        chat.say(next(answer for asked, answer in ACCIDENT.items() if asked in last_words(chat)))
    raise AssertionError(chat.texts())


@pytest.fixture
def chat(stack: Stack, new_page: NewPage) -> Chat:
    page = new_page()
    page.goto(stack.url)
    chat = Chat(page)
    chat.open()
    return chat


def test_is_my_policy_in_force_on_the_demo_page(chat: Chat) -> None:
    chat.say("is my policy in force")
    for asked, answer in {
        "policy number": "880000100101",
        "birth": "12 March 1985",
        "last four": "0011",
    }.items():
        expect(chat.messages.last).to_contain_text(asked)
        chat.say(answer)
    expect(chat.messages.last).to_contain_text("880000100101")
    expect(chat.messages.last).to_contain_text("in force")
    picture(chat.page, "policy")


def test_an_accident_reaches_amy_with_everything_on_the_table_and_the_bot_knows_it_afterwards(
    stack: Stack, chat: Chat, new_page: NewPage
) -> None:
    case = report_accident(chat)
    picture(chat.page, "claim")
    chat.say("I want to talk to a person please")
    expect(chat.log.get_by_text("queue").last).to_be_visible()

    amy = new_page()
    amy.goto(f"{stack.url}/console")
    amy.get_by_label("Login").fill("amy")
    amy.get_by_label("Password").fill(stack.passwords["amy"])
    picture(amy, "login")
    amy.get_by_role("button", name="Log in").click()
    amy.get_by_role("switch", name="Available").click()
    amy.get_by_role("button", name=re.compile("^Accept")).first.click()
    expect(amy.get_by_label("Reply to the customer")).to_be_enabled()
    side = amy.get_by_role("region", name="Handoff and customer")
    expect(side.get_by_text(case).first).to_be_visible()
    expect(side.get_by_text("I want to talk to a person please").first).to_be_visible()
    transcript = amy.get_by_role("log", name="Transcript")
    expect(transcript.get_by_text("broke my wrist").first).to_be_visible()

    amy.get_by_label("Reply to the customer").fill("Hello, this is Amy. I have your case in front of me.")
    amy.get_by_label("Reply to the customer").press("Enter")
    expect(chat.messages.last).to_contain_text("I have your case in front of me.")
    chat.say("Thank you Amy, that is good to know")
    expect(transcript.get_by_text("that is good to know")).to_be_visible()
    picture(amy, "console")
    picture(chat.page, "person")

    amy.get_by_role("button", name="Resolve…").click()
    dialog = amy.get_by_role("dialog")
    dialog.get_by_label("How did it end?").select_option("case_registered")
    dialog.get_by_role("button", name="Resolve", exact=True).click()
    expect(chat.log.get_by_text("Amy has finished.")).to_be_visible()
    expect(chat.log.get_by_text(case).last).to_be_visible()
    amy.get_by_role("switch", name="Available").click()

    chat.say("how far is my claim")
    for asked, answer in {"birth": "12 March 1985", "last four": "0011"}.items():
        if "policy number" in last_words(chat):
            chat.say("880000100102")
        expect(chat.messages.last).to_contain_text(asked)
        chat.say(answer)
    expect(
        chat.log.get_by_text(re.compile(rf"{case}.*(reported|registered|received|review)", re.S)).last
    ).to_be_visible()
