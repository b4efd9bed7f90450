"""How well the trained model understands what neither its authors nor its training have seen.

Run in the engine's environment: `python -m bench.heldout`. Prints figures only, never a line of the held-out
files: whoever reads the mistakes starts to train on them.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import tarfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import yaml
from sentence_vectors import SentenceEncoder

from bot.engine.components.costs import WRITTEN, Group, group_of
from bot.engine.components.gate import Gate
from bot.engine.components.gate_fitting import OUTCOMES, Held, calibration, cost, outcomes
from bot.engine.components.kernel import KernelModel
from bot.engine.components.validation import macro_f1
from bot.engine.places import ROOT, Places

HELD_OUT = sorted((ROOT / "tests" / "data").glob("heldout_utterances*.yml"))
WEIGHTS, REPORT, GATE = "weights.npz", "report.json", "gate"


def trained(places: Places) -> tuple[KernelModel, Gate]:
    """Read the classifier and its gate out of the model that is served."""
    model, gate = None, None
    with tarfile.open(places.model_archive) as kept:
        for member in kept.getmembers():
            file = kept.extractfile(member)
            if file is not None and member.name.endswith(f"/{WEIGHTS}"):
                model = KernelModel.read(io.BytesIO(file.read()))
            elif file is not None and member.name.endswith(f"/{REPORT}"):
                gate = Gate.from_json(json.load(file)[GATE])
    if model is None or gate is None:
        raise FileNotFoundError(f"{places.model_archive} holds no classifier")
    return model, gate


def measure(model: KernelModel, gate: Gate, encoder: SentenceEncoder, files: list[Path]) -> dict[str, Any]:
    """Understand every utterance of the files."""
    examples = [one for path in files for one in yaml.safe_load(path.read_text(encoding="utf-8"))]
    texts = [one["text"] for one in examples]
    truth = np.array([one["intent"] for one in examples])
    styles = np.array([one["style"] for one in examples])
    found = gate.probabilities(model.scores(texts, encoder.encode_deep(texts)))
    guesses = np.array(model.labels)[found.argmax(axis=1)]
    held = Held.of(model.labels, found, truth.tolist())
    limits = gate.channels["written"]
    came = np.array(OUTCOMES)[outcomes(held, limits)]
    asked = np.char.startswith(came, "asked")
    inside, right = ~held.outside, guesses == truth
    begun = ~asked & ~np.isin(came, ["declined", "refused"])
    by_style = {f"accuracy_{style}": right[inside & (styles == style)].mean() for style in np.unique(styles)}
    figures = {
        "examples": len(texts),
        "accuracy_inside": right[inside].mean(),
        "macro_f1_inside": macro_f1(truth[inside].tolist(), guesses[inside].tolist()),
        "accuracy_all": right.mean(),
        "macro_f1_all": macro_f1(truth.tolist(), guesses.tolist()),
        **by_style,
        "outside_named": right[~inside].mean(),
        "outside_declined": np.isin(came[~inside], ["right", "refused"]).mean(),
        "outside_asked": asked[~inside].mean(),
        "outside_begun": (came[~inside] == "wrong").mean(),
        "inside_begun_rightly": (begun & right)[inside].mean(),
        "inside_begun_wrongly": (came[inside] == "wrong").mean(),
        "inside_asked": asked[inside].mean(),
        "inside_asked_with_the_right_option": (came[inside] == "asked").mean(),
        "inside_refused": np.isin(came[inside], ["declined", "refused"]).mean(),
        "cost": cost(held, limits, WRITTEN).mean(),
        "calibration_gap": calibration(held)["gap"],
    }
    return {
        **{
            name: value if isinstance(value, int) else round(float(value), 4)
            for name, value in figures.items()
        },
        "calibration": calibration(held)["curve"],
        "groups": _groups(truth, guesses),
    }


def _groups(truth: np.ndarray, guesses: np.ndarray) -> dict[str, Any]:
    """Count which group was taken for which; single intents would say too much about single lines."""
    meant = [group_of(name).value for name in truth]
    understood = [group_of(name).value for name in guesses]
    names = [group.value for group in Group]
    counts = [
        [
            sum(1 for a, b in zip(meant, understood, strict=True) if (a, b) == (row, column))
            for column in names
        ]
        for row in names
    ]
    return {"names": names, "counts": counts}


def served(places: Places, texts: list[str]) -> dict[str, float]:
    """Time the whole pipeline on training examples, each made new to the memory of vectors."""
    started = time.perf_counter()
    from bot.engine.listener import Listener

    listener = Listener(places.model_archive)
    listener.parse("hello there")
    cold = time.perf_counter() - started
    walls, works = [], []
    for number, text in enumerate(texts):
        wall, work = time.perf_counter(), time.process_time()
        listener.parse(f"{text} {number}")
        walls.append(1000 * (time.perf_counter() - wall))
        works.append(1000 * (time.process_time() - work))
    resident = next(
        int(line.split()[1])
        for line in Path("/proc/self/status").read_text().splitlines()
        if line.startswith("VmRSS")
    )
    return {
        "cold_start_seconds": round(cold, 1),
        "parse_p50_ms": round(float(np.percentile(walls, 50)), 2),
        "parse_p95_ms": round(float(np.percentile(walls, 95)), 2),
        "parse_cpu_ms": round(float(np.mean(works)), 2),
        "memory_mb": round(resident / 1024),
    }


def main(arguments: list[str] | None = None) -> int:
    """Print the figures and one line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.heldout", description=__doc__)
    parser.add_argument("--serving", action="store_true", help="also latency, memory and cold start")
    options = parser.parse_args(arguments)
    places = Places.from_environment()
    results: dict[str, Any] = {}
    if options.serving:
        from bench.understanding import own_examples

        results["serving"] = served(places, own_examples(ROOT).texts[::20])
    model, gate = trained(places)
    encoder = SentenceEncoder(places.models)
    for path in HELD_OUT:
        results[path.stem] = measure(model, gate, encoder, [path])
    results["all"] = measure(model, gate, encoder, HELD_OUT)
    for name, figures in results.items():
        print(name)
        for what, value in figures.items():
            if isinstance(value, int | float):
                print(f"  {what:36} {value}")
    print(json.dumps({"bench": "heldout", **results}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
