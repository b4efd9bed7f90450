"""Silence, and then: the next day, another channel, "the same as before"."""

import pytest
from sqlalchemy import select

from actions.services.registry import SERVICES
from records.models import AuditEntry, Form
from tests.actions.forms.rehearsal import OWN_QUESTIONS, Rehearsal, custom_of
from tests.actions.money import strengthen

PROOF = ("identifier", "birth", "id_ending")
VERIFIED = [name for name, service in SERVICES.items() if service.assurance >= 2 and service.confirm]


@pytest.mark.parametrize("service", SERVICES)
def test_a_form_is_resumed_the_next_day(service: str, rehearsal: Rehearsal) -> None:
    walk = rehearsal.walk(service)
    for moment, customer in rehearsal.questions(service):
        rehearsal.clock.advance(days=1)
        assert rehearsal.dialogue.has_open_form(customer.conversation_id)
        assert "We were in the middle" in customer.say("hello", "greet", 0.97), moment.asked
        # Identity has run out over night, so it is asked for first; the answers given are kept.
        assert customer.custom["expects"] in (moment.asked, *PROOF, "@strengthen"), moment.asked
        rehearsal.prove(customer, walk)
        if moment.asked not in (*PROOF, "@strengthen"):
            assert customer.custom["expects"] == moment.asked
        if moment in walk.questions[-1:]:
            rehearsal.finish(customer, walk)
            assert customer.custom.get("receipt") == custom_of(walk.end.last).get("receipt"), moment.asked


@pytest.mark.parametrize("service", VERIFIED)
def test_what_was_begun_in_another_channel_is_taken_up_and_not_asked_again(
    service: str, rehearsal: Rehearsal
) -> None:
    walk = rehearsal.walk(service)
    for moment in walk.questions[len(PROOF) :]:
        before = rehearsal.at(moment)
        given = [name for name in walk.asked[: walk.asked.index(str(moment.asked))] if name[0] != "@"]
        rehearsal.clock.advance(hours=20)
        customer = rehearsal.somebody()
        customer.say("please", service)
        asked: list[str] = []
        told = ""
        while customer.last["loop"] and len(asked) < 25:
            asked.append(str(customer.custom["expects"]))
            told += rehearsal.give(customer, walk, asked[-1])
        again = [name for name in asked if name in given and name not in PROOF]
        fields = {field.name: field for field in SERVICES[service].fields}
        assert all(fields[name].fresh or fields[name].on_answer for name in again), (moment.asked, again)
        assert customer.custom.get("receipt") == custom_of(walk.end.last).get("receipt"), moment.asked
        if set(given) - set(PROOF) - set(again):
            assert "You began this on 22 November 2026" in told, moment.asked
            with rehearsal.store.reading() as session:
                status = session.scalar(
                    select(Form.status).where(Form.conversation_id == before.conversation_id)
                )
                assert status == "moved", moment.asked
                assert session.scalar(select(AuditEntry.id).where(AuditEntry.action == "form.moved"))
            before.say("5", "nlu_fallback", 0.3)
            assert before.last["loop"] is False, "it goes on in one place only"


def test_what_another_customer_began_is_never_taken_up(rehearsal: Rehearsal) -> None:
    rehearsal.question("take_policy_loan", "account")
    customer = rehearsal.somebody()
    customer.say("please", "take_policy_loan")
    said = customer.prove("880000100201", "1990-07-25", "0022")
    assert "You began this" not in said
    assert customer.custom["expects"] == "@strengthen"


def test_who_is_only_identified_takes_nothing_up(rehearsal: Rehearsal) -> None:
    rehearsal.question("repay_loan", "amount")
    customer = rehearsal.somebody()
    customer.say("please", "repay_loan")
    customer.say("+1 202 555 0101")
    assert customer.custom["expects"] == "policy"


def test_what_waits_for_too_long_is_begun_anew(rehearsal: Rehearsal) -> None:
    rehearsal.question("set_dividend_option", "@confirm")
    rehearsal.clock.advance(days=31)
    customer = rehearsal.somebody()
    customer.say("please", "set_dividend_option")
    customer.prove("+1 202 555 0101")
    assert customer.custom["expects"] == "policy"


@pytest.mark.parametrize("service", [name for name, one in SERVICES.items() if one.confirm])
def test_the_same_as_before_means_what_was_said_before(service: str, rehearsal: Rehearsal) -> None:
    walk = rehearsal.walk(service)
    customer = rehearsal.question(service, "@confirm")
    read_back = customer.last["messages"][-1]["text"]
    customer.say("cancel", "cancel_task")
    customer.say("please", service)
    asked: list[str] = []
    while (name := str(customer.custom["expects"])) != "@confirm":
        assert name not in asked, "the answer from before was not taken"
        asked.append(name)
        field = SERVICES[service].field(name)
        if name in OWN_QUESTIONS or name in PROOF or (field is not None and (field.fresh or field.on_answer)):
            rehearsal.give(customer, walk, name)
        else:
            customer.say("the same as before")
    assert customer.last["messages"][-1]["text"] == read_back


@pytest.mark.parametrize(
    "text", ["same as before", "it's the same", "the usual", "as last time", "same account", "like last time"]
)
def test_the_account_on_file_is_meant_where_nothing_was_said(text: str, rehearsal: Rehearsal) -> None:
    loan, walk = rehearsal.walk("take_policy_loan"), rehearsal.walk("withdraw_benefit")
    rehearsal.at(loan.end)
    customer = rehearsal.somebody()
    customer.say("please", "withdraw_benefit")
    while customer.custom["expects"] != "account":
        rehearsal.give(customer, walk, str(customer.custom["expects"]))
    customer.say(text)
    assert customer.custom["expects"] == "approached"


@pytest.mark.parametrize("asked", ["approached", "handed_over"])
def test_a_scam_question_is_answered_anew_each_time(asked: str, rehearsal: Rehearsal) -> None:
    customer = rehearsal.question("take_policy_loan", "@confirm")
    customer.say("cancel", "cancel_task")
    customer.say("please", "take_policy_loan")
    while customer.custom["expects"] != asked:
        rehearsal.give(customer, rehearsal.walk("take_policy_loan"), str(customer.custom["expects"]))
    customer.say("the same as before")
    assert customer.custom["expects"] == asked


def test_the_same_as_before_is_nothing_of_another_customer(rehearsal: Rehearsal) -> None:
    customer = rehearsal.question("take_policy_loan", "@confirm")
    rehearsal.clock.advance(hours=2)
    customer.say("cancel", "cancel_task")
    customer.say("please", "take_policy_loan")
    for text in ("1 May 1970", "9999"):
        customer.say(text)
    assert "Wang Fang" in customer.prove("880000100201", "1990-07-25", "0022")
    assert customer.custom["expects"] == "@strengthen"
    strengthen(customer, "C1002")
    customer.say("done")
    assert customer.custom["expects"] == "amount"
    assert "no earlier answer" in customer.say("the same as before")
