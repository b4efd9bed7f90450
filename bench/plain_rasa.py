"""Plain Rasa to compare with: `rasa init`'s pipeline and policies on our training examples.

Run in the engine's environment: `python -m bench.plain_rasa train` and `... serve PORT`. Never tuned: the
configuration is the file Rasa 3.6.21 ships for projects that name none. Every intent is answered by a stock
response through a rule, so no action server takes part; a few stories keep the learned policies at work,
as in the project that `rasa init` writes.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from bot.engine.places import ROOT, Places

EPOCHS = 100
STORIES = 6
RASA = importlib.metadata.distribution("rasa")


def folder() -> Path:
    """Return where the project lives."""
    return Places.from_environment().data / "plain_rasa"


def examples(most: int | None) -> dict[str, list[str]]:
    """Return our training examples by intent, at most so many each."""
    found: dict[str, list[str]] = {}
    for path in sorted(ROOT.glob("nlu_data/**/*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu", []):
            if "intent" in block:
                lines = [line[2:] for line in block["examples"].splitlines() if line.startswith("- ")]
                found.setdefault(block["intent"], []).extend(lines)
    return {intent: texts[:most] for intent, texts in found.items()}


def project(most: int | None, epochs: int, tracker: str) -> Iterator[tuple[str, Any]]:
    """Yield the project's files: name and content."""
    texts = examples(most)
    default = RASA.locate_file("rasa/engine/recipes/config_files/default_config.yml")
    config = yaml.safe_load(Path(str(default)).read_text(encoding="utf-8"))
    config["assistant_id"] = "plain-rasa"
    for component in [*config["pipeline"], *config["policies"]]:
        if "epochs" in component:
            component["epochs"] = epochs
    yield "config.yml", config
    answered = [*texts, "nlu_fallback"]
    yield (
        "domain.yml",
        {
            "version": "3.1",
            "intents": list(texts),
            "responses": {f"utter_{intent}": [{"text": f"This is about {intent}."}] for intent in answered},
            "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": True},
        },
    )
    yield (
        "data/nlu.yml",
        {
            "version": "3.1",
            "nlu": [
                {"intent": intent, "examples": "".join(f"- {line}\n" for line in lines)}
                for intent, lines in texts.items()
            ],
        },
    )
    rules = [{"rule": intent, "steps": _answer(intent)} for intent in answered]
    yield "data/rules.yml", {"version": "3.1", "rules": rules}
    intents = list(texts)
    stories = [
        {"story": f"path {i}", "steps": [*_answer(intents[0]), *_answer(intents[i]), *_answer(intents[-i])]}
        for i in range(1, STORIES + 1)
    ]
    yield "data/stories.yml", {"version": "3.1", "stories": stories}
    yield "credentials.yml", {"rest": None}
    store = {"tracker_store": {"type": "SQL", "dialect": "sqlite", "db": "tracker.db"}}
    yield "endpoints.yml", store if tracker == "sqlite" else {}


def _answer(intent: str) -> list[dict[str, str]]:
    return [{"intent": intent}, {"action": f"utter_{intent}"}]


def train(most: int | None = None, epochs: int = EPOCHS, tracker: str = "memory") -> Path:
    """Write the project and train it, unless that has been done for the same content.

    Args:
        most: examples an intent at most; all if None. Fewer make training bearable, not answering faster.
        epochs: of each learned component; Rasa's default is 100.
        tracker: "memory", as `rasa init` leaves it, or "sqlite".

    Returns:
        The project's folder.
    """
    files = {
        name: yaml.safe_dump(content, sort_keys=False) for name, content in project(most, epochs, tracker)
    }
    # Where a server keeps its conversations changes nothing about the model.
    learnt_from = repr(
        [*((name, text) for name, text in files.items() if name != "endpoints.yml"), RASA.version]
    )
    content = hashlib.sha256(learnt_from.encode()).hexdigest()
    home, record = folder(), folder() / "content.sha256"
    home.mkdir(parents=True, exist_ok=True)
    (home / "endpoints.yml").write_text(files["endpoints.yml"])
    if (home / "models/plain.tar.gz").is_file() and record.is_file() and record.read_text() == content:
        print(f"plain rasa: model in {home} is up to date")
        return home
    record.unlink(missing_ok=True)
    shutil.rmtree(home / "data", ignore_errors=True)
    for name, text in files.items():
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_text(text)
    print(f"plain rasa: training, {epochs} epochs (log: {home / 'training.log'})", flush=True)
    started = time.monotonic()
    with (home / "training.log").open("w") as log:
        _rasa(["train", "--force", "--fixed-model-name", "plain"], home, log)
    record.write_text(content)
    print(f"plain rasa: trained in {time.monotonic() - started:.0f} s")
    return home


def serve(port: int) -> None:
    """Serve the trained project's REST channel on loopback until stopped; replaces this process."""
    home = folder()
    if not (home / "content.sha256").is_file():
        raise SystemExit("plain rasa: not trained; run `python -m bench.plain_rasa train` first")
    os.chdir(home)
    with (home / "server.log").open("w") as log:
        os.dup2(log.fileno(), sys.stdout.fileno())
        os.dup2(log.fileno(), sys.stderr.fileno())
    arguments = ["run", "-i", "127.0.0.1", "-p", str(port), "-m", "models/plain.tar.gz"]
    os.execve(sys.executable, _command(arguments), _environment())  # noqa: S606 -- our own interpreter


def _rasa(arguments: list[str], home: Path, log: Any) -> None:
    finished = subprocess.run(
        _command(arguments), cwd=home, stdout=log, stderr=log, env=_environment(), check=False
    )
    if finished.returncode:
        raise SystemExit(f"plain rasa: `rasa {arguments[0]}` failed; see {log.name}")


def _command(arguments: list[str]) -> list[str]:
    return [sys.executable, "-m", "rasa", *arguments]


def _environment() -> dict[str, str]:
    return {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "2"}


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.plain_rasa", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    training = commands.add_parser("train", help="write and train the project")
    training.add_argument(
        "--examples", type=int, default=None, help="examples an intent at most (default: all)"
    )
    training.add_argument("--epochs", type=int, default=EPOCHS)
    training.add_argument("--tracker", choices=("memory", "sqlite"), default="memory")
    commands.add_parser("serve", help="serve it").add_argument("port", type=int)
    options = parser.parse_args()
    if options.command == "train":
        train(options.examples, options.epochs, options.tracker)
    else:
        serve(options.port)
    return 0


if __name__ == "__main__":
    sys.exit(main())
