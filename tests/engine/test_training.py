"""What a model is trained on, when it is trained again, and which model is served."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml
from bot.engine.compose import DataDoNotFit, compose, content_hash
from bot.engine.places import ROOT, Places
from bot.engine.serve import ModelNotTrusted, checked_record
from bot.engine.train import is_current


@pytest.fixture
def root(small_root: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "root"
    shutil.copytree(small_root, copy)
    return copy


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def test_every_intent_that_no_rule_names_opens_the_service_form(root: Path, project: Path) -> None:
    composed = compose(root, project)
    assert composed.services == ["change_contact", "take_policy_loan"]
    rules = yaml.safe_load((project / "data/generated-rules.yml").read_text())["rules"]
    assert rules[0]["steps"] == [
        {"intent": "change_contact"},
        {"action": "service_form"},
        {"active_loop": "service_form"},
    ]


def test_intents_and_entities_of_the_domain_come_from_the_data(root: Path, project: Path) -> None:
    compose(root, project)
    domain = yaml.safe_load((project / "domain.yml").read_text())
    intents = {name for intent in domain["intents"] for name in intent}
    entities = {name for entity in domain["entities"] for name in entity}
    assert {"greet", "take_policy_loan", "nlu_fallback"} <= intents
    assert {"policy_number", "amount", "province", "claim_kind"} <= entities


def test_nothing_but_intents_influences_the_rules(root: Path, project: Path) -> None:
    compose(root, project)
    domain = yaml.safe_load((project / "domain.yml").read_text())
    assert all(
        options["influence_conversation"] is False for one in domain["entities"] for options in one.values()
    )
    assert all(options["use_entities"] == [] for one in domain["intents"] for options in one.values())


def test_a_slot_that_influences_the_conversation_is_refused(root: Path, project: Path) -> None:
    slot = {"type": "text", "influence_conversation": True, "mappings": [{"type": "custom"}]}
    (root / "bot/domain/more.yml").write_text(yaml.safe_dump({"slots": {"identity": slot}}))
    with pytest.raises(DataDoNotFit, match="identity"):
        compose(root, project)


def test_a_rule_of_two_actions_is_refused(root: Path, project: Path) -> None:
    steps = [{"intent": "greet"}, {"action": "utter_greet"}, {"action": "utter_help"}]
    _write_rules(root, [{"rule": "too long", "steps": steps}])
    with pytest.raises(DataDoNotFit, match="too long"):
        compose(root, project)


def test_a_rule_whose_action_nobody_wrote_is_refused(root: Path, project: Path) -> None:
    _write_rules(root, [{"rule": "lost", "steps": [{"intent": "greet"}, {"action": "utter_nothing"}]}])
    with pytest.raises(DataDoNotFit, match="utter_nothing"):
        compose(root, project)


def test_an_intent_without_examples_is_refused(root: Path, project: Path) -> None:
    (root / "nlu_data/empty.yml").write_text(yaml.safe_dump({"nlu": [{"intent": "empty", "examples": ""}]}))
    with pytest.raises(DataDoNotFit, match="empty"):
        compose(root, project)


def test_the_repositorys_own_data_fit(project: Path) -> None:
    composed = compose(ROOT, project)
    assert "take_policy_loan" in composed.services
    assert "greet" not in composed.services


@pytest.mark.parametrize(
    "changed", ["nlu_data/few.yml", "nlu_data/rules.yml", "bot/domain/domain.yml", "config.yml"]
)
def test_the_hash_follows_what_a_model_is_made_from(root: Path, changed: str) -> None:
    before = content_hash(root)
    with (root / changed).open("a") as file:
        file.write("# a comment\n")
    assert content_hash(root) != before


def test_the_hash_follows_moves_and_the_sentence_model_but_not_articles(root: Path) -> None:
    before = content_hash(root, "sentence model 1")
    (root / "nlu_data/articles").mkdir()
    (root / "nlu_data/articles/lapse.md").write_text("An article.")
    assert content_hash(root, "sentence model 1") == before
    assert content_hash(root, "sentence model 2") != before
    (root / "nlu_data/few.yml").rename(root / "nlu_data/less.yml")
    assert content_hash(root, "sentence model 1") != before


def test_a_trained_model_is_current_until_its_data_change(
    small_root: Path, small_engine: Places, root: Path
) -> None:
    assert is_current(small_root, small_engine)
    with (root / "nlu_data/few.yml").open("a") as file:
        file.write("# a comment\n")
    assert not is_current(root, small_engine)


def test_the_record_says_how_well_the_model_understands(small_engine: Places) -> None:
    understanding = json.loads(small_engine.model_record.read_text())["understanding"]
    assert understanding["accuracy"] > 0.7
    assert set(understanding["gate"]["channels"]) == {"written", "spoken"}
    assert (
        understanding["held_out"]["written"]["cost"]
        <= understanding["held_out"]["written"]["cost_without_gate"]
    )


def test_the_recorded_model_is_served(small_engine: Places) -> None:
    assert checked_record(small_engine)["sha256"]


def test_a_model_that_was_changed_is_not_served(small_engine: Places, tmp_path: Path) -> None:
    shutil.copytree(small_engine.models, tmp_path / "models")
    with Places(tmp_path).model_archive.open("ab") as file:
        file.write(b"x")
    with pytest.raises(ModelNotTrusted, match="not the one recorded"):
        checked_record(Places(tmp_path))


def test_a_model_without_a_record_is_not_served(small_engine: Places, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    shutil.copyfile(small_engine.model_archive, Places(tmp_path).model_archive)
    with pytest.raises(ModelNotTrusted, match="no model"):
        checked_record(Places(tmp_path))


def _write_rules(root: Path, rules: list[object]) -> None:
    (root / "nlu_data/rules.yml").write_text(yaml.safe_dump({"version": "3.1", "rules": rules}))
