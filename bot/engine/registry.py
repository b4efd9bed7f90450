"""The registry of models: every version that was trained here, what became of it, and which one serves.

Never changes a version's archive, and never puts one in service whose checksum is not the recorded one.
What serves is the archive and the record that `bot.engine.serve` has always read; the registry only decides
which version they are, and can put them right again after a crash.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.engine.places import Places

ARCHIVE = "engine.tar.gz"
RECORD = "model.json"
INDEX = "registry.json"


class State(str, Enum):
    """Where a version stands."""

    CANDIDATE = "candidate"
    SERVING = "serving"
    RETIRED = "retired"
    """Served once."""
    REFUSED = "refused"
    """Lost against the model that served."""


class Event(str, Enum):
    """What can happen to a version."""

    PROMOTED = "promoted"
    REFUSED = "refused"
    RETIRED = "retired"
    RESTORED = "restored"
    """Put back in service by a rollback."""


TRANSITIONS = {
    (State.CANDIDATE, Event.PROMOTED): State.SERVING,
    (State.CANDIDATE, Event.REFUSED): State.REFUSED,
    (State.SERVING, Event.RETIRED): State.RETIRED,
    (State.RETIRED, Event.RESTORED): State.SERVING,
}


class RegistryRefuses(RuntimeError):
    """What was asked is not possible; the message says why, and nothing was changed."""


@dataclass
class Version:
    """One trained model."""

    name: str
    """Beginning of the archive's SHA-256."""

    sha256: str
    data: str
    """Hash of everything it was trained from."""

    state: State = State.CANDIDATE
    history: list[dict[str, str]] = field(default_factory=list)
    """When, who, what and why, oldest first."""

    verdict: dict[str, Any] = field(default_factory=dict)
    """What it was judged on, and how; see `bot.engine.judging`."""


@dataclass
class Index:
    """The registry's one file."""

    versions: dict[str, Version] = field(default_factory=dict)
    served: list[str] = field(default_factory=list)
    """The versions put in service, in order; the last one serves. A rollback takes it off."""


class Registry:
    """The versions in `DATA/models/registry`."""

    def __init__(self, places: Places) -> None:
        """Work on an installation's files."""
        self._places = places
        self._folder = places.registry

    def folder(self, name: str) -> Path:
        """Where a version's files are."""
        return self._folder / name

    def archive(self, name: str) -> Path:
        """A version's archive."""
        return self.folder(name) / ARCHIVE

    def record(self, name: str) -> dict[str, Any]:
        """What training said about a version."""
        return dict(json.loads((self.folder(name) / RECORD).read_text()))

    def read(self) -> Index:
        """The index; empty where nothing was registered yet."""
        path = self._folder / INDEX
        if not path.is_file():
            return Index()
        content = json.loads(path.read_text())
        versions = {
            one["name"]: Version(**{**one, "state": State(one["state"])}) for one in content["versions"]
        }
        return Index(versions, content["served"])

    def serving(self) -> Version | None:
        """The version in service."""
        index = self.read()
        return index.versions[index.served[-1]] if index.served else None

    def of_data(self, data: str) -> Version | None:
        """The version trained from exactly this data, the newest if there are several."""
        found = [one for one in self.read().versions.values() if one.data == data]
        return found[-1] if found else None

    def add(self, archive: Path, record: dict[str, Any], who: str, now: datetime) -> Version:
        """Take a freshly trained archive in as a candidate."""
        sha256 = sha256_of(archive)
        name = sha256[:12]
        with self._changing() as index:
            if name in index.versions:
                return index.versions[name]
            folder = self.folder(name)
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            shutil.copyfile(archive, folder / ARCHIVE)
            _write(folder / RECORD, {**record, "sha256": sha256})
            version = Version(name, sha256, str(record["data"]))
            version.history.append(_line(now, who, "trained"))
            index.versions[name] = version
        return version

    def adopt(self, who: str, now: datetime) -> Version | None:
        """Take in a model that served before there was a registry; None where there is none to be trusted."""
        places = self._places
        if self.read().served or not (places.model_archive.is_file() and places.model_record.is_file()):
            return None
        record = json.loads(places.model_record.read_text())
        if record.get("sha256") != sha256_of(places.model_archive):
            return None
        version = self.add(places.model_archive, record, who, now)
        return self.promote(version.name, who, now, "was serving before there was a registry")

    def judged(self, name: str, verdict: dict[str, Any]) -> None:
        """Keep what a version was judged on."""
        with self._changing() as index:
            _known(index, name).verdict = verdict

    def promote(self, name: str, who: str, now: datetime, why: str) -> Version:
        """Put a candidate in service; the version that served retires.

        Raises:
            RegistryRefuses: it is no candidate, or its archive is not the recorded one.
        """
        with self._changing() as index:
            version = _known(index, name)
            self._check(version)
            _happen(version, Event.PROMOTED, who, now, why)
            if index.served:
                _happen(index.versions[index.served[-1]], Event.RETIRED, who, now, f"{name} took over")
            index.served.append(name)
        self.settle()
        return version

    def refuse(self, name: str, who: str, now: datetime, why: str) -> Version:
        """A candidate that lost is kept, and never serves.

        Raises:
            RegistryRefuses: it is no candidate.
        """
        with self._changing() as index:
            version = _known(index, name)
            _happen(version, Event.REFUSED, who, now, why)
        return version

    def roll_back(self, who: str, now: datetime, why: str) -> Version:
        """Put the version in service that served before the present one.

        Raises:
            RegistryRefuses: there is none, or its archive is not the recorded one.
        """
        with self._changing() as index:
            if len(index.served) < 2:
                raise RegistryRefuses("no earlier model has served here: there is nothing to go back to")
            present, before = index.versions[index.served[-1]], index.versions[index.served[-2]]
            self._check(before)
            _happen(present, Event.RETIRED, who, now, why)
            _happen(before, Event.RESTORED, who, now, why)
            index.served.pop()
        self.settle()
        return before

    def settle(self) -> bool:
        """Make the served files those of the serving version, whatever a crash left; whether they changed."""
        version = self.serving()
        if version is None:
            return False
        places = self._places
        if places.model_archive.is_file() and places.model_record.is_file():
            record = json.loads(places.model_record.read_text())
            if record.get("sha256") == version.sha256 == sha256_of(places.model_archive):
                return False
        self._check(version)
        # The record goes first and comes back last: an archive without its own record is never served.
        places.model_record.unlink(missing_ok=True)
        draft = places.model_archive.with_name(f"{ARCHIVE}.new")
        shutil.copyfile(self.archive(version.name), draft)
        os.replace(draft, places.model_archive)
        _write(places.model_record, self.record(version.name))
        return True

    def _check(self, version: Version) -> None:
        archive = self.archive(version.name)
        if not archive.is_file() or sha256_of(archive) != version.sha256:
            raise RegistryRefuses(f"the archive of {version.name} is missing or was changed")

    @contextmanager
    def _changing(self) -> Iterator[Index]:
        """Change the index, one process at a time; an exception changes nothing."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            index = self.read()
            yield index
            content = {
                "served": index.served,
                "versions": [asdict(one) | {"state": one.state.value} for one in index.versions.values()],
            }
            _write(self._folder / INDEX, content)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _known(index: Index, name: str) -> Version:
    fitting = [one for one in index.versions.values() if name and one.name.startswith(name)]
    if len(fitting) != 1:
        raise RegistryRefuses(f"{len(fitting)} models are called {name}; `make models` lists them")
    return fitting[0]


def _happen(version: Version, event: Event, who: str, now: datetime, why: str) -> None:
    after = TRANSITIONS.get((version.state, event))
    if after is None:
        raise RegistryRefuses(f"{version.name} is {version.state.value}: it cannot be {event.value}")
    version.state = after
    version.history.append(_line(now, who, event.value, why))


def _line(now: datetime, who: str, event: str, why: str = "") -> dict[str, str]:
    return {"at": now.isoformat(timespec="seconds"), "who": who, "event": event, "why": why}


def _write(path: Path, content: dict[str, Any]) -> None:
    draft = path.with_name(f"{path.name}.new")
    draft.write_text(json.dumps(content, indent=1) + "\n")
    os.replace(draft, path)
