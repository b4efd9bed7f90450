"""How well the engine understands: our own data by cross-validation, BANKING77 and CLINC150 as published.

Run in the engine's environment: `python -m bench.understanding` (`--full` adds CLINC150 with all its data).
BENCHMARK_DATA names the folder that holds `banking77/` and `clinc150/`; without it only our own data are
measured. Never tunes on a test set: strength and threshold come from cross-validation on the training part.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import yaml
from sentence_vectors import SentenceEncoder

from bot.engine.components.linear import train, validate
from bot.engine.places import ROOT, Places

SHOTS = 10
SEED = 1


@dataclass
class Examples:
    """Texts and the intents they stand for."""

    texts: list[str]
    names: list[str]

    def drawn(self, shots: int) -> Examples:
        """Return a fixed random draw of so many examples of each intent."""
        by_name: dict[str, list[str]] = {}
        for text, name in zip(self.texts, self.names, strict=True):
            by_name.setdefault(name, []).append(text)
        chance = random.Random(SEED)  # noqa: S311 -- a draw of examples, no secret
        pairs = [(text, name) for name, texts in by_name.items() for text in chance.sample(texts, shots)]
        return Examples([text for text, _ in pairs], [name for _, name in pairs])


def own_examples(root: Path) -> Examples:
    """Read our training data."""
    found = Examples([], [])
    for path in sorted(root.glob("nlu_data/**/*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu", []):
            if "intent" in block:
                lines = [line[2:] for line in block["examples"].splitlines() if line.startswith("- ")]
                found.texts += lines
                found.names += [block["intent"]] * len(lines)
    return found


def banking(folder: Path, file: str) -> Examples:
    """Read one part of BANKING77; the few-shot part spells its labels differently."""
    with (folder / "banking77" / file).open(encoding="utf-8", newline="") as rows:
        pairs = [(row["text"], row["category"].lower().replace(" ", "_")) for row in csv.DictReader(rows)]
    return Examples([text for text, _ in pairs], [name for _, name in pairs])


def clinc(folder: Path) -> dict[str, Examples]:
    """Read CLINC150."""
    parts = json.loads((folder / "clinc150" / "data_full.json").read_text(encoding="utf-8"))
    return {
        part: Examples([text for text, _ in pairs], [name for _, name in pairs])
        for part, pairs in parts.items()
    }


def measure_own(encoder: SentenceEncoder) -> dict[str, Any]:
    """Cross-validate on our own data."""
    examples = own_examples(ROOT)
    found = validate(examples.texts, encoder.encode(examples.texts), examples.names)
    return {
        "examples": len(examples.texts),
        "intents": len(set(examples.names)),
        "accuracy": found.accuracy,
        "threshold": found.threshold,
        "wrong_refused": found.refused_wrong,
        "right_refused": found.refused_right,
    }


def measure(
    encoder: SentenceEncoder, seen: Examples, test: Examples, outside: Examples | None
) -> dict[str, Any]:
    """Train on one part, test on another, and on texts that mean none of the intents."""
    vectors = encoder.encode(seen.texts)
    started = time.process_time()
    chosen = validate(seen.texts, vectors, seen.names)
    model = train(seen.texts, vectors, seen.names, chosen.strength)
    seconds = time.process_time() - started

    def answers(texts: list[str]) -> tuple[list[str], np.ndarray]:
        found = [model.probabilities(text, encoder.encode([text])[0]) for text in texts]
        return [model.labels[int(one.argmax())] for one in found], np.array([one.max() for one in found])

    guesses, sure = answers(test.texts)
    right = np.array(guesses) == np.array(test.names)
    result = {
        "examples": len(seen.texts),
        "intents": len(set(seen.names)),
        "accuracy": float(right.mean()),
        "strength": chosen.strength,
        "threshold": chosen.threshold,
        "accuracy_when_sure": float((right & (sure >= chosen.threshold)).mean()),
        "training_cpu_seconds": seconds,
    }
    if outside is not None:
        result["outside_refused"] = float((answers(outside.texts)[1] < chosen.threshold).mean())
    return result


def main(arguments: list[str] | None = None) -> int:
    """Measure, print a table and one line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.understanding", description=__doc__)
    parser.add_argument(
        "--full", action="store_true", help="also CLINC150 with all 15,000 examples (minutes)"
    )
    options = parser.parse_args(arguments)
    encoder = SentenceEncoder(Places.from_environment().models, remembered=50_000)
    results: dict[str, dict[str, Any]] = {"own, 5 folds": measure_own(encoder)}
    if "BENCHMARK_DATA" in os.environ:
        folder = Path(os.environ["BENCHMARK_DATA"])
        few, test = banking(folder, "train_10.csv"), banking(folder, "test.csv")
        results["BANKING77, 10 shots"] = measure(encoder, few, test, None)
        parts = clinc(folder)
        few = parts["train"].drawn(SHOTS)
        results["CLINC150, 10 shots"] = measure(encoder, few, parts["test"], parts["oos_test"])
        if options.full:
            results["CLINC150, all"] = measure(encoder, parts["train"], parts["test"], parts["oos_test"])
    print(f"{'data':22} {'examples':>8} {'intents':>7} {'accuracy':>8} {'threshold':>9}  refused")
    for name, found in results.items():
        refused = (
            f"{found['wrong_refused']:.1%} of wrong, {found['right_refused']:.1%} of right"
            if "wrong_refused" in found
            else f"{found['outside_refused']:.1%} of what is outside"
            if "outside_refused" in found
            else ""
        )
        print(
            f"{name:22} {found['examples']:8} {found['intents']:7} {found['accuracy']:8.1%} "
            f"{found['threshold']:9.2f}  {refused}"
        )
    rounded = {
        name: {key: round(value, 4) if isinstance(value, float) else value for key, value in found.items()}
        for name, found in results.items()
    }
    print(json.dumps({"bench": "understanding", **rounded}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
