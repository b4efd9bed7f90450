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
