"""Files of customers: known by their first bytes, kept apart, counted, forgotten when nobody takes them."""

from pathlib import Path

import pytest

from records import papers
from records.clock import ManualClock
from records.models import Paper
from records.papers import UnfitFile
from records.store import Store
from tests.records.test_ledger import opened

PDF = b"%PDF-1.7\n" + b"x" * 100
JPEG = b"\xff\xd8\xff\xe0" + b"x" * 100
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 100
HEIC = b"\x00\x00\x00\x18ftypheic" + b"x" * 100


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (PDF, "application/pdf"), (JPEG, "image/jpeg"), (PNG, "image/png"), (HEIC, "image/heic"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", None), (b"<!doctype html><script>", None),
        (b"  <html>", None), (b"GIF89a", None), (b"PK\x03\x04", None), (b"MZ\x90", None), (b"", None),
        (b"\x00\x00\x00\x18ftypmp42", None), (b" %PDF-1.7", None), (b"\x00", None),
    ],
)  # fmt: skip
def test_a_file_is_what_its_first_bytes_say(content: bytes, media: str | None) -> None:
    assert papers.media_of(content[: papers.HEAD_BYTES]) == media


def test_a_file_is_kept_under_a_random_name_for_its_owner_only(tmp_path: Path) -> None:
    first, second = papers.keep(tmp_path, PDF), papers.keep(tmp_path, PDF)
    assert first.file != second.file and first.digest == second.digest
    path = papers.folder_of(tmp_path) / first.file
    assert path.read_bytes() == PDF
    assert path.stat().st_mode & 0o077 == 0 and path.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("content", "code"), [(b"", "empty"), (b"<svg/>", "unknown_kind")])
def test_what_is_not_taken_leaves_no_file(content: bytes, code: str, tmp_path: Path) -> None:
    with pytest.raises(UnfitFile) as raised:
        papers.keep(tmp_path, content)
    assert raised.value.code == code
    assert not papers.folder_of(tmp_path).exists()


def test_the_same_file_twice_waits_once_and_too_many_are_refused(
    any_store: Store, clock: ManualClock, tmp_path: Path
) -> None:
    conversation = opened(any_store, clock)
    with any_store.writing() as session:
        kept = papers.keep(tmp_path, PDF)
        assert papers.register(session, conversation, kept, clock.now()) is not None
        assert papers.register(session, conversation, kept, clock.now()) is None
        for number in range(papers.MOST_WAITING - 1):
            papers.register(session, conversation, papers.keep(tmp_path, PDF + bytes([number])), clock.now())
        assert papers.waiting_count(session, conversation) == papers.MOST_WAITING
        with pytest.raises(UnfitFile, match="a lot of files"):
            papers.register(session, conversation, papers.keep(tmp_path, JPEG), clock.now())


def test_a_file_that_nobody_takes_is_forgotten_and_a_taken_one_is_not(
    any_store: Store, clock: ManualClock, tmp_path: Path
) -> None:
    conversation = opened(any_store, clock)
    with any_store.writing() as session:
        waiting = papers.register(session, conversation, papers.keep(tmp_path, PDF), clock.now())
        taken = papers.register(session, conversation, papers.keep(tmp_path, PNG), clock.now())
        assert waiting is not None and taken is not None
        taken.taken_at = clock.now()
        name = waiting.file
    clock.advance(days=6)
    with any_store.writing() as session:
        assert papers.forget_stale(session, clock.now()) == []
    clock.advance(days=2)
    with any_store.writing() as session:
        assert papers.forget_stale(session, clock.now()) == [name]
    papers.discard(tmp_path, name)
    papers.discard(tmp_path, name)
    with any_store.reading() as session:
        assert session.query(Paper).count() == 1
