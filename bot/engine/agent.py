"""Rasa's agent with our processor, and without its silent fallback to memory.

Never wraps the tracker store: a store that fails must fail the turn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rasa.core.agent import Agent
from rasa.core.nlg import TemplatedNaturalLanguageGenerator

from bot.engine.processor import TurnProcessor

if TYPE_CHECKING:
    from pathlib import Path

    from rasa.core.lock_store import LockStore
    from rasa.core.tracker_store import TrackerStore
    from rasa.shared.core.domain import Domain

    from bot.engine.remote import ActionServer


class EngineAgent(Agent):
    """The agent the server serves."""

    def __init__(self, *, actions: ActionServer, tracker_store: TrackerStore, lock_store: LockStore) -> None:
        """Take the neighbours; `load_model` makes the agent ready."""
        super().__init__(tracker_store=tracker_store, lock_store=lock_store)
        self._actions = actions

    @staticmethod
    def _create_tracker_store(store: TrackerStore | None, domain: Domain | None) -> TrackerStore:
        """Return the store itself; Rasa would wrap it so that errors end in an empty memory store."""
        if store is None:
            raise ValueError("the engine needs a tracker store")
        return store

    def load_model(self, model_path: str | Path, fingerprint: str | None = None) -> None:
        """Load the archive and serve it."""
        self.take(self.prepare(model_path))
        self._set_fingerprint(fingerprint)

    def prepare(self, model_path: str | Path) -> TurnProcessor:
        """Load an archive beside the one in service; may run in a thread, since it changes nothing here."""
        given: dict[str, Any] = {
            "model_path": model_path,
            "tracker_store": self.tracker_store,
            "lock_store": self.lock_store,
            "generator": self.nlg,
        }
        processor = TurnProcessor(actions=self._actions, **given)
        processor.foresee()
        return processor

    def take(self, processor: TurnProcessor) -> None:
        """Serve with a prepared model from the next turn on; turns under way finish with the old one."""
        self.processor = processor
        self.domain = processor.domain
        self.tracker_store.domain = self.domain
        if isinstance(self.nlg, TemplatedNaturalLanguageGenerator):
            self.nlg.responses = self.domain.responses
