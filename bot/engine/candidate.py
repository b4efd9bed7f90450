"""Trains a candidate, judges it, promotes it if it does not lose: `python -m bot.engine.candidate`.

Never trains on a sentence of the regression set, never touches what serves unless the candidate may serve,
and never trains data again that a version was made of already: who rolled back stays rolled back.
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
import shutil
import sys
import tempfile
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from sentence_vectors import ModelFilesMissing

from bot.engine import training_lines
from bot.engine.compose import CODE, SOURCES, DataDoNotFit
from bot.engine.judging import Answers, Floors, RegressionSet, Verdict, judge, judge_first, plain
from bot.engine.listener import Listener
from bot.engine.places import ROOT, Places
from bot.engine.registry import Registry, RegistryRefuses, State, Version
from bot.engine.reload import tell_engine
from bot.engine.train import TrainingFailed, data_hash, train

if TYPE_CHECKING:
    from collections.abc import Iterator

ANSWERS = "answers.json"


class NothingServes(RuntimeError):
    """The candidate may not serve, and there is no other model."""


@contextmanager
def workshop(root: Path, places: Places) -> Iterator[tuple[Path, Places, int]]:
    """A copy of what training reads, without the regression set's sentences, and a place for its model.

    Yields the copy's root, the place, and how many training lines were refused.
    """
    places.models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="candidate-", dir=places.models) as scratch:
        copy, work = Path(scratch) / "root", Places(Path(scratch) / "data")
        for pattern in (*SOURCES, *CODE):
            for path in root.glob(pattern):
                target = copy / path.relative_to(root)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
        refused = _refuse_lines(copy, RegressionSet.read(root).plain)
        work.models.mkdir(parents=True)
        for path in places.models.iterdir():
            if path.is_file() and not path.name.startswith("engine."):
                (work.models / path.name).symlink_to(path)
        places.logs.mkdir(parents=True, exist_ok=True)
        work.logs.symlink_to(places.logs, target_is_directory=True)
        yield copy, work, refused


def _refuse_lines(copy: Path, forbidden: frozenset[str]) -> int:
    """Take the lines out of the copied training data that are sentences of the regression set."""
    refused = 0
    for path in sorted(copy.glob("nlu_data/**/*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        before = refused
        for block in content.get("nlu", []):
            if "intent" in block:
                lines = str(block.get("examples", "")).splitlines()
                kept = [line for line in lines if plain(training_lines.text_of(line)) not in forbidden]
                refused += len(lines) - len(kept)
                block["examples"] = "".join(f"{line}\n" for line in kept)
        if refused > before:
            path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return refused


def make(root: Path, places: Places, who: str, *, force: bool = False) -> Version:
    """Train what is there, and register it; a version of the same data is returned instead, untouched."""
    registry = Registry(places)
    with workshop(root, places) as (copy, work, refused):
        known = None if force else registry.of_data(data_hash(copy, work))
        if known is not None:
            return known
        if refused:
            print(f"engine: {refused} training lines are sentences of the regression set and were left out")
        record = train(copy, work)
        version = registry.add(work.model_archive, {**record, "refused_lines": refused}, who, _now())
        training_lines.keep(copy, registry, version, places)
    return version


def answers_of(registry: Registry, version: Version, sentences: RegressionSet) -> Answers:
    """How a version understands the sentences: as kept, or asked anew where the sentences have changed."""
    path = registry.folder(version.name) / ANSWERS
    if path.is_file():
        kept = Answers.from_json(json.loads(path.read_text()))
        if kept.sentences == sentences.hash:
            return kept
    answers = Answers.of(sentences, Listener(registry.archive(version.name)).understand)
    path.write_text(json.dumps(answers.as_json()) + "\n")
    return answers


def judge_version(registry: Registry, version: Version, root: Path, floors: Floors) -> Verdict:
    """Judge a candidate against what serves and against the best that ever served.

    Comparing with the best as well keeps many small losses, each within chance, from adding up.
    """
    sentences = RegressionSet.read(root)
    answers = answers_of(registry, version, sentences)
    serving = registry.serving()
    if serving is None:
        return judge_first(sentences, answers, floors)
    try:
        rivals = {serving.name: answers_of(registry, serving, sentences)}
    except Exception as error:  # whatever Rasa raises over a model of other code, it cannot be asked any more
        verdict = judge_first(sentences, answers, floors)
        verdict.why += f" ({serving.name} cannot be asked by the present code: {type(error).__name__})"
        return verdict
    for one in registry.read().versions.values():
        kept = registry.folder(one.name) / ANSWERS
        if one.state is State.RETIRED and kept.is_file():
            theirs = Answers.from_json(json.loads(kept.read_text()))
            if theirs.sentences == sentences.hash:
                rivals[one.name] = theirs
    best = max(rivals, key=lambda name: _right(sentences, rivals[name]))
    verdict = judge(sentences, answers, serving.name, rivals[serving.name])
    if not verdict.wins or best == serving.name:
        return verdict
    against_best = judge(sentences, answers, best, rivals[best])
    return verdict if against_best.wins else against_best


def _right(sentences: RegressionSet, answers: Answers) -> int:
    return sum(one.intent == guess for one, guess in zip(sentences.sentences, answers.likeliest, strict=True))


def decide(places: Places, root: Path, version: Version, who: str, floors: Floors, *, hold: bool) -> Verdict:
    """Judge a candidate; it serves, waits (`hold`) or is refused."""
    registry = Registry(places)
    verdict = judge_version(registry, version, root, floors)
    registry.judged(version.name, verdict.as_json())
    if not verdict.wins:
        registry.refuse(version.name, who, _now(), verdict.why)
    elif not hold:
        registry.promote(version.name, who, _now(), verdict.why)
    return verdict


def run(
    root: Path,
    places: Places,
    *,
    force: bool = False,
    hold: bool = False,
    floors: Floors | None = None,
) -> Version:
    """Train, judge, promote; says on the way what happens, and returns the version it was about.

    Raises:
        NothingServes: the candidate was refused and no model serves.
    """
    who = operator()
    registry = Registry(places)
    registry.adopt(who, _now())
    registry.settle()
    version = make(root, places, who, force=force)
    if version.state is State.SERVING:
        print(f"engine: model {version.name} serves and is up to date")
        return version
    if version.state is not State.CANDIDATE:
        why = version.history[-1]["why"]
        print(f"engine: this data made model {version.name}, which is {version.state.value}: {why}")
    else:
        _tell(registry.record(version.name))
        verdict = decide(places, root, version, who, floors or Floors(), hold=hold)
        told = "refused" if not verdict.wins else "waits as a candidate" if hold else "serves"
        print(f"engine: model {version.name} {told}: {verdict.why}")
        if verdict.wins and not hold:
            print(f"engine: {tell_engine(places)}")
    serving = registry.serving()
    if serving is None:
        raise NothingServes("no model serves")
    if serving.name != version.name:
        print(f"engine: model {serving.name} goes on serving")
    return registry.read().versions[version.name]


def operator() -> str:
    """Who is at the keyboard, for the registry's history."""
    return os.environ.get("OPERATOR") or getpass.getuser()


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _tell(record: dict[str, Any]) -> None:
    found = record.get("understanding") or {}
    accuracy = found.get("accuracy")
    told = f"; cross-validated accuracy {accuracy:.1%}" if isinstance(accuracy, float) else ""
    print(f"engine: trained in {record['seconds']:.0f} s{told}", flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bot.engine.candidate", description=__doc__)
    parser.add_argument("--force", action="store_true", help="train even if nothing changed")
    parser.add_argument("--hold", action="store_true", help="let a candidate that wins wait, for its shadow")
    parser.add_argument("--root", type=Path, default=ROOT, help="the repository to train from; this one")
    options = parser.parse_args(arguments)
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    try:
        run(options.root.resolve(), Places.from_environment(), force=options.force, hold=options.hold)
    except (DataDoNotFit, ModelFilesMissing, TrainingFailed, RegistryRefuses, NothingServes) as error:
        print(f"engine: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
