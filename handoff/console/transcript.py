"""The transcript of one conversation: customers' words are text nodes, their files links that save them.

Entries are appended as they come and never rebuilt, so reading is not disturbed.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from nicegui.elements.mixins.text_element import TextElement

from handoff import sources
from handoff.console import words
from handoff.console.case_panel import paper_link
from handoff.console.elements import Scroller, box, put, text
from records.ledger import Entry
from records.models import Author, Kind

_READ = "Read"
EVIDENCE = "Found by a quality rule"


class Transcript:
    """Built once, inside the element that is open now."""

    def __init__(self) -> None:
        """Empty."""
        self._log = Scroller("Transcript")
        self._log.classes("log")
        self.last_seq = 0
        self._mark = 0
        self._unread: list[tuple[int, TextElement]] = []

    def begin(self, chat: str, mark: int = 0) -> None:
        """Another conversation; `mark` is a line of it that was looked for."""
        self.last_seq = 0
        self._mark = mark
        self._unread = []
        self._log.clear()
        put(self._log, chat=chat, mark=mark, **{"aria-live": "off"})

    def append(self, entries: Sequence[Entry], *, live: bool) -> None:
        """What is new; only what comes in from now on is read out, never the history."""
        if live:
            put(self._log, **{"aria-live": "polite"})
        with self._log:
            for entry in entries:
                if entry.seq > self.last_seq:
                    self._show(entry)
                    self.last_seq = entry.seq

    def reached(self, delivered: int, read: int) -> None:
        """How far the customer's own page has come."""
        for seq, element in self._unread:
            said = _READ if seq <= read else "Delivered" if seq <= delivered else "Sent"
            if element.text != said:
                element.text = said
        self._unread = [one for one in self._unread if one[0] > read]

    def _show(self, entry: Entry) -> None:
        marked = " evidence" if entry.seq == self._mark else ""
        at = words.clock_time(entry.created_at)
        when = entry.created_at.isoformat()
        if entry.kind is Kind.STATUS:
            with box("p", f"entry status{marked}"):
                text("span", words.status_of(entry))
                text("time", at, datetime=when)
                _evidence(marked)
            return
        with box("div", f"entry {_class_of(entry)}{marked}"):
            with box("p", "by"):
                text("b", words.author_of(entry))
                if entry.kind is Kind.NOTE:
                    text("span", "whisper" if words.is_whisper(entry) else "private note", "tag")
                text("time", at, datetime=when)
                if entry.author is Author.AGENT and entry.kind is Kind.MESSAGE:
                    self._unread.append((entry.seq, text("span", "Sent", "reached")))
                _evidence(marked)
            text("p", sources.text_of(entry.body), "said")
            if isinstance(paper := entry.body.get("paper"), str):
                with box("p", "choices"):
                    paper_link(paper, "Save the file", "The customer’s file")
            if choices := words.choices_of(entry):
                text("p", f"Choices shown: {choices}", "choices")
            if entry.author is Author.CUSTOMER and "button" in entry.body:
                text("p", "Pressed a button", "choices")


def whispers_in(entries: Iterable[Entry], agent_id: int) -> list[str]:
    """Who whispered to the agent, by name."""
    return [
        words.author_of(entry) for entry in entries if words.is_whisper(entry) and entry.agent_id != agent_id
    ]


def _class_of(entry: Entry) -> str:
    if entry.kind is not Kind.NOTE:
        return entry.author.value
    return "note whisper" if words.is_whisper(entry) else "note"


def _evidence(marked: str) -> Any:
    if marked:
        text("span", EVIDENCE, "tag")
