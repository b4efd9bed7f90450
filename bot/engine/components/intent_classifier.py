"""Names the intent of a message by a linear classifier, and refuses when it is not sure.

Never hides what it thought: the ranking keeps the refused intent, so that a clarifying question can use it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.engine.components.linear import LinearModel, Validation, train, validate
from bot.engine.components.sentence_featurizer import VECTOR

FALLBACK = "nlu_fallback"
RANKING = "intent_ranking"
RANKED = 5

WEIGHTS_FILE = "weights.npz"
REPORT_FILE = "report.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(GraphComponent):
    """Logistic regression over sentence vectors and word groups, with a threshold fitted in training."""

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        """Start untrained."""
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._model: LinearModel
        self._threshold = 0.0

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Options of this component in config.yml."""
        return {
            # Share of right answers that may be refused for the sake of refusing wrong ones.
            "refusable": 0.05,
        }

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LinearIntentClassifier:
        """Make an untrained component."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_: Any,
    ) -> LinearIntentClassifier:
        """Load what training kept."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._model = LinearModel.read(folder / WEIGHTS_FILE)
            report = json.loads((folder / REPORT_FILE).read_text())
        component._threshold = float(report["threshold"])
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Choose strength and threshold by cross-validation, then fit on everything."""
        examples = [example for example in training_data.intent_examples if VECTOR in example.data]
        vectors = np.stack([example.data[VECTOR] for example in examples])
        texts = [str(example.get(TEXT)) for example in examples]
        names = [str(example.get(INTENT)) for example in examples]
        validation = validate(texts, vectors, names, refusable=float(self._config["refusable"]))
        self._model = train(texts, vectors, names, validation.strength)
        self._threshold = validation.threshold
        with self._storage.write_to(self._resource) as folder:
            self._keep(folder, names, validation)
        return self._resource

    def _keep(self, folder: Path, names: list[str], validation: Validation) -> None:
        self._model.write(folder / WEIGHTS_FILE)
        report = {
            "examples": len(names),
            "intents": len(self._model.labels),
            "accuracy": round(validation.accuracy, 4),
            "strength": validation.strength,
            "threshold": round(validation.threshold, 4),
            "refused_right": round(validation.refused_right, 4),
            "refused_wrong": round(validation.refused_wrong, 4),
            "confusions": _confusions(names, validation.guesses),
        }
        (folder / REPORT_FILE).write_text(json.dumps(report, indent=1))

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leave the training data as they are: nothing after this component learns from its guesses."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Name the intent of each message that has a vector; the others came from buttons."""
        for message in messages:
            vector = message.data.get(VECTOR)
            if vector is None:
                continue
            found = self._model.probabilities(message.get(TEXT), vector)
            order = np.argsort(found)[::-1][:RANKED]
            ranking = [{"name": self._model.labels[i], "confidence": float(found[i])} for i in order]
            intent = dict(ranking[0])
            if float(found[order[0]]) < self._threshold:
                intent = {"name": FALLBACK, "confidence": self._threshold}
            message.set(INTENT, intent, add_to_output=True)
            message.set(RANKING, ranking, add_to_output=True)
        return messages


def _confusions(names: list[str], guesses: list[str]) -> list[list[str | int]]:
    """Return the twenty pairs (meant, understood, times) most often mistaken for one another."""
    counts: dict[tuple[str, str], int] = {}
    for meant, understood in zip(names, guesses, strict=True):
        if meant != understood:
            counts[meant, understood] = counts.get((meant, understood), 0) + 1
    common = sorted(counts.items(), key=lambda item: -item[1])[:20]
    return [[meant, understood, times] for (meant, understood), times in common]
