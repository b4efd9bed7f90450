"""The lines a model was trained on, with their vectors: what a reviewer is shown beside a new sentence.

Kept in the version's own folder, so that neighbours are those of the model that answered.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import yaml
from sentence_vectors import SentenceEncoder

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from bot.engine.places import Places
    from bot.engine.registry import Registry, Version

FILE = "neighbours.npz"
_ANNOTATION = re.compile(r"\[([^\]]+)\]\s?(?:\([^)]*\)|\{[^}]*\})")


def text_of(line: str) -> str:
    """The sentence of a line of training data, without bullet and annotations."""
    return _ANNOTATION.sub(r"\1", line.strip().removeprefix("- ").strip())


def lines_in(root: Path) -> list[tuple[str, str]]:
    """All training lines below `root`, each with its intent."""
    found = []
    for path in sorted(root.glob("nlu_data/**/*.yml")):
        for block in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("nlu", []):
            if "intent" in block:
                lines = str(block.get("examples", "")).splitlines()
                found += [(text_of(line), str(block["intent"])) for line in lines if line.startswith("- ")]
    return found


def keep(root: Path, registry: Registry, version: Version, places: Places) -> None:
    """Write the lines and vectors of a version; vectors that the serving version has are not made again."""
    lines = lines_in(root)
    known: dict[str, NDArray[np.float16]] = {}
    serving = registry.serving()
    if serving is not None and (registry.folder(serving.name) / FILE).is_file():
        texts, _, vectors = read(registry.folder(serving.name))
        known = dict(zip(texts, vectors, strict=True))
    encoder = SentenceEncoder(places.models)
    rows = [known[text] if text in known else encoder.encode([text])[0] for text, _ in lines]
    np.savez(
        registry.folder(version.name) / FILE,
        texts=np.array([text for text, _ in lines]),
        intents=np.array([intent for _, intent in lines]),
        vectors=np.array(rows, dtype=np.float16),
    )


def read(folder: Path) -> tuple[list[str], list[str], NDArray[np.float16]]:
    """Texts, intents and vectors of a version."""
    with np.load(folder / FILE, allow_pickle=False) as kept:
        return [str(one) for one in kept["texts"]], [str(one) for one in kept["intents"]], kept["vectors"]
