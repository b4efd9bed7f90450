"""Setting up and running: the pieces that only a fresh machine would find broken."""

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
