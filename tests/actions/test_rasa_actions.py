"""The adapters: a tracker of the engine goes in, messages and events of the form loop come out."""

from typing import Any

import pytest
from rasa_sdk import Tracker  # type: ignore[import-untyped]
from rasa_sdk.executor import CollectingDispatcher  # type: ignore[import-untyped]

from actions.dialogue import Dialogue
from actions.rasa_actions import SESSION_START, TURN_ACTIONS, actions_of
from actions.server import Executor
from actions.utterance import utterance_from
from tests.actions.customer import Customer as Person


def tracker(
    sender: str, message_id: str, text: str, intent: str, *, loop: str | None = None, **more: Any
) -> Tracker:
    latest = {
        "text": text,
        "intent": {"name": intent, "confidence": 0.95},
        "intent_ranking": [{"name": intent, "confidence": 0.95}],
        "entities": [],
        "message_id": message_id,
        "metadata": {"channel": "chat"},
        **more,
    }
    return Tracker(sender, {}, latest, [], False, None, {"name": loop} if loop else {}, "action_listen")


async def run(
    dialogue: Dialogue, name: str, given: Tracker
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    dispatcher = CollectingDispatcher()
    events = await actions_of(dialogue)[name](dispatcher, given, {})
    return dispatcher.messages, events


async def test_a_form_opens_the_loop_and_its_end_closes_it(dialogue: Dialogue, someone: Person) -> None:
    me = someone.conversation_id
    messages, events = await run(dialogue, "service_form", tracker(me, "1", "find a branch", "find_branch"))
    assert messages[-1]["custom"]["expects"] == "place"
    assert [event["name"] for event in events] == ["service_form"]
    messages, events = await run(
        dialogue, "service_form", tracker(me, "2", "Chengdu", "", loop="service_form")
    )
    assert "Chengdu Service Office" in messages[0]["text"]
    assert [(event["event"], event["name"]) for event in events] == [("active_loop", None)]


async def test_a_turn_without_form_leaves_the_loop_alone(dialogue: Dialogue, someone: Person) -> None:
    given = tracker(someone.conversation_id, "1", "hmm", "nlu_fallback")
    _, events = await run(dialogue, "action_fallback", given)
    assert events == []


async def test_the_same_message_id_answers_the_same(dialogue: Dialogue, someone: Person) -> None:
    given = tracker(someone.conversation_id, "1", "find a branch", "find_branch")
    first = await run(dialogue, "service_form", given)
    assert await run(dialogue, "service_form", given) == first


async def test_a_new_session_takes_up_an_open_form(dialogue: Dialogue, someone: Person) -> None:
    me = someone.conversation_id
    _, events = await run(dialogue, SESSION_START, tracker(me, "", "", ""))
    assert [event["event"] for event in events] == ["session_started", "action"]
    someone.say("find a branch", "find_branch")
    _, events = await run(dialogue, SESSION_START, tracker(me, "", "", ""))
    assert [event["event"] for event in events] == ["session_started", "active_loop", "action"]


async def test_any_action_answers_the_open_form(dialogue: Dialogue, someone: Person) -> None:
    someone.say("find a branch", "find_branch")
    for number, name in enumerate(TURN_ACTIONS):
        given = tracker(someone.conversation_id, f"t{number}", "nowhere at all", "nlu_fallback")
        messages, _ = await run(dialogue, name, given)
        if number == 0:
            assert messages[-1]["custom"]["expects"] == "place"


@pytest.mark.parametrize(
    "latest",
    [
        {},
        {"text": None, "intent": None, "entities": None, "metadata": None},
        {"text": "hi", "intent": {}, "intent_ranking": [None, {}], "metadata": {"button": "x"}},
        {"text": "hi", "metadata": ["no"], "entities": [{"entity": "date"}]},
    ],
)
def test_an_incomplete_message_is_still_an_utterance(latest: dict[str, Any]) -> None:
    utterance = utterance_from(latest)
    assert utterance.text in ("", "hi")
    assert utterance.button is None


def test_a_pressed_button_has_no_text_of_its_own() -> None:
    utterance = utterance_from({"text": "/find_branch", "metadata": {"button": {"intent": "find_branch"}}})
    assert utterance.text == "" and utterance.pressed_intent == "find_branch"


def test_the_server_knows_the_agreed_actions_and_needs_no_domain(dialogue: Dialogue) -> None:
    executor = Executor()
    assert executor.update_and_return_domain({"next_action": "x"}, "x") == {}
    assert set(actions_of(dialogue)) == {
        "service_form",
        "action_answer",
        "action_clarify",
        "action_hand_over",
        "action_fallback",
        "action_speech",
        "action_session_start",
    }
