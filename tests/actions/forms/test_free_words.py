"""Answers in free words stay answers, whatever they remind of; what says nothing is asked again."""

import pytest
from sqlalchemy import select

from records.models import Form
from records.store import Store
from tests.actions.forms.rehearsal import Rehearsal


def test_a_long_story_that_mentions_an_agent_is_still_the_story(rehearsal: Rehearsal) -> None:
    someone = rehearsal.question("report_claim", "story")
    story = (
        "My agent told me to call you because I slipped on the wet floor in front of the bank, could not get "
        "up again, and then a person from the bank brought me to the hospital where they found the broken hip"
    )
    someone.say(story, "talk_to_agent", 0.99)
    assert "handoff" not in someone.custom
    assert someone.custom["expects"] == "hospital"


def test_an_unsure_intent_does_not_interrupt_a_story(rehearsal: Rehearsal) -> None:
    someone = rehearsal.question("report_claim", "story")
    someone.say("I fell near your branch", "find_branch", 0.7)
    assert someone.custom["expects"] == "hospital"


def test_a_place_that_reminds_of_another_service_is_still_the_place(rehearsal: Rehearsal) -> None:
    someone = rehearsal.question("report_claim", "place")
    someone.say("at home in Chengdu", "find_branch", 0.99)
    assert someone.custom["expects"] == "story"


@pytest.mark.parametrize("text", ["skip", "no idea", "yes", "ok"])
def test_a_text_that_tells_nothing_is_no_answer_to_a_free_question(text: str, rehearsal: Rehearsal) -> None:
    someone = rehearsal.question("report_claim", "place")
    someone.say(text, "affirm", 0.9)
    assert someone.custom["expects"] == "place"


@pytest.mark.parametrize("intent", ["find_branch", "report_claim", "out_of_scope", "change_contact"])
@pytest.mark.parametrize(
    ("until", "text", "following"),
    [
        ("place", "on Jianguo Road in Beijing", "story"),
        ("place", "near your office in Chengdu", "story"),
        ("place", "at the corner of 5th street", "story"),
        ("place", "no 5 Renmin South Road", "story"),
        ("story", "sorry, I can hardly write, I slipped on the stairs yesterday", "hospital"),
        ("story", "I wanted to change the bulb and fell off the ladder on 3 May", "hospital"),
        ("hospital", "the clinic at Renmin South Road", "@confirm"),
    ],
)
def test_an_answer_in_free_words_stays_an_answer(
    until: str, text: str, following: str, intent: str, rehearsal: Rehearsal, store: Store
) -> None:
    someone = rehearsal.question("report_claim", until)
    said = someone.say(text, intent, 0.99)
    assert someone.custom["expects"] == following
    assert someone.custom["intent"] == "report_claim"
    assert len(someone.last["messages"]) == 1, said
    with store.reading() as session:
        state = session.scalar(select(Form.state))
    assert state is not None
    assert state["values"][until] == text
    assert state["values"]["date"] == "3 November 2026"


@pytest.mark.parametrize("until", ["place", "story", "hospital"])
@pytest.mark.parametrize("text", ["where is your office in Chengdu?", "find your office in Chengdu please"])
def test_a_request_in_the_middle_of_free_words_is_served_and_the_question_asked_once(
    until: str, text: str, rehearsal: Rehearsal
) -> None:
    someone = rehearsal.question("report_claim", until)
    prompt = someone.last["messages"][-1]["text"]
    said = someone.say(text, "find_branch", 0.97)
    assert "31 Renmin South Road" in said
    assert said.count(prompt) == 1
    assert someone.custom["expects"] == until


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("yesterday", "noted"),
        ("the day before yesterday", "noted"),
        ("next Friday", "date"),
        ("five", "number"),
        ("eight eight oh", "number"),
        ("yes", "in a few words"),
        ("no", "go on"),
        ("that's right", "name"),
        ("my mother", "name"),
        ("I slipped on the stairs", "just the name"),
        ("it happened at home", "just the name"),
        ("880000100101", "noted"),
        ("12", "letters"),
    ],
)
def test_what_names_nobody_is_not_taken_for_a_name(text: str, why: str, rehearsal: Rehearsal) -> None:
    someone = rehearsal.question("report_claim", "insured_name")
    assert why in someone.say(text, "nlu_fallback", 0.3)
    assert someone.custom["expects"] == "insured_name"


@pytest.mark.parametrize("text", ["yesterday", "3 May", "twelve", "the 5th"])
@pytest.mark.parametrize("until", ["place", "hospital"])
def test_a_date_or_a_number_is_no_place_and_no_hospital(until: str, text: str, rehearsal: Rehearsal) -> None:
    someone = rehearsal.question("report_claim", until)
    someone.say(text, "nlu_fallback", 0.3)
    assert someone.custom["expects"] == until


def test_an_answer_is_reported_as_part_of_the_service_whatever_it_reminds_of(rehearsal: Rehearsal) -> None:
    someone = rehearsal.somebody()
    someone.say("is my policy in force", "check_policy_status")
    assert "intent" not in someone.custom, "the understanding's own word stands"
    for text in ("880000100101", "1985-03-12", "0011"):
        someone.say(text, "out_of_scope", 0.9)
        assert someone.custom["intent"] == "check_policy_status"
    someone = rehearsal.question("report_claim", "story")
    someone.say("what is a waiting period?", "ask_question", 0.95)
    assert "intent" not in someone.custom
    someone.say("yes", "affirm")
    assert "intent" not in someone.custom, "that was no answer"
