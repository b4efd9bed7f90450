"""The wallboard's page: this moment, this day and the last weeks, for supervisors.

Reads by itself; a part is built anew only when its figures have changed. It shows figures and agents, and of
customers only what quality rules quote as their evidence.
"""

from collections.abc import Callable, Sequence
from typing import Any

from nicegui import ui
from nicegui.element import Element

from handoff.authorization import Principal
from handoff.console import wallboard_figures as figures
from handoff.console import wallboard_tables as tables
from handoff.console import words
from handoff.console.elements import Plot, box, put, text
from handoff.console.frame import Centre, Frame
from handoff.console.list_panel import Unread
from handoff.history import Row
from handoff.supervision import IN_TIME, RATED_DAYS, REVIEWED_DAYS, Supervision


class WallboardPage(Frame):
    """One browser tab with the wallboard."""

    def __init__(self, centre: Centre, supervision: Supervision, principal: Principal, token: str) -> None:
        """Build it into the page that is being made."""
        super().__init__(centre, principal, token)
        ui.add_head_html('<link rel="stylesheet" href="/console/assets/wallboard.css">')
        self._supervision = supervision
        self._unread = Unread()
        self._shown: dict[str, Any] = {}
        self._places: dict[str, Element] = {}
        self._plots: dict[str, Plot] = {}
        with box("div", "console"):
            bar, notices = self._bar("Wallboard")
            with box("section", "wallboard", aria_label="Wallboard", id="talk", tabindex="0"):
                self._alert = box("div", "alert-place", role="alert")
                self._section("now", "Now")
                self._section("today", "Today")
                self._section("channels", "Today by channel", level="h3")
                self._section("agents", "Agents")
                self._history("half_hours", "Today by half hour", "/console/wallboard.csv?by=half_hour")
                self._history("days", "Last four weeks by day", "/console/wallboard.csv?by=day")
                self._section("week", f"Last {REVIEWED_DAYS} days")
                self._section("quality", f"What the quality rules found, last {REVIEWED_DAYS} days")
                self._section("rating", f"Service rating, last {RATED_DAYS} days")
                self._section("ratings", f"What customers said, last {RATED_DAYS} days", level="h3")
                self._section("plan", "Staffing of this weekday, from the last four weeks")
            self._surroundings(bar, notices, "Wallboard")

    async def refresh(self) -> None:
        """Read the figures, and show those that have changed."""
        seen = await self._centre.desks.sight.look(self._token)
        board = await self._supervision.board(self._token)
        review = await self._supervision.review(self._token)
        news = self._unread.update(seen.inbox)
        self._head.show(seen.inbox, seen.pulse, unread=self._unread.count, news=news, elsewhere=True)
        self._show("now", figures.of_now(board), tables.figures)
        self._show("today", figures.of_today(board), tables.figures)
        self._show("channels", board.by_channel, tables.channels)
        self._show("agents", [tables.without_heartbeat(one) for one in board.floor.colleagues], tables.agents)
        self._show_history("half_hours", board.half_hours, lambda row: f"{row.start:%H:%M}", every=4)
        self._show_history("days", review.days, lambda row: words.day(row.start.date()), every=7)
        self._show("week", figures.of_week(review), tables.figures)
        self._show("ratings", figures.of_ratings(review), tables.figures)
        self._show("quality", board.findings, tables.findings)
        self._show("rating", review.indicators, tables.rating)
        self._show("plan", (review.plan, review.target.seconds), lambda shown: tables.plan(*shown))

    def complain(self, sentence: str) -> None:
        """Say why something did not happen, above the figures."""
        self._alert.clear()
        if sentence:
            with self._alert:
                text("p", sentence, "alert")

    def _section(self, name: str, title: str, level: str = "h2") -> None:
        with box("section", aria_labelledby=f"{name}-title"):
            text(level, title, id=f"{name}-title")
            self._places[name] = box("div")

    def _history(self, name: str, title: str, download: str) -> None:
        with box("section", aria_labelledby=f"{name}-title"):
            text("h2", title, id=f"{name}-title")
            self._plots[f"{name}-arrivals"] = Plot(f"{name}-arrivals", "Arrivals")
            self._plots[f"{name}-level"] = Plot(f"{name}-level", "Service level, those who gave up included")
            with box("details"):
                text("summary", f"{title}, as a table")
                self._places[name] = box(
                    "div", "case-table tall", role="group", aria_label=title, tabindex="0"
                )
            with box("p", "downloads"):
                text("a", f"{title}, as CSV", href=download, download="")

    def _show(self, name: str, value: Any, build: Callable[[Any], None]) -> None:
        if self._shown.get(name) != value:
            self._shown[name] = value
            self._places[name].clear()
            with self._places[name]:
                build(value)

    def _show_history(self, name: str, rows: Sequence[Row], label: Callable[[Row], str], every: int) -> None:
        self._show(name, rows, lambda shown: tables.history(shown, label))
        labels = [label(row) for row in rows]
        spaced = [one if index % every == 0 else "" for index, one in enumerate(labels)]
        came = [row.service.arrivals for row in rows]
        top = max(4, -(-max(came, default=0) // 4) * 4)
        put(
            self._plots[f"{name}-arrivals"],
            bars=[
                {"label": short, "value": count, "words": f"{long}: {count} arrivals"}
                for short, long, count in zip(spaced, labels, came, strict=True)
            ],
            top=top,
            ticks=[{"at": at, "words": str(at)} for at in (0, top // 2, top)],
            summary=f"{sum(came)} in all; at most {max(came, default=0)} at a time.",
        )
        levels = [row.service.level_with_abandoned for row in rows]
        known = [level for level in levels if level is not None]
        put(
            self._plots[f"{name}-level"],
            bars=[
                {"label": short, "value": level, "words": f"{long}: {figures.percent(level)}"}
                for short, long, level in zip(spaced, labels, levels, strict=True)
            ],
            top=1,
            ticks=[{"at": at, "words": figures.percent(at)} for at in (0, IN_TIME, 1)],
            summary=f"Between {figures.percent(min(known))} and {figures.percent(max(known))}."
            if known
            else "No arrivals.",
        )
