"""Names the intent of a message, and says by the gate what may be done with it.

Never hides what it thought: the ranking keeps what was not acted upon, and the gate's verdict is beside it.
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
from rasa.shared.nlu.constants import INTENT, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.engine.components.gate import Decision, Gate, Verdict
from bot.engine.components.gate_fitting import Fitted, fit
from bot.engine.components.kernel import Examples, KernelModel, train
from bot.engine.components.sentence_featurizer import VECTOR, encoder_in
from bot.engine.components.validation import Validation, validate
from bot.engine.places import Places

FALLBACK = "nlu_fallback"
CLARIFY = "clarify"
OUTSIDE = "out_of_scope"
INSTEAD = {Decision.CLARIFY: CLARIFY, Decision.OUTSIDE: OUTSIDE, Decision.PERSON: FALLBACK}
"""The intent by which the rules are told of a decision that is not to answer."""

RANKING = "intent_ranking"
RANKED = 5
GATE = "gate"

WEIGHTS_FILE = "weights.npz"
REPORT_FILE = "report.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class GatedIntentClassifier(GraphComponent):
    """Likeness to the examples, turned into probabilities, weighed by a gate; all fitted in training."""

    def __init__(self, model_storage: ModelStorage, resource: Resource) -> None:
        """Start untrained."""
        self._storage = model_storage
        self._resource = resource
        self._model: KernelModel
        self._gate: Gate

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> GatedIntentClassifier:
        """Make an untrained component."""
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_: Any,
    ) -> GatedIntentClassifier:
        """Load what training kept."""
        component = cls(model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._model = KernelModel.read(folder / WEIGHTS_FILE)
            report = json.loads((folder / REPORT_FILE).read_text())
        component._gate = Gate.from_json(report[GATE])
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the gate on held-out understandings, then the classifier on everything."""
        examples = [example for example in training_data.intent_examples if VECTOR in example.data]
        vectors = np.stack([example.data[VECTOR] for example in examples])
        texts = [str(example.get(TEXT)) for example in examples]
        names = [str(example.get(INTENT)) for example in examples]
        named = Examples.of_names(names, encoder_in(Places.from_environment().models).encode_deep)
        validation = validate(texts, vectors, names, named=named)
        fitted = fit(validation.labels, validation.scores, validation.truth)
        self._model, self._gate = train(texts, vectors, names, named=named), fitted.gate
        with self._storage.write_to(self._resource) as folder:
            self._keep(folder, validation, fitted)
        return self._resource

    def _keep(self, folder: Path, validation: Validation, fitted: Fitted) -> None:
        self._model.write(folder / WEIGHTS_FILE)
        report = {
            "examples": len(validation.truth),
            "intents": len(validation.labels),
            "accuracy": round(validation.accuracy, 4),
            "macro_f1": round(validation.macro_f1, 4),
            GATE: fitted.gate.as_json(),
            "held_out": fitted.report,
            "confusions": validation.confusions(),
        }
        (folder / REPORT_FILE).write_text(json.dumps(report, indent=1))

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leave the training data as they are: nothing after this component learns from its guesses."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Name the intent of each message that has a vector; the others came from buttons."""
        for message in messages:
            vector = message.data.get(VECTOR)
            if vector is not None:
                self._understand(message, vector)
        return messages

    def _understand(self, message: Message, vector: np.ndarray) -> None:
        found = self._gate.probabilities(self._model.scores([str(message.get(TEXT))], vector[None]))[0]
        order = np.argsort(found)[::-1][:RANKED]
        ranking = [{"name": self._model.labels[i], "confidence": float(found[i])} for i in order]
        about = message.get(METADATA) or {}
        verdict = self._gate.decide(
            self._model.labels, found, str(about.get("channel", "")), _hearing(about.get("hearing"))
        )
        intent = dict(ranking[0])
        if verdict.decision is not Decision.ANSWER:
            intent = {"name": INSTEAD[verdict.decision], "confidence": verdict.probability}
        message.set(INTENT, intent, add_to_output=True)
        message.set(RANKING, ranking, add_to_output=True)
        message.set(GATE, _told(verdict), add_to_output=True)


def _hearing(value: object) -> float:
    """Return how sure the recogniser was; what was typed was not heard."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 1.0


def _told(verdict: Verdict) -> dict[str, Any]:
    options = list(verdict.options) if verdict.decision is Decision.CLARIFY else []
    return {"decision": verdict.decision.value, "options": options}
