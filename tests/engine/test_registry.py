"""The registry: what may become of a version, and that the served files are always those of one version."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace

import pytest
from bot.engine import models
from bot.engine.places import Places
from bot.engine.registry import TRANSITIONS, Event, Registry, RegistryRefuses, State, Version, _happen
from bot.engine.serve import checked_record

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=timezone.utc)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    places = Places(tmp_path / "data")
    places.models.mkdir(parents=True)
    return places


@pytest.fixture
def registry(places: Places) -> Registry:
    return Registry(places)


def add(registry: Registry, tmp_path: Path, content: str) -> Version:
    archive = tmp_path / f"{content}.tar.gz"
    archive.write_text(content)
    return registry.add(archive, {"data": f"data of {content}", "understanding": {}}, "tests", NOW)


def promoted(registry: Registry, tmp_path: Path, content: str) -> Version:
    return registry.promote(add(registry, tmp_path, content).name, "tests", NOW, "won")


def served(places: Places) -> str:
    checked_record(places)
    return places.model_archive.read_text()


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", Event)
def test_what_the_table_does_not_allow_does_not_happen(state: State, event: Event) -> None:
    version = Version("a", "a", "a", state)
    if (state, event) in TRANSITIONS:
        _happen(version, event, "tests", NOW, "why")
        assert version.state is TRANSITIONS[state, event]
        assert version.history[-1]["event"] == event.value
    else:
        with pytest.raises(RegistryRefuses):
            _happen(version, event, "tests", NOW, "why")
        assert (version.state, version.history) == (state, [])


def test_a_promoted_version_is_what_the_engine_loads(
    registry: Registry, places: Places, tmp_path: Path
) -> None:
    first, second = promoted(registry, tmp_path, "one"), promoted(registry, tmp_path, "two")
    assert served(places) == "two"
    states = {name: one.state for name, one in registry.read().versions.items()}
    assert states == {first.name: State.RETIRED, second.name: State.SERVING}


def test_a_candidate_alone_changes_nothing_that_serves(
    registry: Registry, places: Places, tmp_path: Path
) -> None:
    promoted(registry, tmp_path, "one")
    add(registry, tmp_path, "two")
    assert served(places) == "one"


def test_a_refused_version_never_serves(registry: Registry, places: Places, tmp_path: Path) -> None:
    promoted(registry, tmp_path, "one")
    version = add(registry, tmp_path, "two")
    registry.refuse(version.name, "tests", NOW, "lost")
    with pytest.raises(RegistryRefuses, match="refused"):
        registry.promote(version.name, "tests", NOW, "please")
    assert served(places) == "one"


def test_rollbacks_go_back_version_by_version_and_end_at_the_first(
    registry: Registry, places: Places, tmp_path: Path
) -> None:
    for content in ("one", "two", "three"):
        promoted(registry, tmp_path, content)
    for before in ("two", "one"):
        registry.roll_back("tests", NOW, "worse")
        assert served(places) == before
    with pytest.raises(RegistryRefuses, match="nothing to go back to"):
        registry.roll_back("tests", NOW, "worse")
    assert served(places) == "one"


def test_after_a_rollback_a_new_candidate_takes_over_from_the_restored_one(
    registry: Registry, places: Places, tmp_path: Path
) -> None:
    promoted(registry, tmp_path, "one")
    promoted(registry, tmp_path, "two")
    registry.roll_back("tests", NOW, "worse")
    promoted(registry, tmp_path, "three")
    registry.roll_back("tests", NOW, "worse")
    assert served(places) == "one"


def test_an_archive_that_was_changed_is_never_put_in_service(
    registry: Registry, places: Places, tmp_path: Path
) -> None:
    first = promoted(registry, tmp_path, "one")
    promoted(registry, tmp_path, "two")
    registry.archive(first.name).write_text("something else")
    with pytest.raises(RegistryRefuses, match="changed"):
        registry.roll_back("tests", NOW, "worse")
    assert served(places) == "two"
    assert registry.read().versions[first.name].state is State.RETIRED


@pytest.mark.parametrize("lost", ["archive", "record", "both", "mixed"])
def test_what_a_crash_left_is_put_right(
    registry: Registry, places: Places, tmp_path: Path, lost: str
) -> None:
    promoted(registry, tmp_path, "one")
    if lost in ("archive", "both"):
        places.model_archive.unlink()
    if lost in ("record", "both"):
        places.model_record.unlink()
    if lost == "mixed":
        places.model_archive.write_text("of another version")
    assert registry.settle()
    assert served(places) == "one"
    assert not registry.settle()


def test_a_model_from_before_the_registry_is_taken_in(
    registry: Registry, places: Places, tmp_path: Path
) -> None:
    promoted(registry, tmp_path, "one")
    other = Registry(Places(tmp_path / "other"))
    (tmp_path / "other" / "models").mkdir(parents=True)
    for name in ("engine.tar.gz", "engine.json"):
        (tmp_path / "other" / "models" / name).write_bytes((places.models / name).read_bytes())
    assert other.adopt("tests", NOW) is not None
    assert other.serving() is not None
    assert other.adopt("tests", NOW) is None


def test_the_command_lists_rolls_back_and_says_when_it_cannot(
    registry: Registry,
    places: Places,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATA", str(places.data))
    monkeypatch.setenv("ENGINE_PORT", "1")
    monkeypatch.setenv("OPERATOR", "mei")
    promoted(registry, tmp_path, "one")
    second = promoted(registry, tmp_path, "two")
    assert models.main(["rollback"]) == 1  # these archives are no models
    assert served(places) == "two"
    monkeypatch.setattr(models, "Listener", lambda archive: SimpleNamespace(understand=str))
    assert models.main(["rollback", "--why", "complaints"]) == 0
    assert served(places) == "one"
    assert models.main(["rollback"]) == 1
    assert models.main(["list"]) == 0
    told = capsys.readouterr()
    assert f"{second.name}  retired" in told.out
    assert "mei: retired  complaints" in told.out
    assert "cannot be loaded" in told.err
    assert "nothing to go back to" in told.err


def test_the_index_survives_being_read_by_somebody_else(registry: Registry, tmp_path: Path) -> None:
    version = promoted(registry, tmp_path, "one")
    registry.judged(version.name, {"wins": True})
    content = json.loads((registry.folder("") / "registry.json").read_text())
    assert content["served"] == [version.name]
    assert registry.read().versions[version.name].verdict == {"wins": True}
