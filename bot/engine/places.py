"""Where the engine finds and keeps its files; the same environment variables as the rest of the house.

Never writes outside DATA.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Places:
    """The files of one installation."""

    data: Path
    """Folder of everything the installation makes."""

    @classmethod
    def from_environment(cls) -> Places:
        """Read DATA; relative paths are relative to the working directory."""
        return cls(Path(os.environ.get("DATA", "var")).resolve())

    @property
    def models(self) -> Path:
        """Trained models and the sentence model."""
        return self.data / "models"

    @property
    def logs(self) -> Path:
        """Log files; Rasa's own output goes nowhere else."""
        return self.data / "logs"

    @property
    def model_archive(self) -> Path:
        """The one model this installation serves."""
        return self.models / "engine.tar.gz"

    @property
    def model_record(self) -> Path:
        """What is known about the archive: its SHA-256, the hash of its data, how well it understands."""
        return self.models / "engine.json"

    @property
    def registry(self) -> Path:
        """Every version that was trained here; see `bot.engine.registry`."""
        return self.models / "registry"

    @property
    def database_url(self) -> str:
        """The engine's own database, the embedded default filled in."""
        return os.environ.get("ENGINE_DATABASE_URL") or f"sqlite:///{self.data / 'engine.db'}"

    def kept_token(self) -> str:
        """Return the engine's token from the installation's secrets; empty where there is none yet."""
        path = self.data / "secrets.env"
        if not path.is_file():
            return ""
        pairs = dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)
        return pairs.get("ENGINE_TOKEN", "")
