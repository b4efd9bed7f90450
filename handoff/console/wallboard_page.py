"""The wallboard's page: this moment, this day and the last weeks, for supervisors.

Reads by itself; a part is built anew only when its figures have changed. It shows figures and agents, and of
customers only what quality rules quote as their evidence.
"""

from collections.abc import Callable, Sequence
from typing import Any

from nicegui import ui
from nicegui.element import Element

from handoff.authorization import Principal
from handoff.console import words
from handoff.console.elements import Plot, box, put, text
from handoff.console.frame import Centre, Frame
from handoff.console.list_panel import Unread
from handoff.history import Plan, Row
from handoff.inspection import Findings
from handoff.rating import Indicator
from handoff.supervision import IN_TIME, RATED_DAYS, REVIEWED_DAYS, Board, Review, Supervision
from handoff.wallboard import Colleague, Service

Figure = tuple[str, str, bool]
"""Name, value, and whether it is worse than it should be."""

_STATES = {
    "available": "Available",
    "busy": "Busy",
    "full": "Busy, no room",
    "away": "Away",
    "gone": "No sign of life",
}


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
                self._section("plan", "Staffing of this weekday, from the last four weeks")
            self._surroundings(bar, notices, "Wallboard")

    async def refresh(self) -> None:
        """Read the figures, and show those that have changed."""
        inbox = await self._centre.switchboard.read_inbox(self._token)
        pulse = await self._centre.casedesk.pulse(self._token)
        board = await self._supervision.board(self._token)
        review = await self._supervision.review(self._token)
        news = self._unread.update(inbox, None)
        self._head.show(inbox, pulse, unread=self._unread.count, news=news, elsewhere=True)
        self._show("now", _now(board), _figures)
        self._show("today", _today(board), _figures)
        self._show("channels", board.by_channel, _channels)
        self._show("agents", [_without_heartbeat(one) for one in board.floor.colleagues], _agents)
        self._show_history("half_hours", board.half_hours, lambda row: f"{row.start:%H:%M}", every=4)
        self._show_history("days", review.days, lambda row: words.day(row.start.date()), every=7)
        self._show("week", _week(review), _figures)
        self._show("quality", board.findings, _findings)
        self._show("rating", review.indicators, _rating)
        self._show("plan", (review.plan, review.target.seconds), lambda shown: _plan(*shown))

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
        self._show(name, rows, lambda shown: _table_of(shown, label))
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
                {"label": short, "value": level, "words": f"{long}: {_percent(level)}"}
                for short, long, level in zip(spaced, labels, levels, strict=True)
            ],
            top=1,
            ticks=[{"at": at, "words": _percent(at)} for at in (0, IN_TIME, 1)],
            summary=f"Between {_percent(min(known))} and {_percent(max(known))}."
            if known
            else "No arrivals.",
        )


def _now(board: Board) -> list[Figure]:
    floor = board.floor
    return [
        ("Waiting", str(floor.waiting), False),
        ("Longest wait now", _time(floor.longest_wait_seconds), (floor.longest_wait_seconds or 0) > 60),
        ("Agents present", str(floor.present), floor.waiting > 0 and not floor.present),
        ("Agents busy", str(floor.busy), False),
        ("Occupancy now", _percent(floor.occupancy), False),
        ("Places taken", _percent(floor.room), False),
    ]


def _today(board: Board) -> list[Figure]:
    today = board.today
    return [
        ("Arrivals", str(today.arrivals), False),
        ("Answered", str(today.answered), False),
        ("Service level, of answered", _percent(today.level), _is_low(today.level)),
        (
            "Service level, with those who gave up",
            _percent(today.level_with_abandoned),
            _is_low(today.level_with_abandoned),
        ),
        ("Average answer", _time(today.answer_seconds), False),
        ("Longest wait", _time(today.longest_seconds), False),
        ("Gave up", _percent(today.abandonment), False),
        ("Left for a call", str(today.callbacks), False),
        ("Occupancy today", _percent(board.occupancy), False),
    ]


def _week(review: Review) -> list[Figure]:
    contained, resolved = review.containment, review.resolution
    return [
        ("Kept by the assistant’s services", _percent(contained.first), False),
        ("Of the rest, kept by articles", _percent(contained.second), False),
        ("Needed nobody", _percent(contained.both), False),
        ("Conversations with people", str(contained.people), False),
        ("Helped at once (48 hours)", _percent(resolved.rate), False),
        ("Contacts counted", str(resolved.contacts), False),
    ]


def _figures(figures: Sequence[Figure]) -> None:
    with box("dl", "figures"):
        for name, value, is_bad in figures:
            with box("div", "bad" if is_bad else ""):
                text("dt", name)
                text("dd", f"⚠ {value}" if is_bad else value)


def _channels(channels: Sequence[tuple[str, Service]]) -> None:
    if not channels:
        text("p", "Nobody has come yet.", "empty")
        return
    with (
        _scrolled("Today by channel"),
        _table("Channel", "Arrivals", "Level, answered", "Level, all", "Average answer", "Gave up"),
    ):
        for channel, of in channels:
            with box("tr"):
                text("th", channel.capitalize(), scope="row")
                text("td", str(of.arrivals))
                text("td", _percent(of.level))
                text("td", _percent(of.level_with_abandoned))
                text("td", _time(of.answer_seconds))
                text("td", _percent(of.abandonment))


def _agents(colleagues: Sequence[tuple[str, str, str, int, int]]) -> None:
    with _scrolled("Agents"), _table("Agent", "Province", "State", "Holds", "Capacity"):
        for name, province, state, holds, capacity in colleagues:
            with box("tr"):
                text("th", name, scope="row")
                text("td", province)
                text("td", _STATES[state])
                text("td", str(holds))
                text("td", str(capacity))


def _findings(found: Findings) -> None:
    text(
        "p",
        f"All {found.conversations} conversations of these days are looked at, by rules and not by a model. "
        "A finding is a question, not a judgement.",
        "quiet",
    )
    with _scrolled("Quality rules"), _table("Rule", "Found"):
        for title, count in found.counts:
            with box("tr"):
                text("th", title, scope="row")
                text("td", str(count))
    if not found.newest:
        return
    text("h3", "Newest, with the line that shows it")
    with _scrolled("Findings", "tall"), _table("When", "Rule", "Why", "The line", "Agent", "Talk"):
        for one in found.newest:
            with box("tr"):
                text("th", words.day_and_time(one.at), scope="row")
                text("td", one.title)
                text("td", one.why)
                with box("td"):
                    if one.words:
                        text("q", one.words)
                    text("span", f" Line {one.seq}", "quiet")
                text("td", one.agent or "Assistant")
                with box("td"):
                    name = f"Open talk {one.conversation_id[-4:]} at line {one.seq}"
                    text("a", "Open", href=f"/console/?chat={one.conversation_id}", aria_label=name)


def _rating(indicators: Sequence[Indicator]) -> None:
    with _scrolled("Service rating"), _table("Indicator", "Value", "Cases", "Weight"):
        for one in indicators:
            with box("tr"):
                text("th", one.name, scope="row")
                text("td", _value(one))
                text("td", str(one.counted))
                text("td", one.weight)


def _plan(plan: Plan, seconds: float) -> None:
    if plan.pooling is None:
        text("p", "Nothing to plan from: nobody was given to people in these weeks.", "empty")
        return
    patience = "not known, as nobody gave up"
    if plan.patience_seconds is not None:
        patience = f"{_time(plan.patience_seconds)} on average"
    goal = f"{_percent(IN_TIME)} within {seconds:.0f} s"
    text("p", f"Conversations to be served at a time for {goal}; customers’ patience: {patience}.", "quiet")
    with (
        _scrolled("Staffing", "tall"),
        _table("From", "Expected an hour", "Handling", "Erlang C", "Erlang A"),
    ):
        for need in plan.needs:
            with box("tr"):
                text("th", need.slot.words, scope="row")
                text("td", f"{need.load.per_hour:.1f}")
                text("td", _time(need.load.handle_seconds))
                text("td", str(need.erlang_c))
                text("td", "–" if need.erlang_a is None else str(need.erlang_a))
    separate = sum(plan.pooling.separate.values())
    text(
        "p",
        f"In the busiest half hour of the week, provinces on their own would need {separate}, one national "
        f"pool {plan.pooling.pooled}: {plan.pooling.saved} fewer.",
    )


def _table_of(rows: Sequence[Row], label: Callable[[Row], str]) -> None:
    heads = ("From", "Arrivals", "Answered", "Gave up", "Level, answered", "Level, all", "Average answer")
    with _table(*heads):
        for row in rows:
            with box("tr"):
                text("th", label(row), scope="row")
                text("td", str(row.service.arrivals))
                text("td", str(row.service.answered))
                text("td", str(row.service.abandoned))
                text("td", _percent(row.service.level))
                text("td", _percent(row.service.level_with_abandoned))
                text("td", _time(row.service.answer_seconds))


def _scrolled(title: str, classes: str = "") -> Element:
    """Where a table scrolls on a small screen, by keys as well."""
    return box("div", f"case-table {classes}".strip(), role="group", aria_label=title, tabindex="0")


def _table(*heads: str) -> Element:
    """A table with its head; its body is returned, to be filled."""
    with box("table"):
        with box("thead"), box("tr"):
            for head in heads:
                text("th", head, scope="col")
        return box("tbody")


def _without_heartbeat(one: Colleague) -> tuple[str, str, str, int, int]:
    """What is shown; the last sign of life changes all the time and is not."""
    return one.name, one.province, one.state, one.holds, one.capacity


def _is_low(level: float | None) -> bool:
    return level is not None and level < IN_TIME


def _value(one: Indicator) -> str:
    if one.value is None:
        return "–"
    return _percent(one.value) if one.unit == "%" else f"{one.value:.1f} {one.unit}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f} %"


def _time(seconds: float | None) -> str:
    """Seconds as minutes and seconds: "1:05"."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
