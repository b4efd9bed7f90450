"""Gives every message its sentence vector.

Never trains anything: the vectors come from the exported model in DATA/models.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sentence_vectors import SentenceEncoder

from bot.engine.places import Places

VECTOR = "sentence_vector"


@lru_cache(maxsize=2)
def encoder_in(folder: Path) -> SentenceEncoder:
    """Return the process's one encoder for the folder."""
    return SentenceEncoder(folder)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceFeaturizer(GraphComponent):
    """Puts the text's two vectors (topic, wording), end to end, where the classifier finds them."""

    def __init__(self, encoder: SentenceEncoder) -> None:
        """Take the encoder to use."""
        self._encoder = encoder

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceFeaturizer:
        """Load the exported sentence model."""
        return cls(encoder_in(Places.from_environment().models))

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the vectors to each message that has text of its own (buttons have none)."""
        for message in messages:
            text = message.get(TEXT)
            if text and not text.startswith("/"):
                message.data[VECTOR] = self._encoder.encode_deep([text])[0]
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the vectors to each training example."""
        self.process(training_data.training_examples)
        return training_data
