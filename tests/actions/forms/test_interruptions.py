"""In the middle of every service, at every question: a question, a request, a person, a stop."""

import pytest
from sqlalchemy import select

from actions.services.registry import SERVICES
from records.models import Form, ServiceTransaction
from tests.actions.forms.rehearsal import Rehearsal


@pytest.mark.parametrize("service", SERVICES)
def test_cancel_ends_the_form(service: str, rehearsal: Rehearsal) -> None:
    for moment, customer in rehearsal.questions(service):
        assert "stopped" in customer.say("never mind, leave it", "cancel_task"), moment.asked
        assert customer.last["loop"] is False
        with rehearsal.store.reading() as session:
            assert session.scalar(select(Form.status)) == "cancelled"
            assert session.scalar(select(ServiceTransaction.id)) is None


@pytest.mark.parametrize("text", ["agent", "I want to talk to a person"])
@pytest.mark.parametrize("service", SERVICES)
def test_a_person_is_one_word_away(service: str, text: str, rehearsal: Rehearsal) -> None:
    for moment, customer in rehearsal.questions(service):
        customer.say(text, "talk_to_agent", 0.9)
        assert customer.custom.get("handoff") == "asked_for", moment.asked
        assert customer.custom["tier"] == 3
        with rehearsal.store.reading() as session:
            assert session.scalar(select(Form.status)) == "handed_over"


@pytest.mark.parametrize("service", SERVICES)
def test_a_complaint_wins(service: str, rehearsal: Rehearsal) -> None:
    for moment, customer in rehearsal.questions(service):
        customer.say("I want to complain about your service", "make_complaint", 0.9)
        assert customer.custom.get("handoff") == "complaint", moment.asked


@pytest.mark.parametrize("service", SERVICES)
def test_a_question_is_answered_and_the_same_question_asked_again(service: str, rehearsal: Rehearsal) -> None:
    for moment, customer in rehearsal.questions(service):
        prompt = customer.last["messages"][-1]
        said = customer.say("What is a waiting period, please?", "ask_question", 0.95)
        assert "don't know" in said, moment.asked
        again = customer.last["messages"][-1]
        assert (again["text"], again["buttons"]) == (prompt["text"], prompt["buttons"])
        assert customer.custom["expects"] == moment.asked


@pytest.mark.parametrize("service", [one for one in SERVICES if one != "find_branch"])
def test_an_inquiry_is_served_and_the_form_goes_on(service: str, rehearsal: Rehearsal) -> None:
    for moment, customer in rehearsal.questions(service):
        prompt = customer.last["messages"][-1]["text"]
        said = customer.say("where is your branch in Chengdu", "find_branch", 0.95)
        assert "31 Renmin South Road" in said, moment.asked
        assert said.endswith(prompt) and said.count(prompt) == 1
        assert customer.custom["expects"] == moment.asked


@pytest.mark.parametrize("service", SERVICES)
def test_an_emergency_wins_and_the_form_is_kept(service: str, rehearsal: Rehearsal) -> None:
    for moment, customer in rehearsal.questions(service):
        assert "120" in customer.say("he is not breathing, help", "report_claim", 0.9), moment.asked
        assert customer.custom["expects"] == moment.asked


@pytest.mark.parametrize("service", SERVICES)
def test_help_and_why_are_explained_without_counting(service: str, rehearsal: Rehearsal) -> None:
    for moment, customer in rehearsal.questions(service):
        prompt = customer.last["messages"][-1]["text"]
        for text in ("why do you need that?", "what do you mean?") * 2:
            said = customer.say(text, "ask_question", 0.3)
            assert said.endswith(prompt) and len(said) > len(prompt), (moment.asked, said)
            assert customer.custom["expects"] == moment.asked
            assert "handoff" not in customer.custom


@pytest.mark.parametrize("service", SERVICES)
def test_a_choice_that_was_offered_is_never_taken_for_a_stop(service: str, rehearsal: Rehearsal) -> None:
    for moment in rehearsal.walk(service).questions:
        field = SERVICES[service].field(str(moment.asked))
        offered = moment.last["messages"][-1]["buttons"] if field is not None else []
        own = [one["title"] for one in offered if one["payload"].get("value", "@")[:1] != "@"]
        for title in own:
            customer = rehearsal.at(moment)
            assert "I've stopped that" not in customer.say(title, "cancel_task", 0.99), (moment.asked, title)
