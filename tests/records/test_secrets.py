"""Secrets: made once, kept, and never readable by others."""

from pathlib import Path

import pytest

from records import secrets


def test_the_first_start_makes_them_and_the_second_finds_them(tmp_path: Path) -> None:
    first = secrets.load(tmp_path)
    assert set(first) == set(secrets.NAMES)
    assert len(set(first.values())) == len(first)
    assert all(len(value) >= 32 for value in first.values())
    assert secrets.load(tmp_path) == first
    assert (tmp_path / "secrets.env").stat().st_mode & 0o777 == 0o600


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    secrets.load(tmp_path)
    (tmp_path / "secrets.env").chmod(0o644)
    with pytest.raises(PermissionError, match="chmod 600"):
        secrets.load(tmp_path)


def test_one_from_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets.load(tmp_path)
    monkeypatch.setenv("REST_TOKEN", "from the orchestrator")
    assert secrets.load(tmp_path)["REST_TOKEN"] == "from the orchestrator"


def test_a_new_kind_of_secret_joins_the_old_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = secrets.load(tmp_path)
    monkeypatch.setattr(secrets, "NAMES", (*secrets.NAMES, "NEW_KEY"))
    second = secrets.load(tmp_path)
    assert {name: second[name] for name in first} == first
    assert second["NEW_KEY"]
