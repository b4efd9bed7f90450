"""What is no answer, at every question of every service: it gets words, loses nothing and does nothing."""

from typing import Any

import pytest

from actions.normalise import LIMIT
from actions.services.registry import SERVICES
from actions.utterance import utterance_from
from tests.actions.forms.rehearsal import Rehearsal

BUTTONS: dict[str, dict[str, Any]] = {
    "of the future": {"form": "report_claim", "version": 77, "field": "kind", "value": "death"},
    "of nothing": {"form": "nothing", "version": 1, "field": "kind", "value": "death"},
    "of no field": {"form": "report_claim", "version": 1, "field": "none", "value": "yes"},
    "of a list": {"form": "report_claim", "version": 1, "field": "@confirm", "value": ["yes"]},
    "empty": {"form": None},
}


@pytest.mark.parametrize("service", SERVICES)
def test_a_stale_button_does_nothing_and_the_question_is_repeated(service: str, rehearsal: Rehearsal) -> None:
    for moment, customer in rehearsal.questions(service):
        prompt = customer.last["messages"][-1]["text"]
        for name, payload in BUTTONS.items():
            said = customer.send_button(payload)
            assert "earlier question" in said, (moment.asked, name)
            assert said.endswith(prompt)
            assert customer.custom["expects"] == moment.asked


@pytest.mark.parametrize("service", SERVICES)
def test_an_empty_message_loses_nothing(service: str, rehearsal: Rehearsal) -> None:
    for moment, customer in rehearsal.questions(service):
        for text in ("", "   ", "\x00\x07", "\u202e\u200b"):
            greeting = {"text": text, "intent": {"name": "greet", "confidence": 0.9}}
            assert "without any words" in customer.send(utterance_from(greeting)), moment.asked
            assert customer.custom["expects"] == moment.asked


HOSTILE = {
    "long": "x" * (LIMIT + 5000),
    "html": "<script>alert(1)</script><b>",
    "emoji": "😀😀😀",
    "rtl": "مرحبا كيف حالك",
    "sql": "'; DROP TABLE claims; --",
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("service", SERVICES)
def test_hostile_text_gets_a_clear_answer(service: str, name: str, rehearsal: Rehearsal) -> None:
    for moment, customer in rehearsal.questions(service):
        assert customer.say(HOSTILE[name], "nlu_fallback", 0.3), moment.asked
        asked = str(moment.asked)
        tried_again = customer.last["loop"] and customer.custom["expects"] == asked
        # Some questions take any words; those of the engine, and those of identity, never do.
        assert tried_again or SERVICES[service].field(asked) is not None, moment.asked


@pytest.mark.parametrize("service", SERVICES)
def test_what_cannot_be_used_three_times_goes_to_a_person(service: str, rehearsal: Rehearsal) -> None:
    for moment, customer in rehearsal.questions(service):
        for _ in range(2):
            customer.say("😀", "nlu_fallback", 0.3)
        if customer.custom.get("expects") != moment.asked or moment.asked == "@strengthen":
            continue  # it took the text, or waits for a device and not for words
        assert "Talk to a person" in customer.buttons, moment.asked
        customer.say("😀", "nlu_fallback", 0.3)
        failure = customer.custom.get("handoff")
        assert failure in ("field_failed", "verification_failed"), moment.asked
