"""The form engine over real services: every behaviour holds for every service and every question."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from sqlalchemy import func, select

from actions.dialogue import Dialogue
from actions.normalise import LIMIT
from actions.services.registry import SERVICES
from actions.utterance import utterance_from
from records.clock import ManualClock
from records.models import Claim, Form, ServiceTransaction
from records.store import Store
from tests.actions.customer import Customer
from tests.actions.money import strengthen

SAFE = {"account": "6222 0212 3456 7890", "approached": "no", "handed_over": "no"}
IDENTITY = {"identifier": "+1 202 555 0101", "birth": "12 March 1985", "id_ending": "0011"}


@dataclass(frozen=True)
class Script:
    """How a service is begun, and a good answer to each of its questions."""

    begin: str
    answers: dict[str, str] = field(default_factory=dict)


SCRIPTS = {
    "check_policy_status": Script("is my policy in force"),
    "check_coverage": Script("what am I covered for", {"policy": "the first one"}),
    "check_premium_due": Script("what is due", {"policy": "880000100102"}),
    "check_cash_value": Script("cash value please", {"policy": "whole life"}),
    "check_loan_balance": Script("how much do I owe", {"policy": "1"}),
    "check_benefits": Script("any money for me", {"policy": "Harbour Whole Life (880000100101)"}),
    "check_claim_status": Script("how far is my claim"),
    "check_transaction_status": Script("how far is my change"),
    "find_branch": Script("where is a branch", {"place": "Chengdu"}),
    "report_claim": Script(
        "I want to report something",
        {
            "kind": "an accident",
            "reporter": "myself",
            "insured_name": "Li Wei",
            "policy": "880000100102",
            "date": "3 November 2026",
            "place": "Beijing, at home",
            "story": "I fell down the stairs and broke my arm",
            "hospital": "Peking Union Hospital",
            "phone": "+1 202 555 0101",
        },
    ),
    "add_claim_document": Script("I have a paper for my claim"),
    "start_return_visit": Script("let us do the follow-up"),
    "check_reminders": Script("anything I must watch out for", {"what": "leave it as it is"}),
    "set_up_passkey": Script("set up smart eye"),
    "request_callback": Script("call me back", {"time": "tomorrow at ten", "phone": "202-555-0101"}),
    "change_contact": Script("mine is new", {"what": "address", "address": "8 Lake Street, Beijing"}),
    "change_personal_data": Script("my data", {"item": "employer", "employer": "Harbour Shipping Ltd"}),
    "update_id_document": Script("a new identity card", {"expires": "3 March 2036"}),
    "change_payment_account": Script("pay differently", {"policy": "1", "way": "I pay it myself"} | SAFE),
    "change_premium_frequency": Script("how often I pay", {"policy": "1", "frequency": "quarterly"}),
    "set_auto_premium_loan": Script("the missed premium thing", {"policy": "1", "switch": "switch it on"}),
    "pay_premium": Script("I want to pay", {"policy": "880000100102"}),
    "reduce_cover": Script("less cover please", {"policy": "1", "new_sum": "400,000"} | SAFE),
    "cancel_in_cooling_off": Script("I changed my mind", {"policy": "1"}),
    "take_policy_loan": Script("I need money", {"policy": "1", "amount": "5,000"} | SAFE),
    "repay_loan": Script("pay back", {"policy": "880000100101", "amount": "1,000"}),
    "withdraw_benefit": Script("draw it", {"policy": "1", "what": "all of it"} | SAFE),
    "set_dividend_option": Script("my bonus", {"policy": "1", "option": "in cash"}),
    "reissue_policy": Script("my papers", {"policy": "1", "wish": "I have lost it", "form": "electronic"}),
    "set_notice_delivery": Script("your letters", {"way": "by e-mail"}),
}


def answer_to(service: str, name: str) -> str:
    return IDENTITY.get(name) or SCRIPTS[service].answers.get(name) or "yes"


def give(customer: Customer, service: str, name: str) -> None:
    """Answer a question; the strong proof is given on the customer's own device."""
    if name == "@strengthen":
        strengthen(customer, "C1001")
    customer.say(answer_to(service, name))


def begin(customer: Customer, service: str) -> None:
    customer.say(SCRIPTS[service].begin, service)


def questions(customer: Customer, service: str) -> Iterator[str]:
    """Each question of a service in turn; answered by the next step of the loop."""
    begin(customer, service)
    seen = []
    while (expected := customer.custom.get("expects")) is not None:
        assert expected not in seen, "asked twice"
        seen.append(expected)
        yield expected
        give(customer, service, expected)


PROOF = ["identifier", "birth", "id_ending"]
STRONG = [*PROOF, "policy", "@strengthen"]
CLAIM = ["kind", "reporter", "insured_name", "policy", "date", "place", "story", "hospital"]
ASKED = {
    "check_policy_status": PROOF,
    "check_coverage": [*PROOF, "policy"],
    "check_premium_due": [*PROOF, "policy"],
    "check_cash_value": [*PROOF, "policy"],
    "check_loan_balance": [*PROOF, "policy"],
    "check_benefits": [*PROOF, "policy"],
    "check_claim_status": PROOF,
    "check_transaction_status": PROOF,
    "find_branch": ["place"],
    "report_claim": ["identifier", *CLAIM, "@confirm"],
    "add_claim_document": PROOF,
    "start_return_visit": ["identifier"],
    "check_reminders": [*PROOF, "what"],
    "set_up_passkey": PROOF,
    "request_callback": ["time", "phone", "@confirm"],
    "change_contact": [*PROOF, "what", "address", "@confirm"],
    "change_personal_data": [*PROOF, "item", "employer", "@confirm"],
    "update_id_document": [*PROOF, "expires", "@confirm"],
    "change_payment_account": [*STRONG, "way", "approached", "handed_over", "@confirm"],
    "change_premium_frequency": [*PROOF, "policy", "frequency", "@confirm"],
    "set_auto_premium_loan": [*PROOF, "policy", "switch", "@confirm"],
    "pay_premium": ["identifier", "policy", "@confirm"],
    "reduce_cover": [*STRONG, "new_sum", *SAFE, "@confirm"],
    "cancel_in_cooling_off": [*PROOF, "policy"],
    "take_policy_loan": [*STRONG, "amount", *SAFE, "@confirm"],
    "repay_loan": ["identifier", "policy", "amount", "@confirm"],
    "withdraw_benefit": [*STRONG, "what", *SAFE, "@confirm"],
    "set_dividend_option": [*PROOF, "policy", "option", "@confirm"],
    "reissue_policy": [*PROOF, "policy", "wish", "form", "@confirm"],
    "set_notice_delivery": [*PROOF, "way", "@confirm"],
}
"""What is asked of a customer who begins without details and identifies by telephone number."""

POINTS = [(service, number) for service, asked in ASKED.items() for number in range(len(asked))]


def go_to(customer: Customer, service: str, number: int) -> str:
    """Answer `number` questions; the question that is asked then."""
    for count, expected in enumerate(questions(customer, service)):
        if count == number:
            return expected
    raise AssertionError("the service asks less than the test expects")


def test_every_service_has_a_script() -> None:
    assert set(SCRIPTS) == set(ASKED) == set(SERVICES)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_comes_to_its_end(service: str, someone: Customer) -> None:
    assert list(questions(someone, service)) == ASKED[service]
    assert someone.custom["service"] in (service, SERVICES[service].code)
    assert someone.last["loop"] is False


@pytest.mark.parametrize(("service", "number"), POINTS)
def test_cancel_ends_the_form_at_every_question(
    service: str, number: int, someone: Customer, store: Store
) -> None:
    go_to(someone, service, number)
    assert "stopped" in someone.say("never mind, leave it", "cancel_task")
    assert someone.last["loop"] is False
    with store.reading() as session:
        assert session.scalar(select(Form.status)) == "cancelled"
        assert (
            session.scalar(select(func.count()).select_from(Claim).where(Claim.form_version.is_not(None)))
            == 0
        )


@pytest.mark.parametrize("text", ["agent", "I want to talk to a person"])
@pytest.mark.parametrize(("service", "number"), POINTS)
def test_a_person_is_one_word_away_at_every_question(
    service: str, number: int, text: str, someone: Customer, store: Store
) -> None:
    go_to(someone, service, number)
    someone.say(text, "talk_to_agent", 0.9)
    assert someone.custom["handoff"] == "asked_for"
    assert someone.custom["tier"] == 3
    with store.reading() as session:
        assert session.scalar(select(Form.status)) == "handed_over"


@pytest.mark.parametrize(("service", "number"), POINTS)
def test_a_complaint_wins_at_every_question(service: str, number: int, someone: Customer) -> None:
    go_to(someone, service, number)
    someone.say("I want to complain about your service", "make_complaint", 0.9)
    assert someone.custom["handoff"] == "complaint"


@pytest.mark.parametrize(("service", "number"), POINTS)
def test_a_question_in_the_middle_is_answered_and_the_same_question_asked_again(
    service: str, number: int, someone: Customer
) -> None:
    expected = go_to(someone, service, number)
    prompt, buttons = someone.last["messages"][-1]["text"], someone.last["messages"][-1]["buttons"]
    said = someone.say("What is a waiting period, please?", "ask_question", 0.95)
    assert "don't know" in said
    assert someone.last["messages"][-1]["text"] == prompt
    assert someone.last["messages"][-1]["buttons"] == buttons
    assert someone.custom["expects"] == expected


@pytest.mark.parametrize(("service", "number"), [point for point in POINTS if point[0] != "find_branch"])
def test_an_inquiry_in_the_middle_is_served_and_the_form_goes_on(
    service: str, number: int, someone: Customer
) -> None:
    expected = go_to(someone, service, number)
    prompt = someone.last["messages"][-1]["text"]
    said = someone.say("where is your branch in Chengdu", "find_branch", 0.95)
    assert "31 Renmin South Road" in said
    assert said.endswith(prompt)
    assert said.count(prompt) == 1
    assert someone.custom["expects"] == expected


@pytest.mark.parametrize(("service", "number"), POINTS)
@pytest.mark.parametrize(
    "payload",
    [
        {"form": "report_claim", "version": 77, "field": "kind", "value": "death"},
        {"form": "nothing", "version": 1, "field": "kind", "value": "death"},
        {"form": "report_claim", "version": 1, "field": "none", "value": "yes"},
        {"form": "report_claim", "version": 1, "field": "@confirm", "value": ["yes"]},
        {"form": None},
    ],
)
def test_a_stale_button_does_nothing_and_the_question_is_repeated(
    service: str, number: int, payload: dict[str, object], someone: Customer
) -> None:
    expected = go_to(someone, service, number)
    prompt = someone.last["messages"][-1]["text"]
    said = someone.send_button(payload)
    assert "earlier question" in said
    assert said.endswith(prompt)
    assert someone.custom["expects"] == expected


@pytest.mark.parametrize(("service", "number"), POINTS)
@pytest.mark.parametrize("text", ["", "   ", "\x00\x07", "\u202e\u200b"])
def test_an_empty_message_loses_nothing(service: str, number: int, text: str, someone: Customer) -> None:
    expected = go_to(someone, service, number)
    said = someone.send(utterance_from({"text": text, "intent": {"name": "greet", "confidence": 0.9}}))
    assert "without any words" in said
    assert someone.custom["expects"] == expected


@pytest.mark.parametrize(("service", "number"), POINTS)
@pytest.mark.parametrize(
    "text",
    [
        "x" * (LIMIT + 5000),
        "<script>alert(1)</script><b>",
        "😀😀😀",
        "مرحبا كيف حالك",
        "'; DROP TABLE claims; --",
    ],
    ids=["long", "html", "emoji", "rtl", "sql"],
)
def test_hostile_text_gets_a_clear_answer(service: str, number: int, text: str, someone: Customer) -> None:
    expected = go_to(someone, service, number)
    assert someone.say(text, "nlu_fallback", 0.3)
    assert someone.last["loop"] is True
    tried_again = someone.custom["expects"] == expected
    assert tried_again or SERVICES[service].field(expected) is not None


@pytest.mark.parametrize(("service", "number"), POINTS)
def test_a_form_is_resumed_the_next_day(
    service: str, number: int, someone: Customer, clock: ManualClock, dialogue: Dialogue
) -> None:
    expected = go_to(someone, service, number)
    clock.advance(days=1)
    assert dialogue.has_open_form(someone.conversation_id)
    said = someone.say("hello", "greet", 0.97)
    assert "We were in the middle" in said
    asked_now = someone.custom["expects"]
    # Identity has run out over night, so it is asked for first; the answers given are kept.
    assert asked_now == expected or asked_now in IDENTITY
    steps = 0
    while (name := someone.custom.get("expects")) and steps < 15:
        give(someone, service, name)
        steps += 1
    assert someone.last["loop"] is False


def test_a_field_that_fails_three_times_goes_to_a_person(someone: Customer) -> None:
    begin(someone, "report_claim")
    someone.say("880000100101")
    assert someone.custom["expects"] == "kind"
    someone.say("blue")
    someone.say("green")
    assert "Talk to a person" in someone.buttons
    someone.say("red")
    assert someone.custom["handoff"] == "field_failed"


def test_failures_are_counted_in_a_row_only(someone: Customer) -> None:
    begin(someone, "report_claim")
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


def test_an_answer_to_another_question_is_taken_and_not_counted_as_a_failure(someone: Customer) -> None:
    begin(someone, "report_claim")
    someone.say("880000100101")
    someone.say("it was on 3 November")
    assert someone.custom["expects"] == "kind"
    for name in ("kind", "reporter", "insured_name"):
        assert someone.custom["expects"] == name
        someone.say(answer_to("report_claim", name))
    assert someone.custom["expects"] == "place"


def fill(customer: Customer, until: str) -> None:
    for name in questions(customer, "report_claim"):
        if name == until:
            return


@pytest.mark.parametrize("until", ["place", "story", "hospital", "@confirm"])
@pytest.mark.parametrize("text", ["no, I meant 5 November 2026", "sorry, I meant the 5th of November"])
def test_a_correction_changes_the_slot_that_was_meant(until: str, text: str, someone: Customer) -> None:
    fill(someone, until)
    said = someone.say(text, "correct_answer", 0.9)
    assert "Changed" in said
    assert someone.custom["expects"] == until
    if until == "@confirm":
        assert "5 November 2026" in said


@pytest.mark.parametrize(
    "text", ["change the hospital", "the hospital is wrong", "I want to change the hospital"]
)
def test_a_named_field_is_asked_again_at_the_confirmation(text: str, someone: Customer) -> None:
    fill(someone, "@confirm")
    someone.say(text, "correct_answer", 0.9)
    assert someone.custom["expects"] == "hospital"
    said = someone.say("Huashan Hospital")
    assert "Huashan Hospital" in said
    assert someone.custom["expects"] == "@confirm"


def test_a_correction_with_its_value_is_taken_at_once(someone: Customer) -> None:
    fill(someone, "@confirm")
    said = someone.say("change the hospital to Huashan Hospital", "correct_answer", 0.9)
    assert "Hospital: Huashan Hospital" in said


def test_yes_but_something_else_sends_nothing(someone: Customer, store: Store) -> None:
    fill(someone, "@confirm")
    someone.say("yes but change the date", "affirm", 0.9)
    assert someone.custom["expects"] == "date"
    with store.reading() as session:
        assert (
            session.scalar(select(Claim.number).where(Claim.conversation_id == someone.conversation_id))
            is None
        )


def test_no_at_the_confirmation_asks_what_to_change(someone: Customer) -> None:
    fill(someone, "@confirm")
    someone.say("no", "deny")
    assert someone.custom["expects"] == "@change"
    someone.press("Place")
    assert someone.custom["expects"] == "place"
    assert "in Mianyang" in someone.say("in Mianyang")
    assert someone.custom["expects"] == "@confirm"


def test_a_long_story_that_mentions_an_agent_is_still_the_story(someone: Customer) -> None:
    fill(someone, "story")
    story = (
        "My agent told me to call you because I slipped on the wet floor in front of the bank, could not "
        "get up "
        "again, and then a person from the bank brought me to the hospital where they found the broken hip"
    )
    someone.say(story, "talk_to_agent", 0.99)
    assert "handoff" not in someone.custom
    assert someone.custom["expects"] == "hospital"


def test_an_unsure_intent_does_not_interrupt_a_story(someone: Customer) -> None:
    fill(someone, "story")
    someone.say("I fell near your branch", "find_branch", 0.7)
    assert someone.custom["expects"] == "hospital"


def test_a_place_that_reminds_of_another_service_is_still_the_place(someone: Customer) -> None:
    fill(someone, "place")
    someone.say("at home in Chengdu", "find_branch", 0.99)
    assert someone.custom["expects"] == "story"


@pytest.mark.parametrize("text", ["skip", "no idea", "yes", "ok"])
def test_a_text_that_tells_nothing_is_no_answer_to_a_free_question(text: str, someone: Customer) -> None:
    fill(someone, "place")
    someone.say(text, "affirm", 0.9)
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


def test_an_emergency_wins_and_the_form_is_kept(someone: Customer) -> None:
    fill(someone, "story")
    said = someone.say("he is not breathing, help", "report_claim", 0.9)
    assert "120" in said
    assert someone.custom["expects"] == "story"


def test_help_and_why_are_explained_without_counting(someone: Customer) -> None:
    fill(someone, "date")
    for _ in range(4):
        assert "Cover depends" in someone.say("why do you need that?", "ask_question", 0.9)
        assert "For example" in someone.say("what do you mean?", "ask_help", 0.9)
    assert someone.custom["expects"] == "date"


def test_another_service_suspends_the_form_and_then_it_is_offered_again(
    someone: Customer, store: Store
) -> None:
    fill(someone, "place")
    someone.say("show me all my policies", "check_policy_status", 0.97)
    assert someone.custom["expects"] == "birth", "the identifier is known and not asked again"
    someone.say("1985-03-12")
    said = someone.say("0011")
    assert "880000100101" in said
    assert "Shall we go on" in said
    someone.say("yes", "affirm")
    assert someone.custom["expects"] == "place"
    with store.reading() as session:
        states = session.scalars(select(Form.status).order_by(Form.version)).all()
    assert list(states) == ["open", "done"]


def test_a_suspended_form_can_be_let_go(someone: Customer, store: Store) -> None:
    fill(someone, "place")
    someone.say("show me all my policies", "check_policy_status", 0.97)
    someone.say("1985-03-12")
    someone.say("0011")
    someone.say("no", "deny")
    assert someone.last["loop"] is False
    with store.reading() as session:
        assert session.scalars(select(Form.status).order_by(Form.version)).all() == ["cancelled", "done"]


def test_cancelling_the_second_service_offers_the_first(someone: Customer) -> None:
    fill(someone, "place")
    someone.say("show me all my policies", "check_policy_status", 0.97)
    said = someone.say("cancel", "cancel_task")
    assert someone.last["loop"] is True
    assert said.count("stopped") == 1


def test_beginning_a_suspended_service_again_takes_it_up(someone: Customer, store: Store) -> None:
    fill(someone, "place")
    someone.say("show me all my policies", "check_policy_status", 0.97)
    someone.say("I want to report a claim", "report_claim", 0.97)
    assert someone.custom["expects"] == "place"
    with store.reading() as session:
        assert session.scalar(select(func.count()).select_from(Form)) == 2


def test_the_last_level_is_asked_for_again_before_a_late_confirmation(
    someone: Customer, clock: ManualClock
) -> None:
    fill(someone, "@confirm")
    clock.advance(minutes=31)
    someone.say("yes", "affirm")
    assert someone.custom["expects"] in ("identifier", "@confirm")


def test_buttons_answer_choices(someone: Customer) -> None:
    begin(someone, "report_claim")
    someone.say("880000100101")
    assert someone.buttons == ["Illness", "Accident", "Hospital stay", "Disability", "Death"]
    someone.press("Hospital stay")
    assert someone.custom["expects"] == "reporter"


def test_a_second_press_of_the_same_button_is_stale(someone: Customer) -> None:
    begin(someone, "report_claim")
    someone.say("880000100101")
    payload = someone.last["messages"][-1]["buttons"][0]["payload"]
    someone.send_button(payload)
    assert "earlier question" in someone.send_button(payload)


def test_an_ambiguous_date_offers_both_readings(someone: Customer) -> None:
    fill(someone, "date")
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
def test_a_date_that_cannot_be_is_refused_with_its_reason(text: str, why: str, someone: Customer) -> None:
    fill(someone, "date")
    assert why in someone.say(text)
    assert someone.custom["expects"] == "date"


def test_a_form_keeps_for_the_agent_what_was_filled_and_what_is_missing(
    someone: Customer, store: Store
) -> None:
    fill(someone, "place")
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


def test_nothing_is_executed_before_the_confirmation(someone: Customer, store: Store) -> None:
    fill(someone, "@confirm")
    with store.reading() as session:
        assert session.scalar(select(func.count()).select_from(ServiceTransaction)) == 0
        assert (
            session.scalar(select(Claim.id).where(Claim.conversation_id == someone.conversation_id)) is None
        )


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
    until: str, text: str, following: str, intent: str, someone: Customer, store: Store
) -> None:
    fill(someone, until)
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
    until: str, text: str, someone: Customer
) -> None:
    fill(someone, until)
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
def test_what_names_nobody_is_not_taken_for_a_name(text: str, why: str, someone: Customer) -> None:
    fill(someone, "insured_name")
    assert why in someone.say(text, "nlu_fallback", 0.3)
    assert someone.custom["expects"] == "insured_name"


@pytest.mark.parametrize("text", ["yesterday", "3 May", "twelve", "the 5th"])
@pytest.mark.parametrize("until", ["place", "hospital"])
def test_a_date_or_a_number_is_no_place_and_no_hospital(until: str, text: str, someone: Customer) -> None:
    fill(someone, until)
    someone.say(text, "nlu_fallback", 0.3)
    assert someone.custom["expects"] == until


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
    text: str, name: str, value: str, until: str, intent: str, someone: Customer, store: Store
) -> None:
    fill(someone, until)
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
    text: str, name: str, value: str, someone: Customer, store: Store
) -> None:
    fill(someone, "@confirm")
    assert "Changed" in someone.say(text, "nlu_fallback", 0.4)
    assert someone.custom["expects"] == "@confirm"
    with store.reading() as session:
        state = session.scalar(select(Form.state))
    assert state is not None
    assert state["values"][name] == value
    assert state["values"]["kind"] == "accident"


def test_what_was_answered_last_is_meant_where_only_words_are_said(someone: Customer, store: Store) -> None:
    fill(someone, "story")
    assert "Changed" in someone.say("sorry, I meant Shanghai", "correct_answer", 0.9)
    assert someone.custom["expects"] == "story"
    with store.reading() as session:
        state = session.scalar(select(Form.state))
    assert state is not None and state["values"]["place"] == "Shanghai"


def test_an_answer_is_reported_as_part_of_the_service_whatever_it_reminds_of(someone: Customer) -> None:
    begin(someone, "check_policy_status")
    assert "intent" not in someone.custom, "the understanding's own word stands"
    for text in ("880000100101", "1985-03-12", "0011"):
        someone.say(text, "out_of_scope", 0.9)
        assert someone.custom["intent"] == "check_policy_status"
    fill(someone, "story")
    someone.say("what is a waiting period?", "ask_question", 0.95)
    assert "intent" not in someone.custom
    someone.say("yes", "affirm")
    assert "intent" not in someone.custom, "that was no answer"


def test_a_date_is_no_name_and_is_kept_as_the_date(someone: Customer, store: Store) -> None:
    fill(someone, "insured_name")
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
