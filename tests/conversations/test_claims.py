"""Reporting a case over the public surface, in the words of people who just had an accident."""

from tests.conversations.conftest import Customer

ANSWERS = {
    "identifier": "880000100102",
    "policy": "880000100102",
    "kind": "an accident",
    "reporter": "I am the insured",
    "insured_name": "Li Wei",
    "happened_on": "yesterday",
    "place": "on Jianguo Road in Beijing",
    "description": "I slipped on the wet stairs and broke my left wrist",
    "hospital": "Beijing Chaoyang Hospital",
    "phone": "+12025550101",
    "@confirm": "yes",
}


def report_accident(customer: Customer) -> None:
    """Answer every question of the report until it is registered."""
    customer.say("I had an accident yesterday, I broke my wrist")
    asked = []
    while (expected := customer.custom.get("expects")) is not None:
        asked.append(expected)
        assert len(asked) < 16, asked
        customer.say(ANSWERS[expected])


def test_an_accident_is_registered_with_a_number_and_what_comes_next(customer: Customer) -> None:
    report_accident(customer)
    claim = customer.custom["claim"]
    assert claim.startswith("CL")
    assert claim in customer.text
    assert customer.custom["service"] == "report_claim"


def test_asking_for_a_person_gives_one_with_the_place_in_line(customer: Customer) -> None:
    report_accident(customer)
    customer.say("I want to talk to a person please")
    assert customer.custom["handoff"] == "asked_for"
    assert customer.custom["tier"] == 3
    seq = customer.replies[-1]["seq"]
    customer.say("are you there?")
    assert all(reply["author"] != "bot" for reply in customer.replies)
    assert customer.since(0)[-1]["seq"] >= seq


def test_a_question_in_the_middle_is_answered_and_the_report_goes_on(customer: Customer) -> None:
    customer.say("I want to report an accident")
    before = customer.custom["expects"]
    customer.say("what is the cooling-off period?")
    assert customer.custom["expects"] == before
    assert "15 days" in customer.text


def test_a_report_can_be_stopped(customer: Customer) -> None:
    customer.say("I want to report an accident")
    customer.say("stop, forget it")
    assert customer.custom.get("expects") is None
    assert "claim" not in customer.custom


def tell_until(customer: Customer, question: str) -> None:
    """Report the accident up to a question."""
    customer.say("I had an accident yesterday, I broke my wrist")
    while (expected := customer.custom["expects"]) != question:
        customer.say(ANSWERS[expected])


def test_a_place_stays_a_place_and_the_next_question_comes_once(customer: Customer) -> None:
    tell_until(customer, "place")
    customer.say("on Jianguo Road in Beijing")
    assert customer.custom["expects"] not in ("place", None)
    assert customer.custom["intent"] == "report_claim"
    assert len(customer.replies) == 1


def test_an_office_that_is_asked_for_is_found_and_the_question_comes_once(customer: Customer) -> None:
    tell_until(customer, "place")
    prompt = customer.replies[-1]["text"]
    customer.say("where is your office in Chengdu?")
    assert "Renmin South Road" in customer.text
    assert customer.text.count(prompt) == 1
    assert customer.custom["expects"] == "place"


def test_yesterday_is_nobodys_name(customer: Customer) -> None:
    tell_until(customer, "insured_name")
    customer.say("yesterday")
    assert customer.custom["expects"] == "insured_name"
    assert "name" in customer.text


def test_a_date_that_is_taken_back_while_a_place_is_asked_changes_the_date(customer: Customer) -> None:
    tell_until(customer, "place")
    customer.say("no wait, it was on 3 November 2026")
    assert customer.custom["expects"] == "place"
    while (expected := customer.custom["expects"]) != "@confirm":
        customer.say(ANSWERS[expected])
    assert "3 November 2026" in customer.text
    customer.say("sorry I meant Xuanwu Hospital")
    assert "Hospital: Xuanwu Hospital" in customer.text
    customer.say("change the date to 4 November 2026")
    assert "4 November 2026" in customer.text
    assert customer.custom["expects"] == "@confirm"
