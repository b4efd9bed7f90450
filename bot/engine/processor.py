"""One turn of a conversation inside the engine: understand, decide once, act once, store.

Never hides a failure: an action or a store that fails fails the turn, and the center hands over.

Departures from `rasa.core.processor.MessageProcessor` (3.6.21), each with its reason:

* the graph runs in `PlainGraphRunner` (see there);
* a turn is one action: after it comes `action_listen` without asking the policies again. Rules are one action
  long (`compose` refuses others), so the second prediction could only confirm that;
* an action's exception is raised; Rasa logs it and carries on as if the action had done nothing;
* what the policies decide is remembered by intent and loop, the only things our rules look at;
* slot extraction does not run: no slot has a mapping (forms live in the records), and the pass over the
  tracker it would make costs time on every message;
* the tracker given to an action is a shallow copy, not a replay of the whole conversation;
* nothing is deep-copied into debug logs that nobody reads;
* the same message (same id) again is answered from the tracker, so that a turn resumed after a crash between
  our save and the center's commit does not act twice.
"""

from __future__ import annotations

import copy
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rasa.core.actions.action import (
    Action,
    ActionExecutionRejection,
    RemoteAction,
    action_for_name_or_text,
)
from rasa.core.processor import MessageProcessor
from rasa.engine import loader
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    UserUttered,
)
from rasa.utils.common import TempDirectoryPath, get_temp_dir_name

from bot.engine.components.sentence_featurizer import encoder_in
from bot.engine.places import Places
from bot.engine.remote import ActionServer, LeanRemoteAction
from bot.engine.runner import PlainGraphRunner

if TYPE_CHECKING:
    from rasa.core.channels.channel import OutputChannel, UserMessage
    from rasa.core.nlg import NaturalLanguageGenerator
    from rasa.core.policies.policy import PolicyPrediction
    from rasa.engine.runner.interface import GraphRunner
    from rasa.engine.storage.storage import ModelMetadata
    from rasa.shared.core.trackers import DialogueStateTracker

MOST_ACTIONS = 5
"""Actions a turn may take when actions themselves ask for a follow-up; more is a circle."""


class TooManyActions(RuntimeError):
    """Actions kept asking for one another."""


class TurnProcessor(MessageProcessor):
    """Handles messages; see the module for what differs from Rasa's own."""

    def __init__(self, *, actions: ActionServer, **given: Any) -> None:
        """Load the model; `given` are the arguments of Rasa's processor."""
        super().__init__(**given)
        self._actions = actions
        self._action_named = lru_cache(maxsize=256)(self._make_action)
        self._decisions: dict[tuple[str | None, str | None, bool], PolicyPrediction] = {}

    def foresee(self) -> None:
        """Ask the policies beforehand what they will say to each intent, in each loop and outside of any.

        Asked in a turn, they would take as long as everything else in it.
        """
        for intent in self.domain.intents:
            for loop in (None, *self.domain.form_names):
                tracker = self.tracker_store.init_tracker("")
                if loop is not None:
                    tracker.update_with_events([ActionExecuted(loop), ActiveLoop(loop)], self.domain)
                tracker.update(ActionExecuted(ACTION_LISTEN_NAME), self.domain)
                tracker.update(UserUttered("", {"name": intent, "confidence": 1.0}), self.domain)
                self._decide(tracker)

    async def close(self) -> None:
        """Let the action server's connections go."""
        self._actions.close()

    @staticmethod
    def _load_model(model_path: str | Path) -> tuple[str, ModelMetadata, GraphRunner]:
        with TempDirectoryPath(get_temp_dir_name()) as folder:
            metadata, runner = loader.load_predict_graph_runner(
                Path(folder), Path(model_path), LocalModelStorage, PlainGraphRunner
            )
        return Path(model_path).name, metadata, runner

    async def handle_message(self, message: UserMessage) -> None:
        """Handle one message; what the bot says goes to the message's output channel."""
        tracker = await self.get_tracker(message.sender_id)
        if await self._answered_before(message, tracker):
            return
        await self._update_tracker_session(tracker, message.output_channel, message.metadata)
        await self._handle_message_with_tracker(message, tracker)
        if self._should_handle_message(tracker):
            await self._act(tracker, message.output_channel)
        await self.save_tracker(tracker)

    async def parse_message(
        self,
        message: UserMessage,
        tracker: DialogueStateTracker | None = None,
        only_output_properties: bool = True,
    ) -> dict[str, Any]:
        """Understand one message, and leave the result with it for the channel to report."""
        found = self._parse_message_with_graph(message, tracker, only_output_properties)
        message.parse_data = found
        return found

    async def _answered_before(self, message: UserMessage, tracker: DialogueStateTracker) -> bool:
        latest = tracker.latest_message
        if latest is None or latest.message_id is None or latest.message_id != message.message_id:
            return False
        message.parse_data = dict(latest.parse_data)
        said = []
        for event in reversed(tracker.events):
            if isinstance(event, UserUttered):
                break
            if isinstance(event, BotUttered):
                said.append(event)
        await self._send_bot_messages(said[::-1], tracker, message.output_channel)
        return True

    async def _act(self, tracker: DialogueStateTracker, output_channel: OutputChannel) -> None:
        """Take the one action of the turn, and those it asks for itself, then listen."""
        for _ in range(MOST_ACTIONS):
            prediction = self._decide(tracker)
            action = self._action_named(self.domain.action_names_or_texts[prediction.max_confidence_index])
            rejected = await self._run_once(action, tracker, output_channel, prediction)
            if action.name() == ACTION_LISTEN_NAME:
                return
            if not rejected and not tracker.followup_action:
                tracker.update(ActionExecuted(ACTION_LISTEN_NAME), self.domain)
                return
        raise TooManyActions(f"more than {MOST_ACTIONS} actions in one turn of {tracker.sender_id}")

    def _decide(self, tracker: DialogueStateTracker) -> PolicyPrediction:
        """Ask the policies, or remember what they said to this intent in this loop."""
        if tracker.followup_action or tracker.latest_action_name != ACTION_LISTEN_NAME:
            return self._predict_next_with_tracker(tracker)
        loop = tracker.active_loop
        intent = tracker.latest_message.intent.get("name") if tracker.latest_message else None
        key = (intent, loop.name if loop else None, bool(loop and loop.rejected))
        if key not in self._decisions:
            self._decisions[key] = self._predict_next_with_tracker(tracker)
        return self._decisions[key]

    async def _run_once(
        self,
        action: Action,
        tracker: DialogueStateTracker,
        output_channel: OutputChannel,
        prediction: PolicyPrediction,
    ) -> bool:
        """Run an action, log it and send what it says; tell whether the action rejected itself."""
        seen = _shallow(tracker)
        seen.update_with_events(prediction.events, self.domain)
        try:
            events = await action.run(output_channel, self.nlg, seen, self.domain)
        except ActionExecutionRejection:
            rejection = ActionExecutionRejected(
                action.name(), prediction.policy_name, prediction.max_confidence
            )
            tracker.update(rejection)
            return True
        tracker.update_with_events(prediction.events, self.domain)
        tracker.update(action.event_for_successful_execution(prediction))
        tracker.update_with_events(events or [], self.domain)
        await self._send_bot_messages(events or [], tracker, output_channel)
        return False

    async def _run_action(
        self,
        action: Action,
        tracker: DialogueStateTracker,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        prediction: PolicyPrediction,
    ) -> bool:
        """Run an action on behalf of Rasa's own code (session start)."""
        await self._run_once(action, tracker, output_channel, prediction)
        return self.should_predict_another_action(action.name())

    def _get_action(self, action_name: str) -> Action:
        return self._action_named(action_name)

    def _make_action(self, name: str) -> Action:
        action = action_for_name_or_text(name, self.domain, self.action_endpoint)
        if type(action) is not RemoteAction:
            return action
        return LeanRemoteAction(name, self._actions, encoder_in(Places.from_environment().models))


def _shallow(tracker: DialogueStateTracker) -> DialogueStateTracker:
    """Return a tracker that can take further events without the given one noticing."""
    seen = copy.copy(tracker)
    seen.events = tracker.events.copy()
    seen.slots = {name: copy.copy(slot) for name, slot in tracker.slots.items()}
    seen.active_loop = copy.copy(tracker.active_loop)
    return seen
