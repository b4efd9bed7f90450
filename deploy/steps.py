"""Steps of setting up, told to a person as they go. Standard library only: it runs before anything is there.

Works under any Python from 3.8 on, because it is what installs the right ones.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Callable, Iterator, Optional, Sequence

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("DATA", "var"))
LOGS = DATA / "logs"
UV = [sys.executable, "-m", "uv"]
PYTHON = str(ROOT / ".venv" / "bin" / "python")
ENGINE_PYTHON = str(ROOT / "bot" / "engine" / ".venv" / "bin" / "python")


class SetupFailed(Exception):
    """A step failed; the message says what a person can do."""


def environment() -> "dict[str, str]":
    """The environment of all our processes: quiet, and with the settings made explicit."""
    return {
        **os.environ,
        "DATA": str(DATA),
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONUNBUFFERED": "1",
        # The project's own environments, not one that happens to be active.
        "VIRTUAL_ENV": "",
    }


@contextmanager
def step(title: str) -> Iterator[None]:
    """Tell what is being done, and how long it took."""
    print(f"  {title} ... ", end="", flush=True)
    begun = time.monotonic()
    yield
    print(f"done ({time.monotonic() - begun:.0f} s)", flush=True)


def run(command: Sequence[str], log: str, hint: str, cwd: Optional[Path] = None) -> None:
    """Run quietly, output to `DATA/logs/<log>`.

    Raises:
        SetupFailed: the command failed; the message shows its last lines and the hint.
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    path = LOGS / log
    with path.open("w") as output:
        result = subprocess.run(command, cwd=cwd or ROOT, env=environment(), stdout=output, stderr=output)
    if result.returncode != 0:
        last = "\n".join(path.read_text(errors="replace").splitlines()[-15:])
        raise SetupFailed(f"{' '.join(command)} failed:\n{last}\n\n{hint}\nThe whole output: {path}")


def have_uv() -> None:
    """Find uv, or install it for this Python."""
    if importlib.util.find_spec("uv"):
        return
    with step("installing uv, which installs the rest"):
        run(
            [sys.executable, "-m", "pip", "install", "--quiet", "uv"],
            "uv.log",
            "Install uv by hand (https://docs.astral.sh/uv/) and try again.",
        )


def have_environments() -> None:
    """The two environments: the centre's (Python 3.12) and the engine's (Python 3.10)."""
    with step("the centre's environment (Python 3.12)"):
        run(
            [*UV, "sync", "--locked", *_interpreter("3.12")],
            "sync-centre.log",
            "Is Python 3.12 installed, and PyPI in reach?",
        )
    with step("the engine's environment (Python 3.10; a minute or two the first time)"):
        run(
            [*UV, "sync", "--locked", "--project", "bot/engine", *_interpreter("3.10")],
            "sync-engine.log",
            "Is Python 3.10 installed, and PyPI in reach?",
        )


def _interpreter(version: str) -> "list[str]":
    """Options that name pyenv's interpreter, where pyenv has one: its shims answer for one version only."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}"))
    return ["--python", str(found[-1])] if found else []


def have_model(*options: str) -> None:
    """The sentence model and the engine's own model: trained when what it learns from has changed.

    A new model serves only if it does not lose against the one that serves (docs/learning.md).
    """
    with step("sentence model"):
        run([ENGINE_PYTHON, "-m", "sentence_vectors.export"], "export.log", "See docs/settings.md.")
    with step("engine model (trained when its data changed; about two minutes)"):
        command = [ENGINE_PYTHON, "-m", "bot.engine.candidate", *options]
        run(command, "train.log", "Does nlu_data/ hold valid YAML?")
    with step("articles (learnt when they changed; half a minute)"):
        run(
            [PYTHON, "-m", "actions.answers.training"],
            "answers.log",
            "Do the articles have their front matter?",
        )


class SpeechModel:
    """The speech model of the tests, built beside other steps: it needs one core for some minutes, once."""

    def __init__(self) -> None:
        """Begin nothing yet."""
        self._building: "Optional[subprocess.Popen[bytes]]" = None

    def begin(self) -> None:
        """Start building; returns at once."""
        LOGS.mkdir(parents=True, exist_ok=True)
        with self._log.open("w") as output:
            self._building = subprocess.Popen(
                [PYTHON, "-m", "voice.speech_model.build"],
                cwd=ROOT,
                env=environment(),
                stdout=output,
                stderr=output,
            )

    def have(self) -> None:
        """Wait until it is built.

        Raises:
            SetupFailed: it could not be; the message shows the last lines of the log.
        """
        with step("speech model (learnt when its data changed; about three minutes)"):
            status = self._building.wait() if self._building else None
        if status != 0:
            last = "\n".join(self._log.read_text(errors="replace").splitlines()[-15:])
            raise SetupFailed(f"building the speech model failed:\n{last}\n\nThe whole output: {self._log}")

    def end(self) -> None:
        """Stop building, where another step has failed meanwhile."""
        if self._building is not None and self._building.poll() is None:
            self._building.terminate()
            self._building.wait()

    @property
    def _log(self) -> Path:
        return LOGS / "speech-model.log"


def have_records() -> None:
    """Schema, and in a demonstration its data."""
    with step("records"):
        run([PYTHON, "-m", "deploy.prepare"], "records.log", "Is DATABASE_URL right?")


def have_programs(packages: Sequence[str]) -> None:
    """Debian packages given as program=package, installed when missing and we may."""
    missing = [pair.split("=")[1] for pair in packages if not _program(pair.split("=")[0])]
    if not missing:
        return
    names = " ".join(missing)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SetupFailed(f"The tests need these Debian packages: {names}. Please install them.")
    with step(f"installing {names}"):
        hint = f"Install by hand: apt-get install {names}"
        run(["apt-get", "update"], "apt-update.log", hint)
        run(["apt-get", "install", "-y", "--no-install-recommends", *missing], "apt.log", hint)


def _program(name: str) -> bool:
    # Debian keeps PostgreSQL's server programs away from the PATH.
    return bool(shutil.which(name) or list(Path("/usr/lib/postgresql").glob(f"*/bin/{name}")))


def main(steps: "Sequence[Callable[[], None]]") -> int:
    """Run the steps; returns the exit status, having told what went wrong."""
    try:
        for one in steps:
            one()
    except SetupFailed as failure:
        print(f"\n\n{failure}", file=sys.stderr)
        return 1
    return 0
