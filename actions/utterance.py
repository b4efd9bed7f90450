"""One message of a customer as the engine understood it: the input of every decision.

The intent is an opinion with a confidence; the text is what was said. Neither proves who speaks.
"""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actions.normalise import clean


@dataclass(frozen=True, slots=True)
class Utterance:
    """What a customer said or pressed."""

    text: str
    """Cleaned; empty when a button was pressed."""

    intent: str = ""
    confidence: float = 0.0
    ranking: tuple[tuple[str, float], ...] = ()
    """Intents by confidence, best first."""

    entities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Values by entity name."""

    options: tuple[str, ...] = ()
    """Intents among which the understanding could not choose; empty where it could."""
    vector: NDArray[np.float32] | None = field(default=None, compare=False, repr=False)
    """Of the text, topic and wording end to end, where the engine sent it along."""

    button: Mapping[str, Any] | None = None
    """Payload of the pressed button, issued by the server for this conversation."""

    @property
    def pressed_intent(self) -> str | None:
        """The intent a button stands for."""
        value = self.button.get("intent") if self.button else None
        return value if isinstance(value, str) else None

    @property
    def pressed_field(self) -> bool:
        """Whether a button of a form was pressed."""
        return bool(self.button and "form" in self.button)


CLARIFY = "clarify"
"""What the engine calls an intent where it would rather ask. No customer means it."""


def utterance_from(latest: Mapping[str, Any]) -> Utterance:
    """Build from the engine's `latest_message`, whatever of it is missing."""
    metadata = latest.get("metadata") or {}
    button = metadata.get("button") if isinstance(metadata, Mapping) else None
    intent = latest.get("intent") or {}
    ranking = tuple(
        (str(entry.get("name") or ""), float(entry.get("confidence") or 0.0))
        for entry in (latest.get("intent_ranking") or ())[:5]
        if isinstance(entry, Mapping)
    )
    entities: dict[str, tuple[str, ...]] = {}
    for entity in latest.get("entities") or ():
        name, value = str(entity.get("entity") or ""), str(entity.get("value") or "")
        entities[name] = (*entities.get(name, ()), value)
    pressed = isinstance(button, Mapping)
    name, confidence = str(intent.get("name") or ""), float(intent.get("confidence") or 0.0)
    options: tuple[str, ...] = ()
    if name == CLARIFY and not pressed:
        # Inside a form the likeliest intent counts for what it is worth; asking is for where no form waits.
        name, confidence = ranking[0] if ranking else ("", 0.0)
        gate = latest.get("gate")
        options = tuple(str(one) for one in (gate.get("options") or ())) if isinstance(gate, Mapping) else ()
    return Utterance(
        text="" if pressed else clean(str(latest.get("text") or "")),
        intent=name,
        confidence=confidence,
        ranking=ranking,
        entities=entities,
        options=options,
        vector=_vector(latest.get("vector")) if not pressed else None,
        button=button if pressed else None,
    )


def _vector(sent: object) -> NDArray[np.float32] | None:
    return np.frombuffer(b64decode(sent), dtype=np.float32) if isinstance(sent, str) else None
