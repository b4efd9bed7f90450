"""The console's elements: plain HTML tags and small components of our own.

Text is always a text node. None of these compiles a template or runs a script sent by the server,
so the console needs neither `unsafe-eval` nor `unsafe-inline`.
"""

from collections.abc import Callable
from typing import Any

from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement
from nicegui.events import GenericEventArguments

Handler = Callable[[GenericEventArguments], Any]


def box(tag: str, classes: str = "", **attributes: str) -> Element:
    """A tag with children."""
    element = Element(tag)
    if classes:
        element.classes(classes)
    _attribute(element, attributes)
    return element


def text(tag: str, content: str, classes: str = "", **attributes: str) -> TextElement:
    """A tag with one text in it."""
    element = TextElement(tag=tag, text=content)
    if classes:
        element.classes(classes)
    _attribute(element, attributes)
    return element


def button(title: str, on_press: Callable[[], Any], classes: str = "", **attributes: str) -> TextElement:
    """A button that does something on the server."""
    element = text("button", title, classes, type="button", **attributes)
    # No arguments of the event are sent: nobody needs where the mouse was.
    element.on("click", lambda _: on_press(), args=[])
    return element


def put(element: Element, **values: Any) -> None:
    """Set properties, sending an update only when one has changed."""
    changed = {name: value for name, value in values.items() if element.props.get(name) != value}
    if changed:
        element.props.update(changed)


class Inbox(Element, component="assets/inbox.js"):
    """The list of conversations."""

    def __init__(self, now_ms: int, on_choose: Handler, on_accept: Handler, on_decline: Handler) -> None:
        """Empty; `now_ms` is the server's time, from which ages are counted."""
        super().__init__()
        put(self, groups=[], active="", now=now_ms)
        self.on("choose", on_choose)
        self.on("accept", on_accept)
        self.on("decline", on_decline)


class Composer(Element, component="assets/composer.js"):
    """Where the agent writes; keeps drafts in the browser's tab."""

    def __init__(self, length: int, on_send: Handler, on_typing: Handler, on_find: Callable[[], Any]) -> None:
        """Closed, until a conversation is chosen."""
        super().__init__()
        put(self, chat="", kinds=[], active=True, stored="", refused="", focus="", length=length)
        put(self, insertion={"count": 0, "text": ""})
        self._calls = 0
        self.on("send", on_send)
        self.on("typing", on_typing, args=[])
        self.on("find", lambda _: on_find(), args=[])

    def call(self, kind: str) -> None:
        """Bring the keyboard to the box, to write a kind; an empty one is that which is open."""
        self._calls += 1
        put(self, focus=f"{kind} {self._calls}")

    def refuse(self, key: str) -> None:
        """The message was not stored: the draft stays and may be sent again."""
        self._calls += 1
        put(self, refused=f"{key} {self._calls}")

    def insert(self, words: str) -> None:
        """Put words where the agent is writing; nothing is sent."""
        self._calls += 1
        put(self, insertion={"count": self._calls, "text": words})


class Scroller(Element, component="assets/scroller.js"):
    """A log that stays at its end."""

    def __init__(self, label: str) -> None:
        """Empty."""
        super().__init__()
        put(self, chat="", label=label, mark=0)


class Sheet(Element, component="assets/sheet.js"):
    """A modal dialog."""

    def __init__(self, heading: str) -> None:
        """Closed."""
        super().__init__()
        put(self, heading=heading, open=False)
        self.on("close", lambda _: put(self, open=False), args=[])


class Tabs(Element, component="assets/tabs.js"):
    """The agent's conversations, to step between."""

    def __init__(self, on_choose: Handler) -> None:
        """None."""
        super().__init__()
        put(self, tabs=[], active="")
        self.on("choose", on_choose)


class Timer(Element, component="assets/timer.js"):
    """Time that runs since a moment; nothing while there is none."""

    def __init__(self, words: str, now_ms: int) -> None:
        """Stopped."""
        super().__init__()
        put(self, words=words, now=now_ms, since=0)


class Preferences(Element, component="assets/preferences.js"):
    """Sound, notices and colours, kept in the agent's browser."""

    def __init__(self, agent: str) -> None:
        """For the agent with this login."""
        super().__init__()
        put(self, agent=agent)


class OwnPhone(Element, component="assets/own_phone.js"):
    """The agent's own telephone number."""

    def __init__(self, on_save: Handler) -> None:
        """Not known yet."""
        super().__init__()
        put(self, number="", refusal="", said="", shown=0, refused=0)
        self.on("save", on_save)

    def show(self, number: str, said: str = "") -> None:
        """The number as it is kept, in place of what was typed."""
        put(self, number=number, refusal="", said=said, shown=self.props["shown"] + 1)

    def refuse(self, sentence: str) -> None:
        """What was typed was not kept, and stays to be mended."""
        put(self, refusal=sentence, said="", refused=self.props["refused"] + 1)


class Station(Element, component="assets/station.js"):
    """Keys, title, sound, notices and announcements of the page."""

    def __init__(self, base: str, agent: str, on_command: Handler, on_visible: Handler) -> None:
        """Nothing unread."""
        super().__init__()
        put(self, base=base, agent=agent, met=0, unread=0, bells=0, announcement="")
        self.on("command", on_command)
        self.on("visible", on_visible)


class Worklist(Element, component="assets/worklist.js"):
    """Work that waits for a decision."""

    def __init__(self, on_choose: Handler) -> None:
        """Empty."""
        super().__init__()
        put(self, groups=[], active="")
        self.on("choose", on_choose)


class Plot(Element, component="assets/plot.js"):
    """Bars over time, described in words for who cannot see them."""

    def __init__(self, name: str, title: str) -> None:
        """Empty; `name` is part of its ids."""
        super().__init__()
        put(self, name=name, title=title, summary="", bars=[], top=1, ticks=[])


class Verdict(Element, component="assets/verdict.js"):
    """Where a decision is made on one request or claim."""

    def __init__(self, subject: str, acts: list[dict[str, Any]], on_decide: Handler) -> None:
        """Nothing chosen yet."""
        super().__init__()
        put(self, subject=subject, acts=acts, answered=0)
        self.on("decide", on_decide)

    def answer(self) -> None:
        """The decision was looked at: another may be sent."""
        put(self, answered=self.props["answered"] + 1)


def _attribute(element: Element, attributes: dict[str, str]) -> None:
    """HTML attributes from keywords: `aria_label` is `aria-label`, `for_` is `for`."""
    if attributes:
        element.props.update(
            {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        )
