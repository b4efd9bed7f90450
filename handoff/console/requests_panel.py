"""The open requests of the customer beside their conversation, each with its decision.

A request is built again only when it has changed: what an agent is typing about another one stays.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui.element import Element

from handoff.console import case_panel
from handoff.console.elements import Verdict, box, text
from handoff.requests import Request
from handoff.sheets import Sheet

Decide = Callable[[dict[str, Any], Verdict], Awaitable[None]]
"""Carries out what the browser sent; the element is told when it is through."""


class RequestsPanel:
    """Built once, inside the element that is open now."""

    def __init__(self, login: str, on_decide: Decide) -> None:
        """No request."""
        self._login = login
        self._on_decide = on_decide
        self._place = box("div", "requests")
        with self._place:
            self._heading = text("h2", "")
            self._said = text("p", "", "said-result", role="status")
        self._shown: dict[str, tuple[Request, Element]] = {}
        self.clear()

    def clear(self) -> None:
        """Nothing to decide here."""
        for _, element in self._shown.values():
            element.delete()
        self._shown = {}
        self.say("")
        self._count()

    def stale(self, requests: tuple[Request, ...]) -> list[Request]:
        """Those that are not on the screen as they are; what is decided goes away."""
        receipts = {request.receipt for request in requests}
        for receipt in [one for one in self._shown if one not in receipts]:
            self._shown.pop(receipt)[1].delete()
        self._count()
        return [one for one in requests if self._shown.get(one.receipt, (None,))[0] != one]

    def show(self, request: Request, sheet: Sheet) -> None:
        """A request that is new, or has changed; `request` is what it was compared by."""
        known = self._shown.get(request.receipt)
        with self._place:
            place = known[1] if known else box("div", "request")
        place.clear()
        with place:
            verdict = case_panel.show_request(
                sheet, self._login, lambda event: self._on_decide(event.args, verdict)
            )
        self._shown[request.receipt] = (request, place)
        self._count()

    def say(self, sentence: str) -> None:
        """What became of a decision."""
        if self._said.text != sentence:
            self._said.text = sentence

    def _count(self) -> None:
        count = len(self._shown)
        words = f"To decide ({count})" if count else ""
        if self._heading.text != words:
            self._heading.text = words
        self._heading.visible = count > 0
