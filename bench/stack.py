"""The three processes of a centre on free ports and a folder of their own, to be run, killed and run again.

Used by the proofs here and by the conversation, browser and chaos tests.
"""

import contextlib
import os
import random
import shlex
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, get_args

import jwt

from deploy.prepare import prepare
from records import secrets
from records.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 240.0
"""Generous: on a machine that is busy with other things the engine alone may take minutes."""

PORTS = (20_000, 32_000)

Process = Literal["engine", "actions", "center"]


def _commands() -> dict[Process, list[str]]:
    """The processes as the Procfile runs them."""
    lines = (ROOT / "Procfile").read_text().splitlines()
    named = dict(line.split(":", 1) for line in lines)
    return {name: shlex.split(named[name]) for name in get_args(Process)}


COMMANDS = _commands()


class Stack:
    """A running centre. Use as a context manager: it leaves no process behind."""

    def __init__(self, data: Path, customers: int = 20, **extra: str) -> None:
        """`data` is a fresh folder; `extra` are settings as environment variables."""
        self.data = data
        self.ports = dict(zip(COMMANDS, free_ports(len(COMMANDS)), strict=True))
        self._running: dict[Process, subprocess.Popen[bytes]] = {}
        self._environment = {
            **os.environ,
            "DATA": str(data),
            "DEMO": "1",
            "PORT": str(self.ports["center"]),
            "ENGINE_PORT": str(self.ports["engine"]),
            "ACTIONS_PORT": str(self.ports["actions"]),
            "RASA_TELEMETRY_ENABLED": "false",
            # All load comes from one address here.
            "NEW_CONVERSATIONS": "1000000",
            **extra,
        }
        _borrow_models(data)
        prepare(Settings(data=data, demo=True, database_url=extra.get("DATABASE_URL", "")), customers)

    @property
    def url(self) -> str:
        """Root of the center."""
        return f"http://127.0.0.1:{self.ports['center']}"

    @property
    def socket_url(self) -> str:
        """The chat socket."""
        return f"ws://127.0.0.1:{self.ports['center']}/chat/ws"

    @property
    def passwords(self) -> dict[str, str]:
        """First passwords of the agents, by log-in name."""
        lines = (self.data / "first-passwords").read_text().splitlines()
        return dict(line.split(" ", 1) for line in lines)

    def token(self, customer: str, level: int) -> str:
        """What the insurer's own app would vouch for: this customer, at this identity level."""
        secret = secrets.load(self.data)["IDENTITY_KEY"]
        return jwt.encode({"sub": customer, "acr": level, "exp": time.time() + 3600}, secret, "HS256")

    def __enter__(self) -> Self:
        """Start all and wait until they are green."""
        try:
            for name in COMMANDS:
                self.start(name)
            self.wait_until_green()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop all."""
        self.stop()

    def start(self, name: Process) -> None:
        """Start one process; its output goes to a log in the data folder."""
        logs = self.data / "logs"
        logs.mkdir(exist_ok=True)
        with (logs / f"{name}.out").open("ab") as output:
            self._running[name] = subprocess.Popen(
                COMMANDS[name], cwd=ROOT, env=self._environment, stdout=output, stderr=output
            )

    def kill(self, name: Process) -> None:
        """Kill one process without a word (SIGKILL), as a crash would."""
        process = self._running.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        """Ask all to end, and see to it."""
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()

    def pid(self, name: Process) -> int:
        """Process id, for measuring."""
        return self._running[name].pid

    def log(self, name: Process) -> Path:
        """What the process has printed so far."""
        return self.data / "logs" / f"{name}.out"

    def wait_until_green(self, path: str = "/healthz") -> None:
        """Wait until a page answers.

        Raises:
            RuntimeError: a process has ended, or it took too long; with the last lines of the logs.
        """
        begun = time.monotonic()
        while time.monotonic() - begun < START_SECONDS:
            for name, process in list(self._running.items()):
                if process.poll() is not None:
                    raise RuntimeError(f"{name} ended with {process.returncode}:\n{self._last_lines(name)}")
            try:
                with urllib.request.urlopen(f"{self.url}{path}", timeout=2):  # noqa: S310 - our own
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        lines = "\n".join(self._last_lines(name) for name in self._running)
        raise RuntimeError(f"not green after {START_SECONDS:.0f} s:\n{lines}")

    def _last_lines(self, name: Process) -> str:
        return "\n".join([f"--- {name}", *self.log(name).read_text(errors="replace").splitlines()[-20:]])


def free_ports(count: int) -> list[int]:
    """Ports on loopback that nobody uses at this moment.

    They lie below those that the kernel gives to sockets without a wish: between being found here and being
    listened at, a port from among those can be taken by any other test.
    """
    found: list[int] = []
    while len(found) < count:
        port = random.SystemRandom().randint(*PORTS)
        with socket.socket() as one, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            found.append(port)
    return found


def _borrow_models(data: Path) -> None:
    """Take the installation's trained models: training again would prove nothing here."""
    source = Path(os.environ.get("DATA", ROOT / "var")) / "models"
    if not source.exists():
        raise RuntimeError(f"no trained model in {source}: run `make train` first")
    shutil.copytree(source, data / "models", ignore=shutil.ignore_patterns("training"))
