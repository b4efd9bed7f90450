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

    vector: NDArray[np.float32] | None = field(default=None, compare=False, repr=False)
    """Of the text, of length one, where the engine sent it along."""

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
    return Utterance(
        text="" if pressed else clean(str(latest.get("text") or "")),
        intent=str(intent.get("name") or ""),
        confidence=float(intent.get("confidence") or 0.0),
        ranking=ranking,
        entities=entities,
        vector=_vector(latest.get("vector")) if not pressed else None,
        button=button if pressed else None,
    )


def _vector(sent: object) -> NDArray[np.float32] | None:
    return np.frombuffer(b64decode(sent), dtype=np.float32) if isinstance(sent, str) else None
