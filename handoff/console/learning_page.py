"""The learning page, /console/learning: reviewers decide on turns that went badly, one key each.

Shows masked sentences as text nodes, under the console's own policy. Every act goes through `Learning` with
the session's token and is checked there.
"""

from collections.abc import Awaitable
from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from nicegui import background_tasks, ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from handoff.access import COOKIE
from handoff.authorization import Permission, Principal, reaches
from handoff.console import learning_report
from handoff.console.elements import Handler, box, put, text
from handoff.console.frame import add_theme
from handoff.explaining import Explainer, Explanation
from handoff.learning import LABELS, TEXT_LENGTH, TITLE_LENGTH, Decision, Desk, Item, Learning
from handoff.refusals import NotLoggedIn, Refused
from handoff.switchboard import Switchboard

PATH = "/learning"

_REASONS = {
    "unknown": "Not understood",
    "unsure": "Understood with little confidence",
    "clarified": "The customer had to choose",
    "corrected": "The customer took it back",
    "handed_off": "Went to a person",
    "thumbs_down": "The answer did not help",
    "disagreement": "A candidate model understands it differently",
}


class ReviewDesk(Element, component="assets/review_desk.js"):
    """List and card of the review; keys work while the card has the focus."""

    def __init__(self, on_choose: Handler, on_decide: Handler, on_draft: Handler) -> None:
        """Empty."""
        super().__init__()
        labels = [{"value": name, "words": words} for name, words in LABELS.items()]
        put(
            self, items=[], card=None, labels=labels, message="", count="", titleLength=TITLE_LENGTH,
            textLength=TEXT_LENGTH,
        )  # fmt: skip
        self.on("choose", on_choose)
        self.on("decide", on_decide)
        self.on("draft", on_draft)


class LearningPage:
    """One open page."""

    def __init__(self, learning: Learning, explainer: Explainer, principal: Principal, token: str) -> None:
        """Build it into the page that is being made."""
        self._learning = learning
        self._explainer = explainer
        self._token = token
        self._desk: Desk | None = None
        self._chosen: int | None = None
        add_theme(principal.login)
        ui.add_head_html('<link rel="stylesheet" href="/console/assets/console.css">')
        ui.add_head_html('<link rel="stylesheet" href="/console/assets/learning.css">')
        with box("div", "console"):
            with box("header", "bar"):
                text("h1", "Learning")
                box("span", "space")
                if reaches(principal, Permission.OPEN_CONSOLE):
                    text("a", "Console", "away", href="/console/")
                text("span", f"{principal.name} · {principal.role.value}", "who")
                with box("form", method="post", action="/console/logout"):
                    text("button", "Log out", "toggle", type="submit")
            with box("div", "learning"):
                self._review = ReviewDesk(self._choose, self._decide, self._draft)
                self._report = box("section", "report", aria_label="This week")

    async def refresh(self) -> None:
        """Read the list anew and show it; the card stays on its item, or goes on to the next.

        Raises:
            Refused: the session is over, or not a reviewer's.
        """
        before = [item.id for item in self._desk.items] if self._desk else []
        self._desk = desk = await self._learning.read(self._token)
        if self._chosen not in [item.id for item in desk.items]:
            self._chosen = _next(before, self._chosen, desk)
        item = next((one for one in desk.items if one.id == self._chosen), None)
        count = f"{desk.open_count} to review, {desk.done_count} done"
        put(self._review, items=[_row(one) for one in desk.items], card=_card(item, None), count=count)
        learning_report.show(self._report, desk.report)
        if item is not None:
            background_tasks.create(self._explain(item), name="explanation")

    async def _explain(self, item: Item) -> None:
        explanation = await self._explainer.explain(item.text)
        if self._chosen == item.id:
            put(self._review, card=_card(item, explanation))

    async def _choose(self, event: GenericEventArguments) -> None:
        self._chosen = int(event.args)
        await self._attempt(self._nothing())

    async def _decide(self, event: GenericEventArguments) -> None:
        told = event.args
        decision, label = Decision(str(told["decision"])), str(told.get("label") or "")
        await self._attempt(self._learning.decide(self._token, int(told["id"]), decision, label))

    async def _draft(self, event: GenericEventArguments) -> None:
        told = event.args
        act = self._learning.draft(self._token, int(told["id"]), str(told["title"]), str(told["text"]))
        await self._attempt(act)

    async def _nothing(self) -> None:
        """Choosing changes only what is shown."""

    async def _attempt(self, act: Awaitable[None]) -> None:
        """Carry out an act, then show what is next, or what went wrong."""
        message = ""
        try:
            await act
        except NotLoggedIn:
            ui.navigate.to("/login")
            return
        except Refused as refusal:
            message = refusal.words
        put(self._review, message=message)
        try:
            await self.refresh()
        except Refused:
            ui.navigate.to("/login")


def add(learning: Learning, explainer: Explainer, switchboard: Switchboard) -> None:
    """Add the page to the console."""

    @ui.page(PATH, title="Learning", language="en-US")
    async def page(request: Request) -> Response | None:
        """The page, for reviewers who are logged in."""
        token = request.cookies.get(COOKIE, "")
        try:
            principal = await switchboard.principal(token)
        except NotLoggedIn:
            return RedirectResponse("/console/login", 303)
        if not reaches(principal, Permission.REVIEW):
            return RedirectResponse("/console/", 303)
        await LearningPage(learning, explainer, principal, token).refresh()
        return None


def _next(before: list[int], gone: int | None, desk: Desk) -> int | None:
    """The item after the one that was decided, so that the eye stays where it is."""
    left = [item.id for item in desk.items]
    if gone in before:
        after = [one for one in before[before.index(gone) :] if one in left]
        return after[0] if after else (left[-1] if left else None)
    return left[0] if left else None


def _row(item: Item) -> dict[str, Any]:
    return {"id": item.id, "text": item.text, "reason": _reasons(item)}


def _reasons(item: Item) -> str:
    return ", ".join(_REASONS.get(reason, reason) for reason in item.reasons)


def _card(item: Item | None, explanation: Explanation | None) -> dict[str, Any] | None:
    if item is None:
        return None
    ranking = explanation.ranking if explanation else item.ranking
    return {
        "id": item.id,
        "text": item.text,
        "reason": _reasons(item),
        "understood": _words(item.intent),
        "confidence": _percent(item.confidence),
        "confirms": item.intent in LABELS,
        "channel": item.channel,
        "said": f"{item.said_at:%Y-%m-%d %H:%M} UTC",
        "article": item.article,
        "suggested": item.suggested if item.suggested in LABELS else "",
        "suggestedWords": _words(item.suggested),
        "ranking": [[_words(name), _percent(share)] for name, share in ranking],
        "words": [
            [word, f"{share:+.0%}".replace("-", "−")]
            for word, share in (explanation.words if explanation else ())
        ],
        "neighbours": [
            [line, _words(intent), f"{near:.2f}"]
            for line, intent, near in (explanation.neighbours if explanation else ())
        ],
        "explained": explanation is not None,
    }


def _words(intent: str) -> str:
    return f"{LABELS[intent]} ({intent})" if intent in LABELS else intent or "nothing"


def _percent(share: float) -> str:
    return f"{share:.0%}"
