"""A trained model that only listens: it understands sentences, and has nothing to answer them with.

Never loads dialogue, stores or channels: what judges a candidate, or follows real turns in its shadow,
must not be able to speak.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.engine import standins


@dataclass(frozen=True)
class Understood:
    """What a model made of a sentence."""

    intent: str
    """What would be acted upon; `nlu_fallback` where nothing would."""

    confidence: float

    ranking: list[tuple[str, float]]
    """The likeliest intents, best first, also where none would be acted upon."""

    @property
    def likeliest(self) -> str:
        """The best guess, acted upon or not."""
        return self.ranking[0][0] if self.ranking else self.intent


def understood_from(parsed: dict[str, Any]) -> Understood:
    """Read the result of a parse."""
    intent = parsed.get("intent") or {}
    ranking = [(str(one["name"]), float(one["confidence"])) for one in parsed.get("intent_ranking") or ()]
    return Understood(str(intent.get("name") or ""), float(intent.get("confidence") or 0.0), ranking)


class Listener:
    """The understanding of one archive."""

    def __init__(self, archive: Path) -> None:
        """Load it; the archive's checksum is the caller's business."""
        standins.install()
        from rasa.engine import loader
        from rasa.engine.storage.local_model_storage import LocalModelStorage

        from bot.engine.runner import PlainGraphRunner

        with tempfile.TemporaryDirectory(prefix="engine-listening-") as folder:
            self._metadata, self._runner = loader.load_predict_graph_runner(
                Path(folder), archive, LocalModelStorage, PlainGraphRunner
            )

    def parse(self, text: str) -> dict[str, Any]:
        """Understand one sentence, in the words of Rasa."""
        from rasa.core.channels.channel import UserMessage
        from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER

        target = self._metadata.nlu_target
        message = UserMessage(text.lstrip("/ "))
        found = self._runner.run({PLACEHOLDER_MESSAGE: [message], PLACEHOLDER_TRACKER: None}, [target])
        return dict(found[target][0].as_dict(only_output_properties=True))

    def understand(self, text: str) -> Understood:
        """Understand one sentence."""
        return understood_from(self.parse(text))
