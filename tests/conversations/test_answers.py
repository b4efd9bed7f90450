"""Answers of knowledge: with their source, or an honest no."""

import httpx

from tests.conversations.conftest import Customer


def test_a_question_is_answered_with_its_source(customer: Customer, client: httpx.Client) -> None:
    customer.say("how many days do I have to change my mind about a new policy?")
    assert customer.custom["tier"] == 2
    assert customer.custom["article"] == "cooling_off_period"
    assert "15 days" in customer.text
    assert client.get("/articles/cooling_off_period").status_code == 200


def test_what_nobody_wrote_down_is_not_made_up(customer: Customer) -> None:
    customer.say("which football team will win the championship")
    assert customer.custom.get("article") is None


def test_greeting_is_friendly_and_says_what_can_be_done(customer: Customer) -> None:
    customer.say("hello")
    assert customer.custom["intent"] == "greet"
    assert customer.custom["tier"] == 1
    assert any(reply.get("buttons") for reply in customer.replies)


def test_the_direct_answer_comes_first(customer: Customer) -> None:
    customer.say("what is the cooling-off period?")
    assert customer.text.startswith("You can cancel a new policy within 15 days")


def test_a_question_about_what_colleagues_do_is_answered_before_anybody_is_called(customer: Customer) -> None:
    customer.say("can I cancel a new policy and get my money back?")
    assert customer.custom["tier"] == 2
    assert customer.custom["article"] == "cooling_off_period"
    assert "handoff" not in customer.custom


def test_a_request_for_what_only_people_do_reaches_them(customer: Customer) -> None:
    customer.say("I want to complain about your service")
    assert customer.custom["handoff"] == "complaint"


def test_gibberish_twice_running_reaches_a_person(customer: Customer) -> None:
    customer.say("asdf qwer zxcv")
    assert "handoff" not in customer.custom
    customer.say("blorp fnord gnarl")
    assert customer.custom["handoff"] == "two_fallbacks"


def test_a_greeting_in_between_starts_the_count_again(customer: Customer) -> None:
    for text in ("asdf qwer zxcv", "hello", "blorp fnord gnarl", "thank you", "asdf qwer zxcv"):
        customer.say(text)
        assert "handoff" not in customer.custom
