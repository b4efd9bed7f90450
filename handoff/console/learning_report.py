"""The weekly report on the learning page: what changed in the talk, and what nobody understands yet.

Shows counts and masked sentences, as text.
"""

from typing import Any

from nicegui.element import Element

from handoff.console.elements import box, text
from handoff.learning import LABELS

_SHOWN = 8


def show(place: Element, report: dict[str, Any] | None) -> None:
    """Fill the section with the newest report."""
    place.clear()
    with place:
        if report is None:
            text("h2", "Weekly report")
            text("p", "None yet: the first one comes a week after the first conversation.", "empty")
            return
        text("h2", f"Week from {report['week']}")
        text("p", str(report["summary"]))
        with box("table"):
            text("caption", "Intents whose share changed most")
            with box("thead"), box("tr"):
                for head in ("Intent", "Before", "This week"):
                    text("th", head, scope="col")
            with box("tbody"):
                for intent, before, now in report["shifts"][:_SHOWN]:
                    with box("tr"):
                        text("th", LABELS.get(intent, intent), scope="row")
                        text("td", f"{before:.1%}")
                        text("td", f"{now:.1%}")
        text("h3", "Not understood, by likeness")
        if not report["clusters"]:
            text("p", "Nothing.", "empty")
        for cluster in report["clusters"][:_SHOWN]:
            text("h4", f"{cluster['size']} times")
            with box("ul"):
                for line in cluster["lines"]:
                    text("li", line)
