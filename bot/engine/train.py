"""Trains the model this installation serves: `python -m bot.engine.train`.

Never trains what is already trained: the model's record says from which content it was made.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from typing import Any

from sentence_vectors import ModelFilesMissing

from bot.engine import logs, standins
from bot.engine.compose import Composed, DataDoNotFit, compose, content_hash
from bot.engine.places import ROOT, Places

REPORT_FILE = "report.json"
"""What the classifier says about itself, in its part of the archive."""


class TrainingFailed(RuntimeError):
    """Rasa did not deliver a model."""


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def data_hash(root: Path, places: Places) -> str:
    """Return the hash of everything the model depends on, the sentence model included."""
    record = places.models / "minilm.json"
    if not record.is_file():
        raise ModelFilesMissing(places.models)
    return content_hash(root, record.read_text())


def is_current(root: Path, places: Places) -> bool:
    """Tell whether the model that is there is the one training would make."""
    if not (places.model_archive.is_file() and places.model_record.is_file()):
        return False
    record = json.loads(places.model_record.read_text())
    return bool(
        record.get("data") == data_hash(root, places)
        and record.get("sha256") == sha256_of(places.model_archive)
    )


def train(root: Path, places: Places) -> dict[str, Any]:
    """Train and keep the model; return its record."""
    started = time.monotonic()
    fingerprint = data_hash(root, places)
    with tempfile.TemporaryDirectory(prefix="engine-training-") as scratch:
        project = Path(scratch)
        composed = compose(root, project)
        print(
            f"engine: training on {composed.examples} examples of {len(composed.intents)} intents, "
            f"{len(composed.services)} of them services (log: {places.logs / 'training.log'})",
            flush=True,
        )
        archive = _run_rasa(project, places)
        report = _report(archive)
        places.models.mkdir(parents=True, exist_ok=True)
        # The record goes first and comes back last: a model without its record is never served.
        places.model_record.unlink(missing_ok=True)
        os.replace(archive, places.model_archive)
        archive.parent.rmdir()
    record = _record(places, fingerprint, composed, report, time.monotonic() - started)
    places.model_record.write_text(json.dumps(record, indent=1) + "\n")
    return record


def _run_rasa(project: Path, places: Places) -> Path:
    # Beside the model, so that moving it into place is one atomic rename.
    output = places.models / "training"
    os.environ["RASA_CACHE_DIRECTORY"] = str(project / "cache")
    os.environ["RASA_MAX_CACHE_SIZE"] = "0"
    logs.to_file(places.logs / "training.log")
    standins.install()
    from contextlib import redirect_stderr, redirect_stdout

    from rasa.model_training import train as rasa_train

    with (places.logs / "training.out").open("w") as out, redirect_stdout(out), redirect_stderr(out):
        result = rasa_train(
            domain=str(project / "domain.yml"),
            config=str(project / "config.yml"),
            training_files=str(project / "data"),
            output=str(output),
            force_training=True,
            fixed_model_name="engine",
        )
    if not result.model:
        raise TrainingFailed(f"no model was made; see {places.logs / 'training.log'}")
    return Path(result.model)


def _report(archive: Path) -> dict[str, Any]:
    """Read the classifier's own report out of the archive."""
    with tarfile.open(archive) as kept:
        for member in kept.getmembers():
            file = kept.extractfile(member)
            if file is not None and member.name.endswith(f"/{REPORT_FILE}"):
                return dict(json.load(file))
    raise TrainingFailed(f"{archive} holds no report of the classifier")


def _record(
    places: Places, fingerprint: str, composed: Composed, report: dict[str, Any], seconds: float
) -> dict[str, Any]:
    return {
        "sha256": sha256_of(places.model_archive),
        "data": fingerprint,
        "seconds": round(seconds, 1),
        "services": composed.services,
        "intents": composed.intents,
        "understanding": report,
    }


def main(arguments: list[str] | None = None) -> int:
    """Run the training from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bot.engine.train", description=__doc__)
    parser.add_argument("--force", action="store_true", help="train even if nothing changed")
    options = parser.parse_args(arguments)
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    places = Places.from_environment()
    try:
        if not options.force and is_current(ROOT, places):
            print(f"engine: model in {places.models} is up to date")
            return 0
        record = train(ROOT, places)
    except (DataDoNotFit, ModelFilesMissing, TrainingFailed) as error:
        print(f"engine: {error}", file=sys.stderr)
        return 1
    found = record["understanding"]
    written = found["held_out"]["written"]
    print(
        f"engine: trained in {record['seconds']:.0f} s; held-out accuracy {found['accuracy']:.1%}, macro-F1 "
        f"{found['macro_f1']:.1%}; a message costs {written['cost']:.2f} questions with the gate and "
        f"{written['cost_without_gate']:.2f} without"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
