"""The Rasa actions: thin adapters between the engine's tracker and the dialogue. They decide nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from rasa_sdk import Tracker  # type: ignore[import-untyped]
from rasa_sdk.events import ActionExecuted, ActiveLoop, SessionStarted  # type: ignore[import-untyped]
from rasa_sdk.executor import CollectingDispatcher  # type: ignore[import-untyped]

from actions.dialogue import Dialogue
from actions.utterance import utterance_from

FORM = "service_form"
TURN_ACTIONS = (
    FORM,
    "action_answer",
    "action_clarify",
    "action_fallback",
    "action_hand_over",
    "action_speech",
)
SESSION_START = "action_session_start"

Run = Callable[[CollectingDispatcher, Tracker, dict[str, Any]], Awaitable[list[dict[str, Any]]]]


def actions_of(dialogue: Dialogue) -> dict[str, Run]:
    """The actions by name."""
    return {name: _turn_action(dialogue, name) for name in TURN_ACTIONS} | {
        SESSION_START: _session_start(dialogue)
    }


def _turn_action(dialogue: Dialogue, name: str) -> Run:
    async def run(
        dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        latest = tracker.latest_message or {}
        result = await asyncio.to_thread(
            dialogue.turn,
            name,
            tracker.sender_id,
            str(latest.get("message_id") or ""),
            utterance_from(latest),
        )
        dispatcher.messages.extend(result["messages"])
        if result["loop"]:
            return [ActiveLoop(FORM)]
        return [ActiveLoop(None)] if (tracker.active_loop or {}).get("name") else []

    return run


def _session_start(dialogue: Dialogue) -> Run:
    async def run(
        dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        is_open = await asyncio.to_thread(dialogue.has_open_form, tracker.sender_id)
        return [SessionStarted(), *([ActiveLoop(FORM)] if is_open else []), ActionExecuted("action_listen")]

    return run
