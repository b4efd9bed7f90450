"""The page of decisions: all requests and claims that wait, the oldest first, and the one to decide on.

Reads by itself at every ring; what an agent is typing stays until the case itself has changed.
"""

from typing import Any

from nicegui.events import GenericEventArguments

from handoff.authorization import Principal
from handoff.casedesk import Work
from handoff.claims import ClaimRow, ClaimSheet
from handoff.console import case_panel, deciding
from handoff.console.elements import Verdict, Worklist, box, button, put, text
from handoff.console.frame import Centre, Frame
from handoff.console.list_panel import Unread
from handoff.console.work_list import groups_of
from handoff.requests import Request
from handoff.sheets import Sheet


class DecisionsPage(Frame):
    """One browser tab with the decisions."""

    def __init__(self, centre: Centre, principal: Principal, token: str, case: str) -> None:
        """Build it into the page that is being made; `case` is the number to begin with, if any."""
        super().__init__(centre, principal, token)
        self._unread = Unread()
        self._seen: frozenset[str] = frozenset()
        self._case = case
        self._shown: Request | ClaimRow | None = None
        with box("div", "console"):
            bar, notices = self._bar("Decisions")
            with box("div", "floor work"):
                with box("section", "list", aria_label="Work that waits"):
                    self._list = Worklist(lambda event: self._choose(str(event.args)))
                with box("section", "desk", aria_label="Decision", id="talk", tabindex="-1"):
                    self._alert = box("div", "alert-place", role="alert")
                    self._said = text("p", "", "said-result", role="status")
                    self._place = box("div", "case-place")
            self._surroundings(bar, notices, "Decisions")
        self._invite()

    async def refresh(self) -> None:
        """Read the list and the chosen case, and show what has changed."""
        seen = await self._centre.desks.sight.look(self._token)
        work = await self._centre.desks.casedesk.read_work(self._token, self._seen)
        self._seen |= work.customers
        news = self._unread.update(seen.inbox)
        self._head.show(seen.inbox, seen.pulse, unread=self._unread.count, news=news, elsewhere=True)
        put(self._list, groups=groups_of(work, self._centre.clock.now()), active=self._case)
        await self._refresh_case(work)

    def complain(self, sentence: str) -> None:
        """Say why something did not happen, above the case."""
        self._alert.clear()
        if sentence:
            with self._alert, box("p", "alert"):
                text("span", sentence)
                button("Dismiss", lambda: self.complain(""))

    async def _choose(self, case: str) -> None:
        self._case = case
        self.complain("")
        self._said.text = ""
        await self._read()

    async def _refresh_case(self, work: Work) -> None:
        case = self._case
        if not case:
            return
        now_in_list = next((one for one in work.requests if one.receipt == case), None) or next(
            (one for one in work.claims if one.number == case), None
        )
        if now_in_list is None:
            if self._shown is not None or not self._said.text:
                self._invite("" if self._said.text else "This case does not wait for a decision any more.")
            self._case, self._shown = "", None
            return
        if now_in_list == self._shown:
            return
        desk = self._centre.desks.casedesk
        if isinstance(now_in_list, Request):
            sheet: Sheet | ClaimSheet = await desk.open_request(self._token, case)
        else:
            sheet = await desk.open_claim(self._token, case)
        if case == self._case:
            self._shown = now_in_list
            self._build(sheet)

    def _build(self, sheet: Sheet | ClaimSheet) -> None:
        login = self._principal.login
        self._place.clear()
        with self._place:
            if isinstance(sheet, Sheet):
                verdict = case_panel.show_request(
                    sheet, login, lambda event: self._decide(event, verdict, None)
                )
            else:
                claim = sheet
                verdict = case_panel.show_claim(
                    claim, login, lambda event: self._decide(event, verdict, claim)
                )

    def _invite(self, words_now: str = "") -> None:
        self._place.clear()
        with self._place:
            text("p", words_now or "Choose what to decide on the left; the oldest stands on top.", "empty")

    async def _decide(self, event: GenericEventArguments, verdict: Verdict, claim: ClaimSheet | None) -> None:
        sent: dict[str, Any] = event.args
        desk = self._centre.desks.casedesk

        async def act() -> None:
            try:
                if claim is None:
                    effect = await deciding.on_request(desk, self._token, sent)
                else:
                    effect = await deciding.on_claim(desk, self._token, claim, sent)
            finally:
                verdict.answer()
            self.complain("")
            self._said.text = f"{sent['subject']}: {effect.words}"

        self._said.text = ""
        await self._act(act())
