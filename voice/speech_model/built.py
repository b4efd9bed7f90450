"""Where the built model is, and whether it is whole.

Loads nothing into the recogniser that is not, byte for byte, what was built: libvosk reads files without
checking them, and takes the whole process down over a damaged one.
"""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

RECORD = "model.json"
"""Beside the model's files: what it was made of, and the SHA-256 of each of them."""

DIGITS = "digits"
"""Folder in the model's own: the same net, but nothing except digits is ever heard."""


class ModelDamaged(Exception):
    """The model is missing or is not what was built; `make speech-model` builds it anew."""


def place(data: Path) -> Path:
    """The model's folder, as an installation with its data there has it."""
    return data / "speech_model"


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def files_of(folder: Path) -> list[Path]:
    """Every file of the model but its record."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / RECORD)


def record(folder: Path) -> dict[str, Any]:
    """What is known about the model.

    Raises:
        ModelDamaged: nothing is, or it cannot be read.
    """
    try:
        found = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise ModelDamaged(f"{folder} holds no record of a model: {problem}") from problem
    if not isinstance(found, dict) or not isinstance(found.get("files"), dict):
        raise ModelDamaged(f"{folder / RECORD} is not a record of a model")
    return found


def verified(folder: Path) -> Path:
    """The folder, once every file in it is what was built.

    Raises:
        ModelDamaged: a file is missing, changed or unknown.
    """
    expected: dict[str, str] = record(folder)["files"]
    found = {str(path.relative_to(folder)): path for path in files_of(folder)}
    if expected.keys() != found.keys():
        raise ModelDamaged(f"{folder}: {sorted(expected.keys() ^ found.keys())} missing or unknown")
    for name, path in found.items():
        if not hmac.compare_digest(sha256_of(path), expected[name]):
            raise ModelDamaged(f"{path} is not what was built")
    return folder
