"""Why a sentence was understood as it was: ranking, the words that mattered, similar training lines.

For reviewers. Never learns from what it is asked, keeps none of it, and works on any model: a word's weight
is how much the confidence falls without it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.engine import training_lines
from bot.engine.components.sentence_featurizer import encoder_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NEIGHBOURS = 6
WORDS = 8
LONGEST = 24
"""Words that are left out one by one; a longer text costs more than it tells."""


def explain(text: str, parse: Callable[[str], dict[str, Any]], version: Path, models: Path) -> dict[str, Any]:
    """Explain a sentence.

    Args:
        text: what was said.
        parse: the serving model's understanding.
        version: folder of the serving version in the registry; without lines there, no neighbours.
        models: folder of the sentence model.
    """
    ranking = parse(text).get("intent_ranking") or []
    return {
        "ranking": [[str(one["name"]), float(one["confidence"])] for one in ranking],
        "words": _words(text, ranking, parse),
        "neighbours": _neighbours(text, version, models),
    }


def _words(
    text: str, ranking: list[dict[str, Any]], parse: Callable[[str], dict[str, Any]]
) -> list[list[str | float]]:
    spans = list(re.finditer(r"\w+", text))[:LONGEST]
    if not ranking or len(spans) < 2:
        return []
    name, whole = ranking[0]["name"], float(ranking[0]["confidence"])
    found: list[list[str | float]] = []
    for span in spans:
        without = f"{text[: span.start()]} {text[span.end() :]}"
        shares = {one["name"]: float(one["confidence"]) for one in parse(without).get("intent_ranking") or ()}
        found.append([span[0], round(whole - shares.get(name, 0.0), 4)])
    return sorted(found, key=lambda one: -abs(float(one[1])))[:WORDS]


def _neighbours(text: str, version: Path, models: Path) -> list[list[str | float]]:
    if not (version / training_lines.FILE).is_file():
        return []
    texts, intents, vectors = training_lines.read(version)
    nearness = vectors.astype(np.float32) @ encoder_in(models).encode([text])[0]
    nearest = np.argsort(-nearness)[:NEIGHBOURS]
    return [[texts[place], intents[place], round(float(nearness[place]), 3)] for place in nearest]
