"""The tables of the wallboard, built into the element that is open now. Everything is a text node."""

from collections.abc import Callable, Sequence

from nicegui.element import Element

from handoff.console import words
from handoff.console.elements import box, text
from handoff.console.wallboard_figures import Figure, minutes, percent
from handoff.history import Plan, Row
from handoff.inspection import Findings
from handoff.rating import Indicator
from handoff.supervision import IN_TIME
from handoff.wallboard import Colleague, Service

_STATES = {
    "available": "Available",
    "busy": "Busy",
    "full": "Busy, no room",
    "away": "Away",
    "gone": "No sign of life",
}


def figures(figures: Sequence[Figure]) -> None:
    """Large figures, with their names."""
    with box("dl", "figures"):
        for name, value, is_bad in figures:
            with box("div", "bad" if is_bad else ""):
                text("dt", name)
                text("dd", f"⚠ {value}" if is_bad else value)


def channels(channels: Sequence[tuple[str, Service]]) -> None:
    """This day by channel."""
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
                text("td", percent(of.level))
                text("td", percent(of.level_with_abandoned))
                text("td", minutes(of.answer_seconds))
                text("td", percent(of.abandonment))


def agents(colleagues: Sequence[tuple[str, str, str, int, int]]) -> None:
    """Who is there, and how much they hold."""
    with _scrolled("Agents"), _table("Agent", "Province", "State", "Holds", "Capacity"):
        for name, province, state, holds, capacity in colleagues:
            with box("tr"):
                text("th", name, scope="row")
                text("td", province)
                text("td", _STATES[state])
                text("td", str(holds))
                text("td", str(capacity))


def findings(found: Findings) -> None:
    """What the quality rules found, each with a way to the line that shows it."""
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
                    text(
                        "a",
                        "Open",
                        href=f"/console/?chat={one.conversation_id}&line={one.seq}",
                        aria_label=name,
                    )


def rating(indicators: Sequence[Indicator]) -> None:
    """The eight indicators of the service rating."""
    with _scrolled("Service rating"), _table("Indicator", "Value", "Cases", "Weight"):
        for one in indicators:
            with box("tr"):
                text("th", one.name, scope="row")
                text("td", _value(one))
                text("td", str(one.counted))
                text("td", one.weight)


def plan(plan: Plan, seconds: float) -> None:
    """How many people a day needs."""
    if plan.pooling is None:
        text("p", "Nothing to plan from: nobody was given to people in these weeks.", "empty")
        return
    patience = "not known, as nobody gave up"
    if plan.patience_seconds is not None:
        patience = f"{minutes(plan.patience_seconds)} on average"
    goal = f"{percent(IN_TIME)} within {seconds:.0f} s"
    text("p", f"Conversations to be served at a time for {goal}; customers’ patience: {patience}.", "quiet")
    with (
        _scrolled("Staffing", "tall"),
        _table("From", "Expected an hour", "Handling", "Erlang C", "Erlang A"),
    ):
        for need in plan.needs:
            with box("tr"):
                text("th", need.slot.words, scope="row")
                text("td", f"{need.load.per_hour:.1f}")
                text("td", minutes(need.load.handle_seconds))
                text("td", str(need.erlang_c))
                text("td", "–" if need.erlang_a is None else str(need.erlang_a))
    separate = sum(plan.pooling.separate.values())
    text(
        "p",
        f"In the busiest half hour of the week, provinces on their own would need {separate}, one national "
        f"pool {plan.pooling.pooled}: {plan.pooling.saved} fewer.",
    )


def history(rows: Sequence[Row], label: Callable[[Row], str]) -> None:
    """Intervals as a table; `label` names each."""
    heads = ("From", "Arrivals", "Answered", "Gave up", "Level, answered", "Level, all", "Average answer")
    with _table(*heads):
        for row in rows:
            with box("tr"):
                text("th", label(row), scope="row")
                text("td", str(row.service.arrivals))
                text("td", str(row.service.answered))
                text("td", str(row.service.abandoned))
                text("td", percent(row.service.level))
                text("td", percent(row.service.level_with_abandoned))
                text("td", minutes(row.service.answer_seconds))


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


def without_heartbeat(one: Colleague) -> tuple[str, str, str, int, int]:
    """What is shown; the last sign of life changes all the time and is not."""
    return one.name, one.province, one.state, one.holds, one.capacity


def _value(one: Indicator) -> str:
    if one.value is None:
        return "–"
    return percent(one.value) if one.unit == "%" else f"{one.value:.1f} {one.unit}"
