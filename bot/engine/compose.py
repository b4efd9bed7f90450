"""Puts together what Rasa trains on: the domain with its intents and entities, the examples, all rules.

Never guesses: a rule the engine could not follow, or a response nobody wrote, stops the training.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from bot.engine.components.patterns import ENTITIES

if TYPE_CHECKING:
    from pathlib import Path

FORM = "service_form"

SOURCES = ("nlu_data/**/*.yml", "bot/domain/**/*.yml", "config.yml")
"""What a model is made from, relative to the root; the code that makes it is added by `content_hash`."""

CODE = (
    "bot/engine/components/*.py",
    "bot/engine/compose.py",
    "bot/engine/.python-version",
    "bot/engine/uv.lock",
)


class DataDoNotFit(ValueError):
    """The training data contradict each other or the engine."""


@dataclass(frozen=True)
class Composed:
    """What was put together."""

    intents: list[str]
    """All intents, in alphabetical order."""

    examples: int
    """Number of training examples."""

    services: list[str]
    """The intents that open the service form."""


def content_hash(root: Path, *more: str) -> str:
    """Return the hash of everything a model is made from.

    Args:
        root: the repository.
        more: further ingredients, such as the hash of the sentence model.
    """
    digest = hashlib.sha256()
    for pattern in (*SOURCES, *CODE):
        for path in sorted(root.glob(pattern)):
            digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
            digest.update(path.read_bytes() + b"\0")
    for ingredient in more:
        digest.update(f"{ingredient}\0".encode())
    return digest.hexdigest()


def compose(root: Path, folder: Path) -> Composed:
    """Write a training project into the folder: config.yml, domain.yml, data/.

    Args:
        root: the repository.
        folder: an empty folder.
    """
    examples = _examples(root)
    rules = _read(root / "nlu_data/rules.yml").get("rules", [])
    ruled = {_check(rule) for rule in rules}
    services = sorted(set(examples) - ruled)
    intents = sorted(set(examples) | ruled)
    domain = _domain(root, intents)
    _check_actions(rules, domain)

    shutil.copyfile(root / "config.yml", folder / "config.yml")
    _write(folder / "domain.yml", domain)
    data = folder / "data"
    data.mkdir()
    for number, path in enumerate(_data_files(root)):
        shutil.copyfile(path, data / f"{number:03}-{path.name}")
    _write(
        data / "generated-rules.yml", {"version": "3.1", "rules": [_service_rule(name) for name in services]}
    )
    return Composed(intents, sum(examples.values()), services)


def _data_files(root: Path) -> list[Path]:
    return sorted(root.glob("nlu_data/**/*.yml"))


def _examples(root: Path) -> dict[str, int]:
    """Return how many examples each intent has."""
    found: dict[str, int] = {}
    for path in _data_files(root):
        for block in _read(path).get("nlu", []):
            if "intent" in block:
                lines = [
                    line for line in str(block.get("examples", "")).splitlines() if line.startswith("- ")
                ]
                if not lines:
                    raise DataDoNotFit(f"{path}: intent {block['intent']} has no examples")
                found[block["intent"]] = found.get(block["intent"], 0) + len(lines)
    if len(found) < 2:
        raise DataDoNotFit(f"{root}/nlu_data holds examples of {len(found)} intents; two are the least")
    return found


def _check(rule: dict[str, Any]) -> str:
    """Return the intent of a hand-written rule, which must be one intent and one action."""
    steps = rule.get("steps", [])
    kinds = [next(iter(step)) for step in steps]
    if kinds != ["intent", "action"] or "condition" in rule:
        raise DataDoNotFit(
            f"rule '{rule.get('rule')}': a rule is one intent and one action, because the engine ends the "
            "turn after one action (bot/engine/processor.py); what needs more belongs into the action"
        )
    return str(steps[0]["intent"])


def _check_actions(rules: list[dict[str, Any]], domain: dict[str, Any]) -> None:
    known = {*domain["actions"], *domain["responses"]}
    for rule in rules:
        action = rule["steps"][1]["action"]
        if action not in known:
            raise DataDoNotFit(f"rule '{rule['rule']}': neither action nor response is called {action}")


def _service_rule(intent: str) -> dict[str, Any]:
    steps = [{"intent": intent}, {"action": FORM}, {"active_loop": FORM}]
    return {"rule": f"service {intent}", "steps": steps}


def _domain(root: Path, intents: list[str]) -> dict[str, Any]:
    """Return the files of bot/domain as one, with intents and entities filled in."""
    domain: dict[str, Any] = {"version": "3.1", "actions": [], "responses": {}}
    for path in sorted(root.glob("bot/domain/**/*.yml")):
        for key, value in _read(path).items():
            if isinstance(value, dict) and isinstance(domain.get(key), dict):
                domain[key].update(value)
            else:
                domain[key] = value
    lookups = [
        block["lookup"]
        for path in _data_files(root)
        for block in _read(path).get("nlu", [])
        if "lookup" in block
    ]
    # Rules are about intents alone: an entity or slot that took part would make rules silently not match.
    domain["intents"] = [{name: {"use_entities": []}} for name in intents]
    domain["entities"] = [{name: {"influence_conversation": False}} for name in sorted({*ENTITIES, *lookups})]
    for name, slot in (domain.get("slots") or {}).items():
        if slot.setdefault("influence_conversation", False):
            raise DataDoNotFit(f"slot {name} influences the conversation; the records do that here")
    return domain


def _read(path: Path) -> dict[str, Any]:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise DataDoNotFit(f"{path}: not a mapping")
    return content


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
