"""What was said before, kept as telephone audio: by engine, pace and words.

The name of a recording is a hash of what it says, so a changed text or engine can never play an old one.
"""

import contextlib
import hashlib
import os
import tempfile
from collections import OrderedDict
from pathlib import Path

from voice.speaking.base import Pace

MEMORY_BYTES = 16_000_000
DISK_BYTES = 64_000_000
SUFFIX = ".ulaw"


class Prompts:
    """Recordings, the latest used kept longest."""

    def __init__(
        self, folder: Path | None, memory_bytes: int = MEMORY_BYTES, disk_bytes: int = DISK_BYTES
    ) -> None:
        """`folder` holds what may be kept over a restart; None: nothing is."""
        self._folder = folder
        self._memory_bytes = memory_bytes
        self._disk_bytes = disk_bytes
        self._memory: OrderedDict[str, bytes] = OrderedDict()
        self._held = 0
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    @staticmethod
    def name(identity: str, pace: Pace, text: str) -> str:
        """The name of the recording of a text."""
        said = "\0".join((identity, pace, " ".join(text.split())))
        return hashlib.sha256(said.encode()).hexdigest()[:40]

    def get(self, name: str) -> bytes | None:
        """The recording, if it is there."""
        if name in self._memory:
            self._memory.move_to_end(name)
            return self._memory[name]
        if self._folder is None:
            return None
        path = self._folder / f"{name}{SUFFIX}"
        try:
            audio = path.read_bytes()
        except OSError:
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        self._hold(name, audio)
        return audio

    def put(self, name: str, audio: bytes, *, lasting: bool) -> None:
        """Keep a recording; only `lasting` ones go to the disk: they hold nothing about a customer."""
        self._hold(name, audio)
        if not lasting or self._folder is None:
            return
        handle, temporary = tempfile.mkstemp(dir=self._folder, suffix=".new")
        with os.fdopen(handle, "wb") as file:
            file.write(audio)
        os.replace(temporary, self._folder / f"{name}{SUFFIX}")
        self._make_room()

    def _hold(self, name: str, audio: bytes) -> None:
        self._held += len(audio) - len(self._memory.pop(name, b""))
        self._memory[name] = audio
        while self._held > self._memory_bytes and self._memory:
            _, oldest = self._memory.popitem(last=False)
            self._held -= len(oldest)

    def _make_room(self) -> None:
        if self._folder is None:
            return
        files = [(path.stat(), path) for path in self._folder.glob(f"*{SUFFIX}")]
        total = sum(stat.st_size for stat, _ in files)
        for stat, path in sorted(files, key=lambda each: each[0].st_mtime_ns):
            if total <= self._disk_bytes:
                return
            path.unlink(missing_ok=True)
            total -= stat.st_size
