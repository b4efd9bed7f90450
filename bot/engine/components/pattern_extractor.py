"""Hands the spans found by `patterns` to Rasa as entities.

Never decides what a span is worth: values stay as typed.
"""

from __future__ import annotations

import json
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.engine.components.patterns import Lookups, find

LOOKUPS_FILE = "lookups.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class PatternExtractor(GraphComponent):
    """Entities by patterns, and by the lookup tables and synonyms of nlu_data."""

    def __init__(self, model_storage: ModelStorage, resource: Resource, lookups: Lookups) -> None:
        """Take the closed lists to look for."""
        self._storage = model_storage
        self._resource = resource
        self._lookups = lookups

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> PatternExtractor:
        """Make a component that knows no lists yet."""
        return cls(model_storage, resource, Lookups({}))

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_: Any,
    ) -> PatternExtractor:
        """Load the lists training kept."""
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, Lookups(json.loads((folder / LOOKUPS_FILE).read_text())))

    def train(self, training_data: TrainingData) -> Resource:
        """Collect the lists: each lookup table's words and the synonyms of those words."""
        lists: dict[str, set[str]] = {}
        for table in training_data.lookup_tables:
            lists.setdefault(table["name"], set()).update(table["elements"])
        for words in lists.values():
            words |= {said for said, meant in training_data.entity_synonyms.items() if meant in words}
        self._lookups = Lookups(lists)
        with self._storage.write_to(self._resource) as folder:
            (folder / LOOKUPS_FILE).write_text(json.dumps(self._lookups.lists, indent=1, ensure_ascii=False))
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leave the training data as they are."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add what is found to each message."""
        for message in messages:
            text = message.get(TEXT)
            if not text or text.startswith("/"):
                continue
            entities = [
                {
                    "entity": span.entity,
                    "start": span.start,
                    "end": span.end,
                    "value": text[span.start : span.end],
                    "extractor": type(self).__name__,
                }
                for span in find(text, self._lookups)
            ]
            message.set(ENTITIES, message.get(ENTITIES, []) + entities, add_to_output=True)
        return messages
