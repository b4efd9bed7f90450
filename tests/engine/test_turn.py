"""A turn through the trained engine: what is understood, which action runs, what is stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from bot.engine.agent import EngineAgent
from bot.engine.channel import Replies, Turn
from bot.engine.components.gate import Decision, Gate, Verdict
from bot.engine.places import Places
from bot.engine.processor import TooManyActions
from bot.engine.remote import ActionFailed
from bot.engine.stores.lock import ConversationLockStore
from bot.engine.stores.tracker import TURNS, TurnTrackerStore
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from conftest import FakeActions


@pytest.fixture
def agent(
    small_engine: Places, actions: FakeActions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> EngineAgent:
    monkeypatch.setenv("DATA", str(small_engine.data))
    store = TurnTrackerStore(None, f"sqlite:///{tmp_path / 'engine.db'}")
    agent = EngineAgent(actions=actions, tracker_store=store, lock_store=ConversationLockStore())  # type: ignore[arg-type]
    agent.load_model(small_engine.model_archive)
    return agent


async def say(agent: EngineAgent, text: str, turn: int, **button: Any) -> tuple[list[str], UserMessage]:
    """Take one turn; return what the bot said and the message with what was understood."""
    given = Turn("c", text, f"c:{turn}", {"button": button or None})
    message = UserMessage(
        given.text, Replies(), "c", parse_data=given.parsed, message_id=given.turn, metadata=given.metadata
    )
    await agent.handle_message(message)
    return [reply["text"] for reply in message.output_channel.messages], message


async def test_a_greeting_is_answered_without_the_action_server(
    agent: EngineAgent, actions: FakeActions
) -> None:
    said, message = await say(agent, "hello", 1)
    assert said[0].startswith("Hello, this is Harbour Life")
    assert message.parse_data["intent"]["name"] == "greet"
    assert actions.names() == []


async def test_a_service_opens_the_form_and_the_form_gets_everything_after(
    agent: EngineAgent, actions: FakeActions
) -> None:
    await say(agent, "I want to borrow against my policy", 1)
    for turn, text in enumerate(["880000100101", "hello", "what is the cooling-off period", "asdf qwer"], 2):
        assert (await say(agent, text, turn))[0] == ["Which policy?"]
    assert actions.names() == ["service_form"] * 5


async def test_a_form_that_ends_lets_go(agent: EngineAgent, actions: FakeActions) -> None:
    await say(agent, "I want to borrow against my policy", 1)
    actions.answers["service_form"] = lambda body: {
        "events": [{"event": "active_loop", "name": None}],
        "responses": [{"text": "Done."}],
    }
    await say(agent, "12k", 2)
    said, _ = await say(agent, "hello", 3)
    assert said[0].startswith("Hello")


async def test_a_form_that_is_done_at_once_needs_no_loop(agent: EngineAgent, actions: FakeActions) -> None:
    actions.answers["service_form"] = lambda body: {"responses": [{"text": "All done."}]}
    assert (await say(agent, "change my phone number", 1))[0] == ["All done."]
    assert (await say(agent, "what is the cooling-off period", 2))[0] == ["action_answer"]


async def test_an_action_sees_the_turns_identity_and_the_pressed_button(
    agent: EngineAgent, actions: FakeActions
) -> None:
    await say(
        agent, "the second one", 7, form="take_policy_loan", version=1, field="policy", value="880000100201"
    )
    name, body = actions.calls[-1]
    assert name == "service_form"
    latest = body["tracker"]["latest_message"]
    assert latest["message_id"] == "c:7"
    assert latest["metadata"]["button"]["value"] == "880000100201"
    assert "domain" not in body


async def test_a_button_with_an_intent_is_that_intent(agent: EngineAgent, actions: FakeActions) -> None:
    _, message = await say(agent, "anything at all", 1, intent="change_contact")
    assert message.parse_data["intent"]["name"] == "change_contact"
    assert actions.names() == ["service_form"]


async def test_what_is_not_understood_falls_back_and_keeps_its_ranking(
    agent: EngineAgent, actions: FakeActions
) -> None:
    said, message = await say(agent, "purple elephants seven", 1)
    assert message.parse_data["intent"]["name"] == "nlu_fallback"
    assert message.parse_data["intent_ranking"][0]["name"] != "nlu_fallback"
    assert said == ["action_fallback"]


async def test_what_was_hardly_heard_is_not_acted_upon(agent: EngineAgent) -> None:
    heard = {"channel": "phone", "hearing": 0.2}
    message = UserMessage("I want to borrow against my policy", Replies(), "c", metadata=heard)
    found = await agent.processor.parse_message(message)
    assert found["gate"]["decision"] != "answer"
    assert found["intent_ranking"][0]["name"] == "take_policy_loan"
    typed = UserMessage("I want to borrow against my policy", Replies(), "c", metadata={"channel": "chat"})
    assert (await agent.processor.parse_message(typed))["intent"]["name"] == "take_policy_loan"


async def test_a_gate_that_asks_tells_the_action_its_options(
    agent: EngineAgent, actions: FakeActions, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks = Verdict(Decision.CLARIFY, 0.9, ("take_policy_loan", "change_contact"))
    monkeypatch.setattr(Gate, "decide", lambda *_: asks)
    said, message = await say(agent, "my phone and my loan", 1)
    assert said == ["action_clarify"]
    assert message.parse_data["intent"]["name"] == "clarify"
    latest = actions.calls[-1][1]["tracker"]["latest_message"]
    assert latest["gate"]["options"] == ["take_policy_loan", "change_contact"]


async def test_entities_are_quoted_as_typed(agent: EngineAgent) -> None:
    _, message = await say(agent, "lend me 12k on 8800-0010-0101", 1)
    found = {entity["entity"]: entity["value"] for entity in message.parse_data["entities"]}
    assert found == {"amount": "12k", "policy_number": "8800-0010-0101"}


async def test_a_failing_action_fails_the_turn_and_leaves_no_trace(
    agent: EngineAgent, actions: FakeActions
) -> None:
    await say(agent, "I want to borrow against my policy", 1)
    works = actions.answers["service_form"]

    def fail(body: dict[str, Any]) -> dict[str, Any]:
        raise ActionFailed("no answer")

    actions.answers["service_form"] = fail
    with pytest.raises(ActionFailed):
        await say(agent, "12k", 2)
    actions.answers["service_form"] = works
    assert (await say(agent, "12k", 2))[0] == ["Which policy?"]


async def test_a_failing_store_fails_the_turn(agent: EngineAgent) -> None:
    await say(agent, "hello", 1)
    TURNS.drop(agent.tracker_store.engine)  # type: ignore[attr-defined]
    with pytest.raises(sa.exc.OperationalError):
        await say(agent, "hello", 2)


async def test_the_same_turn_again_is_answered_again_and_acted_on_once(
    agent: EngineAgent, actions: FakeActions
) -> None:
    first, _ = await say(agent, "I want to borrow against my policy", 1)
    again, message = await say(agent, "I want to borrow against my policy", 1)
    assert again == first
    assert message.parse_data["intent"]["name"] == "take_policy_loan"
    assert actions.names() == ["service_form"]


async def test_a_conversation_starts_its_session_once(agent: EngineAgent, actions: FakeActions) -> None:
    for turn in range(3):
        await say(agent, "hello", turn)
    assert [name for name, _ in actions.calls] == ["action_session_start"]
    tracker = await agent.tracker_store.retrieve_full_tracker("c")
    assert tracker is not None
    assert sum(isinstance(event, SessionStarted) for event in tracker.events) == 1


async def test_a_session_may_start_inside_an_open_form(agent: EngineAgent, actions: FakeActions) -> None:
    actions.answers["action_session_start"] = lambda body: {
        "events": [
            {"event": "session_started"},
            {"event": "active_loop", "name": "service_form"},
            {"event": "action", "name": "action_listen"},
        ]
    }
    assert (await say(agent, "hello", 1))[0] == ["Which policy?"]


async def test_actions_that_ask_for_one_another_for_ever_are_stopped(
    agent: EngineAgent, actions: FakeActions
) -> None:
    actions.answers["action_answer"] = lambda body: {
        "events": [{"event": "followup", "name": "action_answer"}]
    }
    with pytest.raises(TooManyActions):
        await say(agent, "what is the cooling-off period", 1)


async def test_a_followup_action_is_taken_in_the_same_turn(agent: EngineAgent, actions: FakeActions) -> None:
    actions.answers["action_answer"] = lambda body: {
        "events": [{"event": "followup", "name": "action_hand_over"}],
        "responses": [{"text": "answer"}],
    }
    assert (await say(agent, "what is the cooling-off period", 1))[0] == ["answer", "action_hand_over"]


async def test_what_was_foreseen_is_what_the_policies_say_in_a_conversation(agent: EngineAgent) -> None:
    processor = agent.processor
    foreseen = dict(processor._decisions)
    loops = (None, *agent.domain.form_names)
    assert {(intent, loop, False) for intent in agent.domain.intents for loop in loops} <= foreseen.keys()
    await say(agent, "I want to borrow against my policy", 1)
    await say(agent, "hello", 2)
    tracker = await agent.tracker_store.retrieve("c")
    assert tracker is not None
    assert tracker.active_loop_name == "service_form"
    for intent in ("greet", "take_policy_loan", "ask_question", "nlu_fallback", "clarify"):
        asked = processor._predict_next_with_tracker(_after(tracker, agent, intent))
        expected = foreseen[intent, "service_form", False]
        assert asked.max_confidence_index == expected.max_confidence_index, intent


def _after(tracker: DialogueStateTracker, agent: EngineAgent, intent: str) -> DialogueStateTracker:
    copied = tracker.copy()
    copied.update(UserUttered("", {"name": intent, "confidence": 1.0}), agent.domain)
    return copied
