"""Calls the action server.

Never opens a connection a turn and never waits longer than a person would.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

import orjson
import rasa
from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
from rasa.shared.exceptions import RasaException

from bot.engine.events import read_events
from bot.loopback import Loopback, NoAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rasa.core.channels.channel import OutputChannel
    from rasa.core.nlg import NaturalLanguageGenerator
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import Event
    from rasa.shared.core.trackers import DialogueStateTracker
    from sentence_vectors import SentenceEncoder


class ActionFailed(RasaException):
    """The action server could not be reached, or failed."""


class ActionServer:
    """The one connection pool to the action server."""

    def __init__(self, url: str, timeout_seconds: float = 20.0) -> None:
        """Take the server's webhook address."""
        self._server = Loopback(url, timeout_seconds)

    async def call(self, action: str, body: dict[str, Any]) -> dict[str, Any]:
        """Run an action there and return its answer.

        Raises:
            ActionExecutionRejection: the action says it does not apply.
            ActionFailed: anything else that is not an answer.
        """
        try:
            status, content = await self._server.post("/webhook", orjson.dumps(body))
        except NoAnswer as error:
            raise ActionFailed(f"action '{action}': {error}") from error
        if status == 400:
            raise ActionExecutionRejection(action, content.decode(errors="replace")[:500])
        if status >= 300:
            raise ActionFailed(f"action '{action}': the action server answered {status}")
        try:
            answer = orjson.loads(content)
        except orjson.JSONDecodeError as error:
            raise ActionFailed(f"action '{action}': the action server did not answer with JSON") from error
        if not isinstance(answer, dict):
            raise ActionFailed(f"action '{action}': the answer is no object")
        return answer

    def close(self) -> None:
        """Close the connections."""
        self._server.close()


class LeanRemoteAction(RemoteAction):
    """An action on the action server.

    Differs from Rasa's own in the shared connections, and in not checking each answer against a JSON
    schema (a millisecond a turn): deserialising the events finds the same faults.
    """

    def __init__(self, name: str, server: ActionServer, encoder: SentenceEncoder) -> None:
        """Take the action's name, where it runs, and what knows the vectors of recent texts."""
        super().__init__(name, None)
        self._server = server
        self._encoder = encoder

    async def run(
        self,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        tracker: DialogueStateTracker,
        domain: Domain,
    ) -> list[Event]:
        """Run the action; what it needs is the latest message, so neither events nor a domain are sent.

        Nor the message that began the open form, with everything that was understood of it then.
        """
        latest = tracker.latest_message
        body = {
            "next_action": self.name(),
            "sender_id": tracker.sender_id,
            "tracker": {
                "sender_id": tracker.sender_id,
                "slots": tracker.current_slot_values(),
                "latest_message": self._with_vector(latest.parse_data) if latest else None,
                "active_loop": {"name": tracker.active_loop_name} if tracker.active_loop_name else {},
            },
            "version": rasa.__version__,
        }
        answer = await self._server.call(self.name(), body)
        said = await self._utter_responses(answer.get("responses") or [], output_channel, nlg, tracker)
        return [*said, *read_events(answer.get("events") or [])]

    def _with_vector(self, message: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the message with its text's vector, so that the articles are searched without another.

        The classifier has just had it made; it is remembered, not computed again.
        """
        text = message.get("text")
        if not text or text.startswith("/"):
            return message
        return {**message, "vector": b64encode(self._encoder.encode_deep([text])[0].tobytes()).decode()}
