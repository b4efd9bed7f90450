"""Notices under the bar: promised decisions on claims that did not come in time, until they are made.

Each rings once in a console; which are broken is the matter of the records.
"""

from handoff.casework import Breach, Pulse
from handoff.console import words
from handoff.console.elements import box, text

SHOWN = 4


class Notices:
    """Built once; `show` keeps it true."""

    def __init__(self) -> None:
        """Nothing to say, inside the element that is open now."""
        self._place = box("div", "notices")
        self._shown: tuple[Breach, ...] = ()
        self._known: frozenset[str] | None = None

    def show(self, pulse: Pulse) -> str:
        """Take in a reading; returns what is worth a bell, in words, or nothing."""
        if pulse.breaches != self._shown:
            self._shown = pulse.breaches
            self._place.clear()
            with self._place:
                self._build()
        numbers = frozenset(breach.number for breach in pulse.breaches)
        # What was broken before the page was opened stands there to be read; it has rung before.
        fresh = numbers - self._known if self._known is not None else frozenset[str]()
        self._known = numbers | (self._known or frozenset[str]())
        return " ".join(f"Claim {number}: the promised decision is overdue." for number in sorted(fresh))

    def _build(self) -> None:
        if not self._shown:
            return
        with box("section", "notice-bar", aria_label="Overdue decisions"):
            count = len(self._shown)
            text(
                "b",
                "A promised decision is overdue" if count == 1 else f"{count} promised decisions are overdue",
            )
            for breach in self._shown[:SHOWN]:
                kind = "one day" if breach.is_one_day else "usual"
                words_now = f"{breach.number} ({kind}, was due {words.day_and_time(breach.due)})"
                text("a", words_now, href=f"/console/decisions?case={breach.number}")
            if count > SHOWN:
                text("a", f"and {count - SHOWN} more", href="/console/cases")
