"""A claim being reported: what one message can do to a form, told by the service with the most questions."""

import pytest
from sqlalchemy import select

from records.models import Form
from records.store import Store
from tests.actions.customer import Customer
from tests.actions.forms.rehearsal import Rehearsal


def test_a_field_that_fails_three_times_goes_to_a_person(someone: Customer) -> None:
    someone.say("I want to report something", "report_claim")
    someone.say("880000100101")
    assert someone.custom["expects"] == "kind"
    someone.say("blue")
    someone.say("green")
    assert "Talk to a person" in someone.buttons
    someone.say("red")
    assert someone.custom["handoff"] == "field_failed"


def test_failures_are_counted_in_a_row_only(someone: Customer) -> None:
    someone.say("I want to report something", "report_claim")
    someone.say("880000100101")
    for text in ("blue", "green", "accident", "tomorrow never comes", "no idea who"):
        someone.say(text)
    assert "handoff" not in someone.custom
    assert someone.custom["expects"] == "reporter"


def test_one_sentence_fills_several_fields(someone: Customer) -> None:
    someone.say("my husband fell off a ladder yesterday and broke his arm", "report_claim")
    someone.say("880000100201")
    assert someone.custom["expects"] == "insured_name"
    someone.say("Chen Bo")
    someone.say("at home")
    someone.say("skip")
    said = someone.say("+1 202 555 0102")
    assert "Claim for: accident" in said
    assert "21 November 2026" in said
    assert "husband" in said


def test_an_answer_to_another_question_is_taken_and_not_counted_as_a_failure(
    rehearsal: Rehearsal,
) -> None:
    answers = rehearsal.walk("report_claim").answers
    rehearsal.set_back()
    someone = rehearsal.somebody()
    someone.say("I want to report something", "report_claim")
    someone.say("880000100101")
    someone.say("it was on 3 November")
    assert someone.custom["expects"] == "kind"
    for name in ("kind", "reporter", "insured_name"):
        assert someone.custom["expects"] == name
        someone.say(answers[name])
    assert someone.custom["expects"] == "place"


def test_a_phone_number_given_early_is_taken(someone: Customer, store: Store) -> None:
    someone.say("I want to report something", "report_claim")
    someone.say("880000100101")
    someone.say("accident")
    someone.say("you can call me on 202-555-0102")
    assert someone.custom["expects"] == "reporter"
    with store.reading() as session:
        state = session.scalar(select(Form.state))
    assert state is not None and state["values"]["phone"] == "+1 202-555-0102"


def test_the_last_level_is_asked_for_again_before_a_late_confirmation(
    rehearsal: Rehearsal,
) -> None:
    someone = rehearsal.question("report_claim", "@confirm")
    rehearsal.clock.advance(minutes=31)
    someone.say("yes", "affirm")
    assert someone.custom["expects"] in ("identifier", "@confirm")


def test_buttons_answer_choices(someone: Customer) -> None:
    someone.say("I want to report something", "report_claim")
    someone.say("880000100101")
    assert someone.buttons == ["Illness", "Accident", "Hospital stay", "Disability", "Death"]
    someone.press("Hospital stay")
    assert someone.custom["expects"] == "reporter"


def test_a_second_press_of_the_same_button_is_stale(someone: Customer) -> None:
    someone.say("I want to report something", "report_claim")
    someone.say("880000100101")
    payload = someone.last["messages"][-1]["buttons"][0]["payload"]
    someone.send_button(payload)
    assert "earlier question" in someone.send_button(payload)


def test_an_ambiguous_date_offers_both_readings(rehearsal: Rehearsal) -> None:
    someone = rehearsal.question("report_claim", "date")
    said = someone.say("03/04/2026")
    assert someone.buttons == ["3 April 2026", "4 March 2026"]
    assert "Do you mean" in said
    someone.say("the second one")
    assert someone.custom["expects"] == "place"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("31 February", "no day 31"),
        ("2026-13-01", "no month 13"),
        ("25 November 2026", "still to come"),
        ("1999-01-01", "ten years"),
    ],
)
def test_a_date_that_cannot_be_is_refused_with_its_reason(text: str, why: str, rehearsal: Rehearsal) -> None:
    someone = rehearsal.question("report_claim", "date")
    assert why in someone.say(text)
    assert someone.custom["expects"] == "date"


def test_a_form_keeps_for_the_agent_what_was_filled_and_what_is_missing(
    rehearsal: Rehearsal, store: Store
) -> None:
    rehearsal.question("report_claim", "place")
    with store.reading() as session:
        state = session.scalar(select(Form.state))
    assert state is not None
    assert state["values"]["date"] == "3 November 2026"
    assert state["missing"] == ["place", "story", "hospital"]
    assert "1 202" in state["values"]["phone"]
    assert "proof" not in state


def test_no_proof_of_identity_stays_in_a_form(someone: Customer, store: Store) -> None:
    someone.say("is my policy in force", "check_policy_status")
    someone.prove()
    with store.reading() as session:
        kept = str(session.scalars(select(Form.state)).all())
    assert "1985" not in kept
    assert "0011" not in kept.replace("880000100101", "")


def test_a_date_is_no_name_and_is_kept_as_the_date(rehearsal: Rehearsal, store: Store) -> None:
    someone = rehearsal.question("report_claim", "insured_name")
    assert someone.say("yesterday").endswith("What is your full name?")
    someone.say("Li Wei")
    someone.say("skip")
    assert someone.custom["expects"] == "place"
    said = someone.say("no, the 5th", "find_branch", 0.9)
    assert "Changed" in said and someone.custom["expects"] == "place"
    with store.reading() as session:
        state = session.scalar(select(Form.state))
    assert state is not None
    assert state["values"]["insured_name"] == "Li Wei"
    assert state["values"]["date"] == "5 November 2026"
