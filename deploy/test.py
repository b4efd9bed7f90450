"""`make test`: set up what is missing, then run every ring of tests in both environments."""

import subprocess
import sys
from typing import Sequence

from deploy import steps

RINGS_OF_PROCESSES = [
    "tests/bench",
    "tests/browser",
    "tests/chaos",
    "tests/voice/faults",
    "tests/voice/hearing",
    # Last: it leaves a queue of people behind, in the centre that the pages share.
    "tests/conversations",
]
"""They start processes and measure time: one after the other, on a machine that does nothing else."""

PROGRAMS = ["chromium=chromium", "initdb=postgresql", "flite=flite"]


def main() -> int:
    """Returns non-zero when setting up or any test failed."""
    print("Setting up the tests")
    speech = steps.SpeechModel()
    failed = steps.main(
        [
            steps.have_uv,
            lambda: steps.have_programs(PROGRAMS),
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


def _engine() -> int:
    return _run(steps.ENGINE_PYTHON, "tests/engine")


def _centre(chosen: Sequence[str]) -> "list[int]":
    """The chosen tests; all of them when none are, those that run whole processes after the others."""
    if chosen:
        return [_run(steps.PYTHON, *chosen)]
    others = [f"--ignore={ring}" for ring in RINGS_OF_PROCESSES]
    return [
        _run(steps.PYTHON, "--numprocesses=auto", "--dist=loadfile", *others),
        _run(steps.PYTHON, *RINGS_OF_PROCESSES),
    ]


def _run(python: str, *arguments: str) -> int:
    command = [python, "-m", "pytest", "-q", *arguments]
    return subprocess.call(command, cwd=steps.ROOT, env=steps.environment())


if __name__ == "__main__":
    sys.exit(main())
