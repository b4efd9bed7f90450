"""Setting up and running: the pieces that only a fresh machine would find broken."""

import os
from pathlib import Path

import pytest

from deploy import steps

ROOT = Path(__file__).resolve().parent.parent


def test_the_center_comes_first_because_the_first_process_gets_our_port() -> None:
    assert (ROOT / "Procfile").read_text().startswith("center:")


def test_a_failing_step_says_what_failed_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(steps, "LOGS", tmp_path)

    def broken() -> None:
        steps.run(["sh", "-c", "echo no such wheel; exit 3"], "sync.log", "Is PyPI in reach?")

    assert steps.main([broken]) == 1
    told = capsys.readouterr().err
    assert "no such wheel" in told
    assert "Is PyPI in reach?" in told
    assert str(tmp_path / "sync.log") in told


def test_a_missing_program_is_an_error_and_not_a_skip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(steps.SetupFailed, match="no-such-package"):
        steps.have_programs(["no-such-program=no-such-package"])


def _instead_of_building(script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> steps.SpeechModel:
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr(steps, "LOGS", tmp_path)
    monkeypatch.setattr(steps, "PYTHON", str(program))
    return steps.SpeechModel()


def test_a_speech_model_that_cannot_be_built_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    speech = _instead_of_building("echo no voices; exit 3", tmp_path, monkeypatch)
    assert steps.main([speech.begin, speech.have]) == 1
    assert "no voices" in capsys.readouterr().err


def test_building_the_speech_model_ends_when_another_step_has_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alive = tmp_path / "alive"
    os.mkfifo(alive)
    speech = _instead_of_building(f"exec sleep 600 > {alive}", tmp_path, monkeypatch)

    def broken() -> None:
        raise steps.SetupFailed("broken")

    assert steps.main([speech.begin, broken, speech.have]) == 1
    with alive.open() as held:
        speech.end()
        # The end of the pipe is reached when nobody holds it any more.
        assert held.read() == ""
