"""The page of cases: claims and their deadlines, return visits in danger, problem tickets, new papers.

Four lists to read; deciding is done elsewhere. A list is built again only when it has changed.
"""

from collections.abc import Callable, Sequence
from typing import Any

from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

from handoff.authorization import Permission, Principal, reaches_all
from handoff.casework import Arrival, Cases, Ticket, Visit
from handoff.claims import ClaimRow
from handoff.console import case_panel, words
from handoff.console.elements import box, text
from handoff.console.frame import Centre, Frame
from handoff.console.list_panel import Unread, own_talks

Opens = Callable[[str], bool]
"""Whether this agent may read a conversation."""
Build = Callable[[Sequence[Any], Opens], None]


class CasesPage(Frame):
    """One browser tab with the cases."""

    def __init__(self, centre: Centre, principal: Principal, token: str) -> None:
        """Build it into the page that is being made."""
        super().__init__(centre, principal, token)
        self._unread = Unread()
        self._seen: frozenset[str] = frozenset()
        self._shown: dict[str, tuple[Sequence[Any], frozenset[str]]] = {}
        self._reads_all = reaches_all(principal, Permission.READ_CONVERSATION)
        self._places: dict[str, tuple[TextElement, Element]] = {}
        with box("div", "console"):
            bar, notices = self._bar("Cases")
            with box("section", "cases", aria_label="Cases", id="talk", tabindex="0"):
                self._alert = box("div", "alert-place", role="alert")
                with box("nav", "contents", aria_label="Lists"):
                    for name, title, _ in _LISTS:
                        text("a", title, href=f"#{name}")
                for name, title, _ in _LISTS:
                    with box("section", "case-list", id=name, aria_labelledby=f"{name}-title"):
                        heading = text("h2", title, id=f"{name}-title")
                        self._places[name] = (heading, _scrolled(title))
            self._surroundings(bar, notices, "Cases")

    async def refresh(self) -> None:
        """Read the lists, and show those that have changed."""
        seen = await self._centre.desks.sight.look(self._token)
        cases = await self._centre.desks.casedesk.read_cases(self._token, self._seen)
        self._seen |= cases.customers
        news = self._unread.update(seen.inbox)
        self._head.show(seen.inbox, seen.pulse, unread=self._unread.count, news=news, elsewhere=True)
        readable = frozenset(own_talks(seen.inbox))
        for name, title, build in _LISTS:
            rows = _rows(cases, name)
            if self._shown.get(name) != (rows, readable):
                self._shown[name] = (rows, readable)
                self._show(name, f"{title} ({len(rows)})", rows, build)

    def complain(self, sentence: str) -> None:
        """Say why something did not happen, above the lists."""
        self._alert.clear()
        if sentence:
            with self._alert:
                text("p", sentence, "alert")

    def _show(self, name: str, title: str, rows: Sequence[Any], build: Build) -> None:
        heading, place = self._places[name]
        heading.text = title
        place.clear()
        with place:
            if rows:
                readable = self._shown[name][1]
                build(rows, lambda talk: self._reads_all or talk in readable)
            else:
                text("p", "None.", "empty")


def _rows(cases: Cases, name: str) -> Sequence[Any]:
    return {
        "claims": cases.claims, "visits": cases.visits, "tickets": cases.tickets, "papers": cases.papers
    }[name]  # fmt: skip


def _claims(rows: Sequence[ClaimRow], opens: Opens) -> None:
    with _table("Claim", "Insured", "State", "Papers missing", "Clock", "Decision due", "Talk"):
        for row in rows:
            late = "late" if row.is_broken else "near" if row.is_near else ""
            with box("tr", late):
                with box("th", scope="row"):
                    _case_link(row.number)
                    text("span", row.kind, "quiet")
                text("td", row.insured)
                text("td", row.status)
                text("td", ", ".join(row.missing) or "None: complete")
                text("td", "One day" if row.is_one_day else "Usual")
                with box("td"):
                    text("span", words.day_and_time(row.due) if row.due else "Not running")
                    if row.left:
                        text("b", row.left, "left")
                with box("td"):
                    _talk_link(row.conversation_id, opens)


def _visits(rows: Sequence[Visit], opens: Opens) -> None:
    with _table("Policy", "Customer", "Telephone", "Last day", "Tries", "Try next", "Talk"):
        for row in rows:
            with box("tr", "late" if row.days_left < 0 else "near" if row.days_left <= 1 else ""):
                text("th", row.policy, scope="row")
                text("td", f"{row.customer} · {row.customer_number}")
                text("td", row.mobile)
                with box("td"):
                    text("span", words.day(row.due_by))
                    text("b", _days(row.days_left), "left")
                text("td", str(row.attempts))
                text("td", row.next_window)
                with box("td"):
                    _talk_link(row.conversation_id, opens)


def _tickets(rows: Sequence[Ticket], opens: Opens) -> None:
    with _table("Policy", "Customer", "Asked", "Exact words", "Until", "Talk"):
        for row in rows:
            with box("tr", "late" if row.is_late else ""):
                text("th", row.policy, scope="row")
                with box("td"):
                    text("span", f"{row.customer} · {row.customer_number}")
                    text("span", row.mobile, "quiet under")
                text("td", row.asked)
                with box("td"):
                    text("q", row.words)
                    text("span", f"Read as: {row.stance}", "quiet under")
                text("td", words.day(row.due_by))
                with box("td"):
                    _talk_link(row.conversation_id, opens)


def _papers(rows: Sequence[Arrival], opens: Opens) -> None:
    with _table("Paper", "Belongs to", "Customer", "File", "Came in", "Talk"):
        for row in rows:
            with box("tr"):
                with box("th", scope="row"):
                    if row.about:
                        case_panel.paper_link(row.id, row.title, f"{row.title}, {row.about}")
                    else:
                        text("span", row.title)
                with box("td"):
                    if row.about:
                        _case_link(row.about)
                    else:
                        text("span", "Not sorted yet", "quiet")
                text("td", f"{row.customer} · {row.customer_number}" if row.customer_number else row.customer)
                text("td", row.kind)
                text("td", words.day_and_time(row.received_at))
                with box("td"):
                    _talk_link(row.conversation_id, opens)


_LISTS: tuple[tuple[str, str, Build], ...] = (
    ("claims", "Claims and deadlines", _claims),
    ("visits", "Return visits at risk", _visits),
    ("tickets", "Problem tickets", _tickets),
    ("papers", "Papers, newest first", _papers),
)


def _scrolled(title: str) -> Element:
    """Where a table scrolls sideways on a small screen, by keys as well."""
    return box("div", "case-table", role="group", aria_label=title, tabindex="0")


def _table(*heads: str) -> Element:
    """A table with its head; its body is returned, to be filled."""
    with box("table"):
        with box("thead"), box("tr"):
            for head in heads:
                text("th", head, scope="col")
        return box("tbody")


def _case_link(number: str) -> None:
    text("a", number, href=f"/console/decisions?case={number}")


def _talk_link(conversation_id: str, opens: Opens) -> None:
    if conversation_id and opens(conversation_id):
        name = f"Open talk {conversation_id[-4:]}"
        text("a", "Open", href=f"/console/?chat={conversation_id}", aria_label=name)
    else:
        text("span", "Not with you" if conversation_id else "None", "quiet")


def _days(left: int) -> str:
    if left < 0:
        return f"{-left} day{'s' if left < -1 else ''} over"
    return "today" if left == 0 else f"{left} day{'s' if left > 1 else ''} left"
