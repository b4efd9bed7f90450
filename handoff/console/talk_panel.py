"""The conversation in the middle: its head with what can be done, its entries, and where the agent writes.

Entries are appended as they come and never rebuilt, so reading is not disturbed.
"""

from collections.abc import Callable, Iterable
from typing import Any

from handoff import sources
from handoff.console import words
from handoff.console.elements import Composer, Handler, Scroller, box, button, put, text
from handoff.desk import TEXT_LENGTH
from handoff.inbox import Talk
from handoff.packet import ASSURANCE_WORDS
from records.ledger import Entry
from records.models import Author, HandoffState, Kind, Owner

_STATES = {
    HandoffState.QUEUED: "Waiting in the queue",
    HandoffState.OFFERED: "Offered to you",
    HandoffState.ACTIVE: "With you",
    HandoffState.WRAP_UP: "Write-up open",
    HandoffState.DONE: "Resolved",
}


class TalkPanel:
    """One conversation at a time."""

    def __init__(
        self,
        *,
        on_send: Handler,
        on_typing: Handler,
        on_accept: Callable[[], Any],
        on_decline: Callable[[], Any],
        on_resolve: Callable[[], Any],
        on_return: Callable[[], Any],
    ) -> None:
        """Empty, inside the element that is open now."""
        with box("section", "talk", aria_label="Conversation", id="talk", tabindex="-1"):
            with box("div", "talk-head"):
                with box("div", "talk-title"):
                    self._title = text("h2", "No conversation chosen")
                    self._facts = text("p", "Offers and your conversations are on the left.", "quiet")
                with box("div", "acts"):
                    self._accept = button("Accept", on_accept, "primary")
                    self._decline = button("Decline", on_decline)
                    self._return = button("Return to assistant", on_return)
                    self._resolve = button("Resolve…", on_resolve)
            self._alert = box("div", "alert-place", role="alert")
            self._log = Scroller("Transcript")
            self._log.classes("log")
            self._typing = text("p", "", "typing")
            self._typing.props["aria-live"] = "off"
            self.composer = Composer(TEXT_LENGTH, on_send, on_typing)
        self._chat = ""
        self._last_seq = 0
        self._allow(None, mine=False)

    def seq_of(self, chat: str) -> int:
        """The last entry of the conversation that is on the screen; 0 when another one is."""
        return self._last_seq if chat == self._chat else 0

    def clear(self) -> None:
        """No conversation chosen."""
        self._begin("")
        self._title.text = "No conversation chosen"
        self._facts.text = "Offers and your conversations are on the left."
        self._allow(None, mine=False)

    def show(self, talk: Talk, agent_id: int) -> None:
        """A conversation, or what is new in the one that is shown."""
        if talk.conversation_id != self._chat:
            self._begin(talk.conversation_id)
        else:
            # Only what comes in from now on is read out, never the history.
            put(self._log, **{"aria-live": "polite"})
        mine = talk.holder_id == agent_id
        state = "With a colleague" if talk.state is HandoffState.ACTIVE and not mine else None
        self._title.text = talk.title
        self._facts.text = " · ".join(
            (
                state or (_STATES.get(talk.state, "Assistant") if talk.state else "Assistant"),
                ASSURANCE_WORDS[talk.assurance],
                talk.channel,
            )
        )
        self._append(talk.entries)
        self._allow(talk, mine=mine)

    def show_typing(self, typing: bool) -> None:
        """Whether the customer is typing."""
        words_now = "Customer is typing…" if typing else ""
        if self._typing.text != words_now:
            self._typing.text = words_now

    def complain(self, sentence: str) -> None:
        """Say why something did not happen; an empty sentence takes it away."""
        self._alert.clear()
        if sentence:
            with self._alert, box("p", "alert"):
                text("span", sentence)
                button("Dismiss", lambda: self.complain(""))

    def _begin(self, chat: str) -> None:
        self._chat = chat
        self._last_seq = 0
        self._log.clear()
        self.show_typing(False)
        put(self._log, chat=chat, **{"aria-live": "off"})
        put(self.composer, chat=chat)

    def _allow(self, talk: Talk | None, *, mine: bool) -> None:
        owner, state = (talk.owner, talk.state) if talk and mine else (None, None)
        holds = owner is Owner.AGENT and state is HandoffState.ACTIVE
        offered = state is HandoffState.OFFERED
        for element, visible in (
            (self._accept, offered),
            (self._decline, offered),
            (self._return, holds),
            (self._resolve, holds or state is HandoffState.WRAP_UP),
        ):
            if element.visible is not visible:
                element.visible = visible
        put(self.composer, replies=holds, notes=mine)

    def _append(self, entries: Iterable[Entry]) -> None:
        with self._log:
            for entry in entries:
                if entry.seq > self._last_seq:
                    _show(entry)
                    self._last_seq = entry.seq


def _show(entry: Entry) -> None:
    at = words.clock_time(entry.created_at)
    if entry.kind is Kind.STATUS:
        with box("p", "entry status"):
            text("span", words.status_of(entry))
            text("time", at, datetime=entry.created_at.isoformat())
        return
    kind = "note" if entry.kind is Kind.NOTE else entry.author.value
    with box("div", f"entry {kind}"):
        with box("p", "by"):
            text("b", words.author_of(entry))
            if entry.kind is Kind.NOTE:
                text("span", "private note", "tag")
            text("time", at, datetime=entry.created_at.isoformat())
        text("p", sources.text_of(entry.body), "said")
        if choices := words.choices_of(entry):
            text("p", f"Choices shown: {choices}", "choices")
        if entry.author is Author.CUSTOMER and "button" in entry.body:
            text("p", "Pressed a button", "choices")
