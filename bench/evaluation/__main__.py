"""Measures everything about understanding, and writes DATA/evaluation/index.html: `make eval`.

The engine's figures come from the engine's environment; what is in the way of a part stops the whole.
"""

import argparse
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.evaluation import entities, retrieval
from bench.evaluation.page import page

ROOT = Path(__file__).parents[2]
SETS = ROOT / "tests" / "data"
ENGINE_PYTHON = str(ROOT / "bot" / "engine" / ".venv" / "bin" / "python")


def engine(module: str, *options: str) -> dict[str, Any]:
    """The JSON line of a benchmark that runs in the engine's environment."""
    command = [ENGINE_PYTHON, "-m", module, *options]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    found.pop("bench")
    return found


def measure(models: Path, *, ablation: bool) -> dict[str, Any]:
    """All figures."""
    record = json.loads((models / "engine.json").read_text(encoding="utf-8"))
    full = ["--full"] if "BENCHMARK_DATA" in os.environ else []
    return {
        "heldout": engine("bench.heldout", "--serving"),
        "training": {"seconds": record["seconds"], **record["understanding"]},
        "entities": entities.measure(SETS / "entities.yml"),
        "retrieval": retrieval.measure(SETS / "retrieval_questions.yml", models),
        "understanding": engine("bench.understanding", *full, *(["--ablation"] if ablation else [])),
    }


def told(found: Any, depth: int = 0) -> list[str]:
    """Figures as indented lines; curves and matrices are for the page."""
    lines = []
    for name, value in found.items():
        if isinstance(value, dict):
            lines += [f"{'  ' * depth}{name}", *told(value, depth + 1)]
        elif not isinstance(value, list):
            lines.append(f"{'  ' * depth}{name:36} {value}")
    return lines


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, write the page, end with one line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.evaluation", description=__doc__)
    parser.add_argument("--ablation", action="store_true", help="also what each part is worth (minutes)")
    options = parser.parse_args(arguments)
    data = Path(os.environ.get("DATA", "var")).resolve()
    found = measure(data / "models", ablation=options.ablation)
    folder = data / "evaluation"
    folder.mkdir(parents=True, exist_ok=True)
    when = datetime.now(UTC)
    (folder / "index.html").write_text(page(found, f"{when:%d %B %Y, %H:%M} UTC"), encoding="utf-8")
    (folder / "figures.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print("\n".join(told(found)))
    print(f"\nwith plots: {folder / 'index.html'}")
    print(json.dumps({"bench": "evaluation", **found}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
