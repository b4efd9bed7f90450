"""A PostgreSQL server of the tests' own, in a folder of its own, on a socket: nothing to configure."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def running() -> Iterator[str]:
    """Start a server with its files in a folder of its own; yields its SQLAlchemy URL."""
    with tempfile.TemporaryDirectory(prefix="centre-postgres-") as name:
        folder = Path(name)
        account = _account()
        if account:
            # PostgreSQL refuses to run as root.
            shutil.chown(folder, account)
        with _server(folder, account) as url:
            yield url


@contextmanager
def _server(folder: Path, account: str | None) -> Iterator[str]:
    data = folder / "data"
    _run(account, _program("initdb"), "-D", str(data), "-A", "trust", "-U", "centre", "--no-sync")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=60"
    _run(
        account, _program("pg_ctl"), "-D", str(data), "-o", options, "-w", "-l", str(folder / "log"), "start"
    )
    try:
        yield f"postgresql+psycopg://centre@/postgres?host={folder}"
    finally:
        _run(account, _program("pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop")


def _account() -> str | None:
    if os.getuid() != 0:
        return None
    return pwd.getpwnam("postgres").pw_name


def _program(name: str) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    program = str(found[-1]) if found else shutil.which(name)
    if not program:
        raise RuntimeError(f"PostgreSQL's {name} is missing: install the package postgresql")
    return program


def _run(account: str | None, *command: str) -> None:
    prefix = ["runuser", "-u", account, "--"] if account else []
    result = subprocess.run([*prefix, *command], capture_output=True, text=True, cwd="/")
    if result.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{result.stdout}\n{result.stderr}")
