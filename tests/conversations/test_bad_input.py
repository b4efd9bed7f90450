"""Bad input gets a clear answer, loses nothing and executes nothing."""

import httpx
import pytest

from tests.conversations.conftest import Customer

LONG = "I slipped on the stairs. " * 380
NASTY = {
    "empty": "",
    "blank": "   \n ",
    "control characters": "\x00\x01\x02",
    "long": LONG,
    "too long": "x" * 10_001,
    "emoji": "😀😀😀",
    "html": "<img src=x onerror=alert(1)><script>alert(2)</script>",
    "right to left": "\u202eמה שלומך",
    "zero width": "he\u200bllo",
    "payload": '/restart{"a":1}',
    "payload of an intent": '/check_policy_status{"policy_number":"880000100101"}',
    "json": '{"type":"say"}',
    "sql": "'; DROP TABLE customers; --",
    "template": "{{7*7}} ${7*7}",
    "a button that was never shown": "/b/1.0",
    "impossible date": "it happened on 31 February 2026",
    "all of it": "all of it",
}


@pytest.mark.parametrize("name", NASTY)
def test_any_input_gets_words_and_the_conversation_goes_on(customer: Customer, name: str) -> None:
    customer.say(NASTY[name])
    assert customer.replies, name
    assert customer.text.strip()
    assert "Traceback" not in customer.text
    customer.say("where is your office in Chengdu?")
    if customer.replies and customer.custom["tier"] != 3:
        assert "Chengdu" in customer.text


@pytest.mark.parametrize("name", [one for one in NASTY if "button" not in one])
def test_any_input_inside_a_form_leaves_the_form_where_it_was_or_hands_over(
    customer: Customer, name: str
) -> None:
    customer.say("is my policy in force?")
    expected = customer.custom["expects"]
    customer.say(NASTY[name])
    assert customer.text.strip()
    assert customer.custom.get("assurance", 0) <= 1
    if not customer.custom.get("handoff"):
        # The question is still open: an answer to it is taken.
        customer.say(dict(identifier="880000100101", birth="1985-03-12")[expected])
        assert customer.custom["expects"] != expected


def test_a_typed_command_of_the_engine_is_text(customer: Customer) -> None:
    customer.say("is my policy in force?")
    customer.say("/restart")
    customer.say("/session_start")
    # A restart would have closed the form; the answer to its question is still taken.
    customer.say("880000100101")
    assert customer.custom["expects"] == "birth"


@pytest.mark.parametrize(
    "body",
    ["not json", "[]", '{"message":"no sender"}', '{"sender":"","message":"x"}', '{"sender":{"$gt":""}}'],
)
def test_a_request_that_is_none_is_refused_with_the_reason(client: httpx.Client, body: str) -> None:
    headers = {"content-type": "application/json"}
    response = client.post("/webhooks/rest/webhook", content=body, headers=headers)
    assert response.status_code == 422
    assert response.json()["detail"]


def test_the_same_message_twice_is_one_message(customer: Customer) -> None:
    customer.say("hello there", message_id="m-1")
    first = customer.replies
    customer.say("hello there", message_id="m-1")
    assert [reply["seq"] for reply in customer.replies] == [reply["seq"] for reply in first]


def test_a_stranger_with_the_name_of_a_chat_conversation_gets_nothing(client: httpx.Client) -> None:
    response = client.get("/webhooks/rest/webhook/some-conversation-id", params={"after": 0})
    assert response.json() == []
