"""`make test`: set up what is missing, then run every ring of tests in both environments."""

import subprocess
import sys
from typing import Sequence

from deploy import steps

PAGES = ["tests/browser"]
PROCESSES = [
    "tests/bench",
    "tests/chaos",
    "tests/conversations",
    "tests/voice/faults",
    "tests/voice/hearing",
]
"""These start whole processes, one after the other; pages share theirs within a lane."""

PROGRAMS = ["initdb=postgresql", "flite=flite"]


def main() -> int:
    """Returns non-zero when setting up or any test failed."""
    print("Setting up the tests")
    speech = steps.SpeechModel()
    failed = steps.main(
        [
            steps.have_uv,
            lambda: steps.have_programs(PROGRAMS),
            _have_browser,
            steps.have_environments,
            speech.begin,
            steps.have_model,
            speech.have,
        ]
    )
    speech.end()
    if failed:
        return failed
    # All of them run, whatever fails: one run shows everything that is broken.
    return int(any([_engine(), *_centre(sys.argv[1:])]))


def _have_browser() -> None:
    """Chromium without windows, which takes a third of the whole one's time; else the whole one."""
    try:
        steps.have_programs(["chromium-headless-shell=chromium-headless-shell"])
    except steps.SetupFailed:
        steps.have_programs(["chromium=chromium"])


def _engine() -> int:
    return _run(steps.ENGINE_PYTHON, "tests/engine")


def _centre(chosen: Sequence[str]) -> "list[int]":
    """The chosen tests; all of them when none are, those that start processes after the others."""
    if chosen:
        return [_run(steps.PYTHON, *chosen)]
    others = [f"--ignore={ring}" for ring in PAGES + PROCESSES]
    return [_run(steps.PYTHON, "--numprocesses=auto", "--dist=loadfile", *others), *_side_by_side()]


def _side_by_side() -> "list[int]":
    """Pages in two lanes, and processes, whose words come at the end: all wait much of their time."""
    steps.LOGS.mkdir(parents=True, exist_ok=True)
    path = steps.LOGS / "tests-processes.log"
    with path.open("w") as output:
        command = _command(steps.PYTHON, *PROCESSES)
        processes = subprocess.Popen(
            command, cwd=steps.ROOT, env=steps.environment(), stdout=output, stderr=subprocess.STDOUT
        )
        pages = _run(steps.PYTHON, "--numprocesses=2", "--dist=loadfile", *PAGES)
        status = processes.wait()
    print(path.read_text(errors="replace"), flush=True)
    return [pages, status]


def _run(python: str, *arguments: str) -> int:
    return subprocess.call(_command(python, *arguments), cwd=steps.ROOT, env=steps.environment())


def _command(python: str, *arguments: str) -> "list[str]":
    return [python, "-m", "pytest", "-q", *arguments]


if __name__ == "__main__":
    sys.exit(main())
