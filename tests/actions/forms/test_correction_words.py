"""Corrections by their words: the answer that was meant changes, with or without its name."""

import pytest
from sqlalchemy import select

from records.models import Claim, Form
from records.store import Store
from tests.actions.forms.rehearsal import Rehearsal


@pytest.mark.parametrize("until", ["place", "story", "hospital", "@confirm"])
@pytest.mark.parametrize("text", ["no, I meant 5 November 2026", "sorry, I meant the 5th of November"])
def test_a_correction_changes_the_slot_that_was_meant(until: str, text: str, rehearsal: Rehearsal) -> None:
    someone = rehearsal.question("report_claim", until)
    said = someone.say(text, "correct_answer", 0.9)
    assert "Changed" in said
    assert someone.custom["expects"] == until
    if until == "@confirm":
        assert "5 November 2026" in said


@pytest.mark.parametrize(
    "text", ["change the hospital", "the hospital is wrong", "I want to change the hospital"]
)
def test_a_named_field_is_asked_again_at_the_confirmation(text: str, rehearsal: Rehearsal) -> None:
    someone = rehearsal.question("report_claim", "@confirm")
    someone.say(text, "correct_answer", 0.9)
    assert someone.custom["expects"] == "hospital"
    said = someone.say("Huashan Hospital")
    assert "Huashan Hospital" in said
    assert someone.custom["expects"] == "@confirm"


def test_a_correction_with_its_value_is_taken_at_once(rehearsal: Rehearsal) -> None:
    someone = rehearsal.question("report_claim", "@confirm")
    said = someone.say("change the hospital to Huashan Hospital", "correct_answer", 0.9)
    assert "Hospital: Huashan Hospital" in said


def test_yes_but_something_else_sends_nothing(rehearsal: Rehearsal, store: Store) -> None:
    someone = rehearsal.question("report_claim", "@confirm")
    someone.say("yes but change the date", "affirm", 0.9)
    assert someone.custom["expects"] == "date"
    with store.reading() as session:
        assert (
            session.scalar(select(Claim.number).where(Claim.conversation_id == someone.conversation_id))
            is None
        )


def test_no_at_the_confirmation_asks_what_to_change(rehearsal: Rehearsal) -> None:
    someone = rehearsal.question("report_claim", "@confirm")
    someone.say("no", "deny")
    assert someone.custom["expects"] == "@change"
    someone.press("Place")
    assert someone.custom["expects"] == "place"
    assert "in Mianyang" in someone.say("in Mianyang")
    assert someone.custom["expects"] == "@confirm"


CORRECTIONS = [
    ("no wait, it was the day before yesterday", "date", "20 November 2026"),
    ("sorry, it happened on Tuesday, not Monday", "date", "17 November 2026"),
    ("actually the 5th", "date", "5 November 2026"),
    ("change the date to 4 November", "date", "4 November 2026"),
    ("can you change the date to 4 November please", "date", "4 November 2026"),
    ("sorry wrong number, it's +1 202 555 0107", "phone", "+1 202-555-0107"),
    ("my mistake, my phone number is 202-555-0107", "phone", "+1 202-555-0107"),
    ("sorry, the policy number is 880000100101", "policy", "880000100101"),
    ("I meant policy 880000100101", "policy", "880000100101"),
    ("no, I meant my wife", "reporter", "spouse"),
    ("change the name to Wang Fang", "insured_name", "Wang Fang"),
]


@pytest.mark.parametrize("intent", ["correct_answer", "find_branch", "report_claim", "nlu_fallback"])
@pytest.mark.parametrize("until", ["place", "story", "hospital", "@confirm"])
@pytest.mark.parametrize(("text", "name", "value"), CORRECTIONS)
def test_a_cue_with_a_value_of_an_earlier_answer_changes_that_answer(
    text: str, name: str, value: str, until: str, intent: str, rehearsal: Rehearsal, store: Store
) -> None:
    someone = rehearsal.question("report_claim", until)
    said = someone.say(text, intent, 0.6)
    assert "Changed" in said
    assert someone.custom["expects"] == until
    with store.reading() as session:
        state = session.scalar(select(Form.state))
    assert state is not None and state["values"][name] == value
    assert until == "@confirm" or until not in state["values"]


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("sorry I meant Xuanwu Hospital", "hospital", "Xuanwu Hospital"),
        ("no, the hospital was Xuanwu Hospital", "hospital", "Xuanwu Hospital"),
        ("change the hospital to Xuanwu Hospital", "hospital", "Xuanwu Hospital"),
        ("change the place to Shanghai", "place", "Shanghai"),
        ("sorry, the place was Shanghai", "place", "Shanghai"),
    ],
)
def test_names_and_places_are_corrected_at_the_confirmation(
    text: str, name: str, value: str, rehearsal: Rehearsal, store: Store
) -> None:
    someone = rehearsal.question("report_claim", "@confirm")
    assert "Changed" in someone.say(text, "nlu_fallback", 0.4)
    assert someone.custom["expects"] == "@confirm"
    with store.reading() as session:
        state = session.scalar(select(Form.state))
    assert state is not None
    assert state["values"][name] == value
    assert state["values"]["kind"] == "accident"


def test_what_was_answered_last_is_meant_where_only_words_are_said(
    rehearsal: Rehearsal, store: Store
) -> None:
    someone = rehearsal.question("report_claim", "story")
    assert "Changed" in someone.say("sorry, I meant Shanghai", "correct_answer", 0.9)
    assert someone.custom["expects"] == "story"
    with store.reading() as session:
        state = session.scalar(select(Form.state))
    assert state is not None and state["values"]["place"] == "Shanghai"


def test_a_bare_number_takes_nothing_back(rehearsal: Rehearsal) -> None:
    someone = rehearsal.question("take_policy_loan", "amount")
    someone.say("99,999,999", "correct_answer", 0.95)
    assert someone.custom["expects"] == "amount"


def test_leaving_an_answer_out_does_not_end_the_form(rehearsal: Rehearsal) -> None:
    someone = rehearsal.question("report_claim", "hospital")
    said = someone.say("skip", "cancel_task", 0.99)
    assert "stopped" not in said
    assert someone.custom["expects"] not in (None, "hospital")
