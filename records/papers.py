"""Files that customers hand in: what they are by their first bytes, and where they lie.

Kept outside everything that is served, under random names; a file is never run, shown or named by a customer.
"""

import hashlib
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from records.models import Paper

MOST_WAITING = 20
"""Files of one conversation that no service has taken yet."""

KEPT_WAITING = timedelta(days=7)
"""So long a file waits for the service that it was meant for."""

HEAD_BYTES = 32
_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "image/heic": "heic"}
KINDS = tuple(_ENDINGS)
"""The kinds of files that are taken."""

_NAMES = {"application/pdf": "PDF", "image/jpeg": "JPEG", "image/png": "PNG", "image/heic": "HEIC"}


class UnfitFile(Exception):
    """The file cannot be taken; `code` says why, the text says what to do."""

    retryable = False

    def __init__(self, code: str, message: str) -> None:
        """`code` for machines, `message` for the customer."""
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Kept:
    """A file on the disk that no row knows yet."""

    file: str
    media: str
    size: int
    digest: str


def media_of(head: bytes) -> str | None:
    """The kind of file by its first bytes; None for everything that is not taken, SVG and HTML among it."""
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC:
        return "image/heic"
    return None


def folder_of(data: Path) -> Path:
    """Where the files lie."""
    return data / "papers"


def keep(data: Path, content: bytes) -> Kept:
    """Write a file under a random name, readable by this account only.

    Raises:
        UnfitFile: empty, or none of the kinds that are taken.
    """
    if not content:
        raise UnfitFile("empty", "The file is empty. Please choose it again.")
    media = media_of(content[:HEAD_BYTES])
    if media is None:
        raise UnfitFile(
            "unknown_kind", "I can take photos (JPEG, PNG, HEIC) and PDF files. Please send one of them."
        )
    folder = folder_of(data)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"{secrets.token_hex(24)}.{_ENDINGS[media]}"
    descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return Kept(name, media, len(content), hashlib.sha256(content).hexdigest())


def discard(data: Path, file: str) -> None:
    """Remove a file; one that is gone already is fine."""
    (folder_of(data) / file).unlink(missing_ok=True)


def register(session: Session, conversation_id: str, kept: Kept, now: datetime) -> Paper | None:
    """Put a file on record, in the transaction of the message it came with; None for one that waits already.

    Raises:
        UnfitFile: too many files of the conversation wait.
    """
    waiting = select(Paper.digest).where(Paper.conversation_id == conversation_id, Paper.taken_at.is_(None))
    digests = session.scalars(waiting).all()
    if kept.digest in digests:
        return None
    if len(digests) >= MOST_WAITING:
        raise UnfitFile(
            "too_many", "That is a lot of files at once. Tell me first what they are for, please."
        )
    paper = Paper(
        conversation_id=conversation_id,
        media=kept.media,
        size=kept.size,
        digest=kept.digest,
        file=kept.file,
        received_at=now,
    )
    session.add(paper)
    session.flush()
    return paper


def forget_stale(session: Session, now: datetime, limit: int = 100) -> Sequence[str]:
    """Take long-waiting files off the record; returns their names, to be removed after the commit."""
    stale = session.scalars(
        select(Paper).where(Paper.taken_at.is_(None), Paper.received_at < now - KEPT_WAITING).limit(limit)
    ).all()
    for paper in stale:
        session.delete(paper)
    return [paper.file for paper in stale]


def waiting_count(session: Session, conversation_id: str) -> int:
    """How many files of the conversation no service has taken yet."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Paper)
            .where(Paper.conversation_id == conversation_id, Paper.taken_at.is_(None))
        )
        or 0
    )


def describe(kept: Kept) -> str:
    """The file in words: "PDF, 214 kB"."""
    return f"{_NAMES[kept.media]}, {max(1, round(kept.size / 1000)):,} kB"


def download_name(paper: Paper) -> str:
    """A name for the agent's disk, made of ours alone."""
    return f"paper-{paper.id}.{_ENDINGS[paper.media]}"
