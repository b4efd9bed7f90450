"""One conversation: its head with what can be done, its transcript, and where the agent writes."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from handoff.console import stance as stances
from handoff.console import words
from handoff.console.elements import Composer, Handler, Timer, box, button, put, text
from handoff.console.stance import ACTS, Passed, Stance
from handoff.console.transcript import Transcript
from handoff.desk import TEXT_LENGTH
from handoff.inbox import Talk
from handoff.packet import ASSURANCE_WORDS

_BUTTONS = {
    "accept": "Accept",
    "decline": "Decline",
    "transfer": "Transfer…",
    "call": "Call back…",
    "bot": "Assistant…",
    "resolve": "Resolve…",
    "pin": "Pin…",
    "reorder": "Reorder…",
}
_PRIMARY = ("accept",)
_NOTHING = "Offers and your conversations are on the left."


class TalkPanel:
    """One conversation at a time; on wide screens several panels stand side by side."""

    def __init__(
        self,
        place: int,
        now_ms: int,
        *,
        on_act: Callable[[str], Any],
        on_send: Handler,
        on_typing: Handler,
        on_enter: Callable[[], Any],
    ) -> None:
        """Empty, inside the element that is open now; `place` is counted from nought."""
        name = "Conversation" if place == 0 else f"Conversation {place + 1}"
        anchor = "talk" if place == 0 else f"talk-{place + 1}"
        self.section = box("section", "talk", aria_label=name, id=anchor, tabindex="-1")
        self.section.on("focusin", lambda _: on_enter(), args=[])
        with self.section:
            with box("div", "talk-head"):
                with box("div", "talk-title"):
                    self._title = text("h2", "No conversation chosen")
                    with box("p", "quiet"):
                        self._facts = text("span", _NOTHING)
                        self._timer = Timer("Write-up", now_ms)
                with box("div", "acts"):
                    self._buttons = {
                        act: button(title, partial(on_act, act), "primary" if act in _PRIMARY else "")
                        for act, title in _BUTTONS.items()
                    }
            self._banner = box("div", "banner-place")
            self._alert = box("div", "alert-place", role="alert")
            self._transcript = Transcript()
            self._typing = text("p", "", "typing")
            self._typing.props["aria-live"] = "off"
            self.composer = Composer(TEXT_LENGTH, on_send, on_typing, lambda: on_act("replies"))
        self._on_act = on_act
        self._chat = ""
        self._mark = 0
        self._passed: Passed | None = None
        self._allow(None)

    def seq_of(self, chat: str) -> int:
        """The last entry of the conversation that is on the screen; 0 when another one is."""
        return self._transcript.last_seq if chat == self._chat else 0

    def look_for(self, seq: int) -> None:
        """The next conversation is opened for one of its lines."""
        self._mark = seq

    def clear(self) -> None:
        """No conversation chosen."""
        self._begin("")
        self._title.text = "No conversation chosen"
        self._facts.text = _NOTHING
        self._pass(None)
        self._allow(None)

    def show(self, talk: Talk, stance: Stance, passed: Passed | None) -> None:
        """A conversation, or what is new in the one that is shown."""
        live = talk.conversation_id == self._chat
        if not live:
            self._begin(talk.conversation_id)
        owner = stance.words or words.owner(talk.owner)
        facts = " · ".join((owner, ASSURANCE_WORDS[talk.assurance], talk.channel))
        for element, said in ((self._title, talk.title), (self._facts, facts)):
            if element.text != said:
                element.text = said
        self._transcript.append(talk.entries, live=live)
        self._pass(passed)
        self._allow(stance)
        put(self._timer, since=_milliseconds(talk.ended_at) if stance is Stance.WRITES_UP else 0)

    def reached(self, delivered: int, read: int) -> None:
        """How far the customer's page has come."""
        self._transcript.reached(delivered, read)

    def show_typing(self, typing: bool) -> None:
        """Whether the customer is typing."""
        words_now = "Customer is typing…" if typing else ""
        if self._typing.text != words_now:
            self._typing.text = words_now

    def emphasise(self, active: bool) -> None:
        """Whether keys and the packet are for this one, of several."""
        self.section.classes(add="current" if active else "", remove="" if active else "current")
        put(self.composer, active=active)

    def complain(self, sentence: str) -> None:
        """Say why something did not happen; an empty sentence takes it away."""
        self._alert.clear()
        if sentence:
            with self._alert, box("p", "alert"):
                text("span", sentence)
                button("Dismiss", lambda: self.complain(""))

    def _begin(self, chat: str) -> None:
        self._chat = chat
        self._transcript.begin(chat, self._mark)
        self._mark = 0
        self.show_typing(False)
        put(self.composer, chat=chat)
        put(self._timer, since=0)

    def _pass(self, passed: Passed | None) -> None:
        if passed == self._passed:
            return
        self._passed = passed
        self._banner.clear()
        if passed is None:
            return
        heading, note, mine = passed
        with self._banner, box("div", "banner", role="status"):
            with box("p"):
                text("b", heading)
                if note:
                    text("q", note)
            if mine:
                button("Keep it", lambda: self._on_act("keep"))

    def _allow(self, stance: Stance | None) -> None:
        acts = ACTS.get(stance, ()) if stance else ()
        for act, element in self._buttons.items():
            if element.visible is not (act in acts):
                element.visible = act in acts
        put(self.composer, kinds=stances.kinds(stance))


def _milliseconds(moment: datetime | None) -> int:
    return int(moment.timestamp() * 1000) if moment else 0
