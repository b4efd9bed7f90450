"""`make test`: set up what is missing, then run every ring of tests in both environments."""

import subprocess
import sys

from deploy import steps

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
    arguments = sys.argv[1:]
    engine = subprocess.call(
        [steps.ENGINE_PYTHON, "-m", "pytest", "tests/engine", "-q"], cwd=steps.ROOT, env=steps.environment()
    )
    centre = subprocess.call(
        [steps.PYTHON, "-m", "pytest", "-q", *arguments], cwd=steps.ROOT, env=steps.environment()
    )
    return engine or centre


if __name__ == "__main__":
    sys.exit(main())
