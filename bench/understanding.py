"""How well the classifier learns: our own data by cross-validation, BANKING77 and CLINC150 as published.

Run in the engine's environment: `python -m bench.understanding` (`--full` adds the public sets with all their
data, `--ablation` what each part is worth). BENCHMARK_DATA names the folder that holds `banking77/` and
`clinc150/`; without it only our own data are measured. Never tunes on a test set: nothing is chosen here but
the limit for CLINC150's out-of-scope lines, and that on its validation part.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import yaml
from sentence_vectors import SentenceEncoder

from bot.engine.components.costs import WRITTEN, Group
from bot.engine.components.gate import Thresholds, softmax
from bot.engine.components.gate_fitting import Held, calibrate, cost, fit
from bot.engine.components.kernel import SHARES, Examples, KernelModel, train
from bot.engine.components.validation import Validation, validate
from bot.engine.places import ROOT, Places

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHOTS = 10
SEED = 1
DRAWS = 3
OUTSIDE = "oos"
RECALL = 0.9
"""Share of CLINC150's out-of-scope validation lines that its limit must catch; chosen before any test."""


@dataclass
class Lines:
    """Texts and the intents they stand for."""

    texts: list[str]
    names: list[str]

    def drawn(self, shots: int, seed: int = SEED) -> Lines:
        """Return a fixed random draw of so many examples of each intent."""
        by_name: dict[str, list[str]] = {}
        for text, name in zip(self.texts, self.names, strict=True):
            by_name.setdefault(name, []).append(text)
        chance = random.Random(seed)  # noqa: S311 -- a draw of examples, no secret
        pairs = [(text, name) for name, texts in by_name.items() for text in chance.sample(texts, shots)]
        return Lines([text for text, _ in pairs], [name for _, name in pairs])

    def __add__(self, other: Lines) -> Lines:
        return Lines(self.texts + other.texts, self.names + other.names)


def own_examples(root: Path) -> Lines:
    """Read our training data."""
    found = Lines([], [])
    for path in sorted(root.glob("nlu_data/**/*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu", []):
            if "intent" in block:
                lines = [line[2:] for line in block["examples"].splitlines() if line.startswith("- ")]
                found.texts += lines
                found.names += [block["intent"]] * len(lines)
    return found


def banking(folder: Path, file: str) -> Lines:
    """Read one part of BANKING77; the few-shot part spells its labels differently."""
    with (folder / "banking77" / file).open(encoding="utf-8", newline="") as rows:
        pairs = [(row["text"], row["category"].lower().replace(" ", "_")) for row in csv.DictReader(rows)]
    return Lines([text for text, _ in pairs], [name for _, name in pairs])


def clinc(folder: Path) -> dict[str, Lines]:
    """Read CLINC150."""
    parts = json.loads((folder / "clinc150" / "data_full.json").read_text(encoding="utf-8"))
    return {
        part: Lines([text for text, _ in pairs], [name for _, name in pairs]) for part, pairs in parts.items()
    }


def _learn(encoder: SentenceEncoder, seen: Lines) -> tuple[KernelModel, float, float]:
    """Return the classifier, the seconds of fitting it, and the CPU seconds with encoding."""
    wall, work = time.perf_counter(), time.process_time()
    vectors = encoder.encode_deep(seen.texts)
    named = Examples.of_names(seen.names, encoder.encode_deep)
    model = train(seen.texts, vectors, seen.names, named=named)
    return model, time.perf_counter() - wall, time.process_time() - work


def measure(encoder: SentenceEncoder, seen: Lines, test: Lines) -> dict[str, Any]:
    """Train on one part, test on another."""
    model, seconds, cpu = _learn(encoder, seen)
    guesses = np.array(model.labels)[model.scores(test.texts, encoder.encode_deep(test.texts)).argmax(axis=1)]
    return {
        "examples": len(seen.texts),
        "intents": len(set(seen.names)),
        "accuracy": float((guesses == np.array(test.names)).mean()),
        "training_seconds": seconds,
        "training_cpu_seconds": cpu,
    }


def measure_with_outside(encoder: SentenceEncoder, parts: dict[str, Lines]) -> dict[str, Any]:
    """CLINC150 with all its data: out of scope is a class, and the best intent must lead it by enough."""
    model, seconds, cpu = _learn(encoder, parts["train"] + parts["oos_train"])
    wall, work = time.perf_counter(), time.process_time()
    inside = np.array(model.labels) != OUTSIDE
    names = np.array(model.labels)[inside]

    def leads(lines: Lines) -> tuple[NDArray[np.str_], NDArray[np.float32]]:
        scores = model.scores(lines.texts, encoder.encode_deep(lines.texts))
        return names[scores[:, inside].argmax(axis=1)], scores[:, inside].max(axis=1) - scores[:, ~inside][
            :, 0
        ]

    limit = float(np.quantile(leads(parts["oos_val"])[1], RECALL))
    seconds, cpu = seconds + time.perf_counter() - wall, cpu + time.process_time() - work
    guesses, sure = leads(parts["test"])
    right = guesses == np.array(parts["test"].names)
    return {
        "examples": len(parts["train"].texts) + len(parts["oos_train"].texts),
        "intents": int(inside.sum()),
        "accuracy_no_limit": float(right.mean()),
        "accuracy": float((right & (sure >= limit)).mean()),
        "inside_refused": float((sure < limit).mean()),
        "outside_recall": float((leads(parts["oos_test"])[1] < limit).mean()),
        "limit": limit,
        "training_seconds": seconds,
        "training_cpu_seconds": cpu,
    }


def measure_own(encoder: SentenceEncoder) -> tuple[dict[str, Any], Validation]:
    """Cross-validate on our own data."""
    lines = own_examples(ROOT)
    started = time.process_time()
    named = Examples.of_names(lines.names, encoder.encode_deep)
    found = validate(lines.texts, encoder.encode_deep(lines.texts), lines.names, named=named)
    figures = {
        "examples": len(lines.texts),
        "intents": len(found.labels),
        "accuracy": found.accuracy,
        "macro_f1": found.macro_f1,
        "training_cpu_seconds": time.process_time() - started,
    }
    return figures, found


def ablate(encoder: SentenceEncoder, full: Validation) -> dict[str, Any]:
    """Leave parts out, on our own data by the same folds; and the gate's rules, by what a message costs."""
    lines = own_examples(ROOT)
    vectors = encoder.encode_deep(lines.texts)
    plain = replace(SHARES, middle=0.0, words=0.0)
    steps = {
        "sentence vectors alone": plain,
        "and the middle layer": replace(plain, middle=SHARES.middle),
        "and words and letters": SHARES,
    }
    found: dict[str, Any] = {}
    for name, shares in steps.items():
        tried = validate(lines.texts, vectors, lines.names, shares=shares)
        found[name] = {"accuracy": tried.accuracy, "macro_f1": tried.macro_f1}
    found["and the intents' names"] = {"accuracy": full.accuracy, "macro_f1": full.macro_f1}
    return {"features": found, "gate": _gates(full)}


def _gates(full: Validation) -> dict[str, Any]:
    """Compare no gate, one threshold for all, and the fitted one, on the same held-out understandings."""
    places = np.array([full.labels.index(name) for name in full.truth])
    probabilities = softmax(full.scores, calibrate(full.scores, places))
    held = Held.of(full.labels, probabilities, full.truth)

    def with_one(limit: float, ask: float) -> Thresholds:
        return Thresholds({group.value: limit for group in Group}, ask=ask, outside=0.5)

    fitted: Any = fit(full.labels, full.scores, full.truth).report["written"]
    grid = np.arange(0.1, 0.99, 0.025)
    return {
        "no gate": fitted["cost_without_gate"],
        "one threshold, refuses": min(
            float(cost(held, with_one(float(one), 2.0), WRITTEN).mean()) for one in grid
        ),
        "one threshold, asks": min(
            float(cost(held, with_one(float(one), 0.125), WRITTEN).mean()) for one in grid
        ),
        "thresholds by group": fitted["cost"],
    }


def rounded(content: Any) -> Any:
    """Round every figure inside."""
    if isinstance(content, dict):
        return {key: rounded(value) for key, value in content.items()}
    return round(content, 4) if isinstance(content, float) else content


def main(arguments: list[str] | None = None) -> int:
    """Measure, print a table and one line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.understanding", description=__doc__)
    parser.add_argument("--full", action="store_true", help="also the public sets with all their data")
    parser.add_argument("--ablation", action="store_true", help="also what each part is worth (minutes)")
    parser.add_argument("--public-only", action="store_true", help="leave our own data out")
    options = parser.parse_args(arguments)
    encoder = SentenceEncoder(Places.from_environment().models, remembered=0)
    results: dict[str, dict[str, Any]] = {}
    parts_worth = None
    if not options.public_only:
        results["own, 5 folds"], validation = measure_own(encoder)
        if options.ablation:
            parts_worth = rounded(ablate(encoder, validation))
    if "BENCHMARK_DATA" in os.environ:
        folder = Path(os.environ["BENCHMARK_DATA"])
        test = banking(folder, "test.csv")
        results["BANKING77, 10 shots"] = measure(encoder, banking(folder, "train_10.csv"), test)
        draws = [
            measure(encoder, banking(folder, "train.csv").drawn(SHOTS, SEED + draw), test)["accuracy"]
            for draw in range(DRAWS)
        ]
        results["BANKING77, 10 shots"]["other_draws"] = float(np.mean(draws))
        parts = clinc(folder)
        few = parts["train"].drawn(SHOTS)
        results["CLINC150, 10 shots"] = measure(encoder, few, parts["test"])
        if options.full:
            results["BANKING77, all"] = measure(encoder, banking(folder, "train.csv"), test)
            results["CLINC150, all"] = measure_with_outside(encoder, parts)
    print(f"{'data':22} {'examples':>8} {'intents':>7} {'accuracy':>8} {'training':>9}")
    for name, found in results.items():
        outside = (
            f"  outside {found['outside_recall']:.1%} recognised, {found['inside_refused']:.1%} refused"
            if "outside_recall" in found
            else ""
        )
        print(
            f"{name:22} {found['examples']:8} {found['intents']:7} {found['accuracy']:8.1%} "
            f"{found['training_cpu_seconds']:7.0f} s{outside}"
        )
    line = {"bench": "understanding", "seed": SEED, **rounded(results)}
    if parts_worth is not None:
        line["parts"] = parts_worth
        print(json.dumps(parts_worth, indent=1))
    print(json.dumps(line))
    return 0


if __name__ == "__main__":
    sys.exit(main())
