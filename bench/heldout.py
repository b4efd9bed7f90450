"""How well the trained model understands what neither its authors nor its training have seen.

Run in the engine's environment: `python -m bench.heldout`. Prints figures only, never a line of the held-out
file: whoever reads the mistakes starts to train on them.
"""

from __future__ import annotations

import io
import json
import os
import sys
import tarfile
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import yaml
from sentence_vectors import SentenceEncoder

from bot.engine.components.intent_classifier import FALLBACK, REPORT_FILE, WEIGHTS_FILE
from bot.engine.components.linear import LinearModel
from bot.engine.places import ROOT, Places

HELD_OUT = ROOT / "tests" / "data" / "heldout_utterances.yml"
OUTSIDE = "out_of_scope"


def trained(places: Places) -> tuple[LinearModel, float]:
    """Read the classifier and its threshold out of the model that is served."""
    model, threshold = None, 0.0
    with tarfile.open(places.model_archive) as kept:
        for member in kept.getmembers():
            file = kept.extractfile(member)
            if file is not None and member.name.endswith(f"/{WEIGHTS_FILE}"):
                model = LinearModel.read(io.BytesIO(file.read()))
            elif file is not None and member.name.endswith(f"/{REPORT_FILE}"):
                threshold = float(json.load(file)["threshold"])
    if model is None:
        raise FileNotFoundError(f"{places.model_archive} holds no classifier")
    return model, threshold


def scores(truth: np.ndarray, guesses: np.ndarray) -> dict[str, tuple[float, float, float, int]]:
    """Return precision, recall, F1 and number of examples of every intent that is meant."""
    found = {}
    for name in np.unique(truth):
        meant, guessed = truth == name, guesses == name
        hits = float((meant & guessed).sum())
        precision, recall = hits / max(1, guessed.sum()), hits / meant.sum()
        both = 2 * precision * recall / (precision + recall) if hits else 0.0
        found[str(name)] = (precision, recall, both, int(meant.sum()))
    return found


def measure(places: Places) -> tuple[dict[str, Any], dict[str, tuple[float, float, float, int]]]:
    """Understand every held-out utterance."""
    examples = yaml.safe_load(HELD_OUT.read_text(encoding="utf-8"))
    texts = [one["text"] for one in examples]
    truth = np.array([one["intent"] for one in examples])
    styles = np.array([one["style"] for one in examples])
    model, threshold = trained(places)
    vectors = SentenceEncoder(places.models).encode(texts)
    found = np.stack([model.probabilities(text, vector) for text, vector in zip(texts, vectors, strict=True)])
    guesses = np.array(model.labels)[found.argmax(axis=1)]
    served = np.where(found.max(axis=1) < threshold, FALLBACK, guesses)
    right = guesses == truth
    inside = truth != OUTSIDE
    by_intent = scores(truth, guesses)
    figures = {
        "examples": len(texts),
        "accuracy": right.mean(),
        "macro_f1": np.mean([f1 for _, _, f1, _ in by_intent.values()]),
        "accuracy_inside": right[inside].mean(),
        "inside_acted_rightly": (served == truth)[inside].mean(),
        "inside_acted_wrongly": ((served != truth) & (served != FALLBACK))[inside].mean(),
        "outside_recall": right[~inside].mean(),
        "outside_not_acted_upon": np.isin(served, [OUTSIDE, FALLBACK])[~inside].mean(),
        "threshold": threshold,
    }
    figures |= {f"accuracy_{style}": right[styles == style].mean() for style in np.unique(styles)}
    return {
        name: value if isinstance(value, int) else round(float(value), 4) for name, value in figures.items()
    }, by_intent


def main() -> int:
    """Print the figures, each intent's, and one line of JSON."""
    figures, by_intent = measure(Places.from_environment())
    print(f"{'intent':28} {'precision':>9} {'recall':>7} {'F1':>6} {'examples':>8}")
    for name, (precision, recall, both, count) in sorted(by_intent.items(), key=lambda item: item[1][2]):
        print(f"{name:28} {precision:9.0%} {recall:7.0%} {both:6.2f} {count:8}")
    for name, value in figures.items():
        print(f"{name:28} {value}")
    print(json.dumps({"bench": "heldout", **figures}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
