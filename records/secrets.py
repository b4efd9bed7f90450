"""Secrets of the installation: made at the first start, kept in a file only its owner can read.

No secret has a default, and none is ever logged.
"""

import os
import secrets
from functools import cache
from pathlib import Path

from records.settings import settings

NAMES = (
    "ENGINE_TOKEN",
    "REST_TOKEN",
    "SESSION_KEY",
    "CODE_KEY",
    "IDENTITY_KEY",
    "PAYMENT_KEY",
    "WEBHOOK_KEY",
    "PHONE_KEY",
)
"""Made where they are missing."""

GIVEN = ("TWILIO_AUTH_TOKEN", "OIDC_CLIENT_SECRET")
"""Come from others: taken from the environment or the file, never made."""


def load(data: Path) -> dict[str, str]:
    """Return all secrets of the installation, making those that are missing.

    A secret given as an environment variable wins over the file, so that an orchestrator can bring its own.

    Raises:
        PermissionError: the secrets file can be read by others than its owner.
    """
    path = data / "secrets.env"
    known = _read(path)
    missing = [name for name in NAMES if name not in known]
    if missing:
        known |= {name: secrets.token_urlsafe(32) for name in missing}
        _write(path, known)
    found = {name: os.environ.get(name) or known.get(name, "") for name in (*NAMES, *GIVEN)}
    return {name: value for name, value in found.items() if value}


def get(name: str) -> str:
    """One secret of this process's installation, for code that is handed none."""
    return os.environ.get(name) or _of_installation(settings().data)[name]


@cache
def _of_installation(data: Path) -> dict[str, str]:
    return load(data)


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    if path.stat().st_mode & 0o077:
        raise PermissionError(f"{path} can be read by others: run `chmod 600 {path}`")
    pairs = (line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)
    return {name: value for name, value in pairs}


def _write(path: Path, values: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in values.items())
    draft.replace(path)
