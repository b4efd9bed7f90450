"""What the engine's tests share: the sentence model, a small trained engine, a fake action server."""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ["RASA_TELEMETRY_ENABLED"] = "false"

from bot.engine import standins

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Rasa 3.6.21 runs on libraries of its own age
    standins.install()

from bot.engine.places import ROOT, Places
from bot.engine.train import train
from sanic.touchup.service import TouchUp
from sentence_vectors.export import export, is_current

from tests_engine_data import FEW


@pytest.fixture(scope="session", autouse=True)
def _sanic_rewrites_itself_once() -> Iterator[None]:
    """Let several apps run in one process: Sanic rewrites its own methods, and finds no source twice."""
    rewrite = TouchUp.run
    done: list[Any] = []

    def once(app: Any) -> None:
        if not done:
            rewrite(app)
        done.append(app)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TouchUp, "run", once)
        yield


class FakeActions:
    """Stands for the action server: remembers calls, answers as told."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "action_session_start": lambda body: {
                "events": [{"event": "session_started"}, {"event": "action", "name": "action_listen"}]
            },
            "service_form": lambda body: {
                "events": [{"event": "active_loop", "name": "service_form"}],
                "responses": [{"text": "Which policy?"}],
            },
        }

    async def call(self, action: str, body: dict[str, Any]) -> dict[str, Any]:
        self.calls.append((action, body))
        return self.answers.get(action, lambda body: {"responses": [{"text": action}]})(body)

    def close(self) -> None:
        """Nothing is open."""

    def names(self) -> list[str]:
        return [name for name, _ in self.calls if name != "action_session_start"]


@pytest.fixture(scope="session")
def sentence_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the exported sentence model; the installation's own if it has one."""
    installed = Places.from_environment().models
    if is_current(installed):
        return installed
    folder = tmp_path_factory.mktemp("sentence-model")
    export(folder)
    return folder


@pytest.fixture(scope="session")
def small_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository with the real rules, domain and configuration, and few examples."""
    root = tmp_path_factory.mktemp("root")
    shutil.copytree(ROOT / "bot/domain", root / "bot/domain")
    (root / "nlu_data").mkdir()
    for name in ("nlu_data/rules.yml", "nlu_data/lookups.yml", "nlu_data/synonyms.yml", "config.yml"):
        shutil.copyfile(ROOT / name, root / name)
    blocks = [
        {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)}
        for intent, texts in FEW.items()
    ]
    (root / "nlu_data/few.yml").write_text(yaml.safe_dump({"version": "3.1", "nlu": blocks}))
    return root


@pytest.fixture(scope="session")
def small_engine(small_root: Path, sentence_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Return the files of an installation that was trained on the few examples."""
    places = Places(tmp_path_factory.mktemp("data"))
    places.models.mkdir()
    for name in ("minilm-int8.onnx", "tokenizer.json", "minilm.json"):
        (places.models / name).symlink_to(sentence_model / name)
    before = os.environ.get("DATA")
    os.environ["DATA"] = str(places.data)
    try:
        train(small_root, places)
    finally:
        if before is None:
            del os.environ["DATA"]
        else:
            os.environ["DATA"] = before
    return places


@pytest.fixture
def actions() -> FakeActions:
    """Return a fake action server."""
    return FakeActions()
