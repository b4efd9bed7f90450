"""The bar at the top: the pages, presence, how many wait, what the agent prefers, help, and the way out."""

from collections.abc import Callable
from typing import Any

from handoff.authorization import Permission, Principal, reach_of
from handoff.console import words
from handoff.console.elements import Handler, OwnPhone, Preferences, Sheet, box, button, put, text

PAGES = (
    ("/console/", "Conversations", Permission.OPEN_CONSOLE),
    ("/console/decisions", "Decisions", Permission.READ_CASES),
    ("/console/cases", "Cases", Permission.READ_CASES),
    ("/console/wallboard", "Wallboard", Permission.READ_WALLBOARD),
    ("/console/learning", "Learning", Permission.REVIEW),
)
"""Address, name, and what a role must be allowed to be shown the way there."""


class Bar:
    """Built once; `show` keeps it true."""

    def __init__(
        self,
        principal: Principal,
        here: str,
        *,
        on_presence: Callable[[], Any],
        on_preferences: Callable[[], Any],
        on_help: Callable[[], Any],
    ) -> None:
        """Inside the element that is open now; `here` is the name of the page."""
        skipped = "conversation" if here == "Conversations" else "content"
        text("a", f"Skip to the {skipped}", "skip", href="#talk")
        with box("header", "bar"):
            text("h1", "Agents’ console")
            with box("nav", "pages", aria_label="Pages"):
                for address, name, permission in PAGES:
                    if reach_of(principal.role, permission) is None:
                        continue
                    link = text("a", name, href=address)
                    if name == here:
                        put(link, **{"aria-current": "page"})
                    if name == "Decisions":
                        self._decisions = link
                    if name == "Conversations":
                        self._conversations = link
            self._presence = button("Available", on_presence, "switch", role="switch", aria_checked="false")
            self._waiting = text("p", "", "waiting-count")
            box("span", "space")
            button("Settings", on_preferences, "toggle", aria_haspopup="dialog")
            button("?", on_help, "toggle", aria_haspopup="dialog", aria_label="Keys")
            text("span", principal.name, "who", title=principal.role.value)
            with box("form", method="post", action="/console/logout"):
                text("button", "Log out", "toggle", type="submit")

    def show(self, *, available: bool, waiting: int) -> None:
        """The switch and the count."""
        put(self._presence, **{"aria-checked": str(available).lower()})
        count = "Nobody waits" if waiting == 0 else f"{waiting} waiting"
        if self._waiting.text != count:
            self._waiting.text = count

    def show_work(self, *, to_decide: int, unread: int | None = None) -> None:
        """How much waits on the other pages; `unread` is left out where the conversations themselves are."""
        decisions = f"Decisions {to_decide}" if to_decide else "Decisions"
        conversations = f"Conversations · {unread} new" if unread else "Conversations"
        for link, words_now in ((self._decisions, decisions), (self._conversations, conversations)):
            if link.text != words_now:
                link.text = words_now


def help_sheet() -> Sheet:
    """The list of keys."""
    sheet = Sheet("Keys")
    with sheet, box("dl", "keys"):
        for keys, meaning in words.SHORTCUTS:
            text("dt", keys)
            text("dd", meaning)
    return sheet


def preferences_sheet(login: str, on_phone: Handler) -> tuple[Sheet, OwnPhone]:
    """What an agent sets for themselves; `on_phone` keeps the telephone number that they gave."""
    sheet = Sheet("Settings")
    with sheet:
        phone = OwnPhone(on_phone)
        Preferences(login)
    return sheet, phone
