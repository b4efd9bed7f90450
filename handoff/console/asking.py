"""The dialog that asks for a few things before an act: one for the page, whatever is asked.

What was typed stays when the act is refused, with the reason above it.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from handoff.console.elements import put

_LONGEST = 4000

Values = dict[str, str]
Field = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked."""

    heading: str
    fields: Sequence[Field]
    confirm: str
    hint: str = ""
    extra: str = ""
    """Another way out, without an answer."""
    since: datetime | None = None
    """A time that runs beside the heading."""


class Asking(Element, component="assets/asking.js"):
    """The dialog itself."""

    def __init__(self) -> None:
        """Closed, inside the element that is open now."""
        super().__init__()
        put(self, open=False, refused=0)
        self._fill(Question("", (), ""), 0)
        self._on_answer: Callable[[Values], Awaitable[None]] | None = None
        self._on_extra: Callable[[], Awaitable[None]] | None = None
        self._questions = 0
        self.on("answer", self._answer)
        self.on("extra", lambda _: self._extra(), args=[])
        self.on("close", lambda _: self.shut(), args=[])

    @property
    def is_open(self) -> bool:
        """Whether it stands in front of everything else."""
        return bool(self.props["open"])

    def ask(
        self,
        question: Question,
        now: datetime,
        on_answer: Callable[[Values], Awaitable[None]],
        on_extra: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Open it; the handlers carry out what was answered."""
        self._on_answer, self._on_extra = on_answer, on_extra
        self._questions += 1
        self._fill(question, int(now.timestamp() * 1000))
        put(self, open=True)

    def refuse(self, sentence: str) -> None:
        """The act did not happen; the agent may answer again."""
        put(self, alert=sentence, refused=self.props["refused"] + 1)

    def shut(self) -> None:
        """Close it."""
        put(self, open=False, alert="")

    def _fill(self, question: Question, now_ms: int) -> None:
        since = int(question.since.timestamp() * 1000) if question.since else 0
        put(
            self, heading=question.heading, hint=question.hint, fields=list(question.fields),
            confirm=question.confirm, extra=question.extra, since=since, now=now_ms, alert="",
        )  # fmt: skip

    async def _answer(self, event: GenericEventArguments) -> None:
        sent = event.args if isinstance(event.args, dict) else {}
        if self._on_answer and self.is_open:
            put(self, alert="")
            question = self._questions
            await self._on_answer({str(name): str(value)[:_LONGEST] for name, value in sent.items()})
            # The agent may have gone on to the next question meanwhile.
            if question == self._questions and not self.props["alert"]:
                self.shut()

    async def _extra(self) -> None:
        if self._on_extra and self.is_open:
            self.shut()
            await self._on_extra()


def choice(name: str, label: str, options: Sequence[dict[str, str]], value: str = "") -> Field:
    """One of several; options have a value, words, and may have a group."""
    return {"kind": "choice", "name": name, "label": label, "options": list(options), "required": True,
            "value": value}  # fmt: skip


def area(name: str, label: str, length: int, *, required: bool = False) -> Field:
    """A few lines."""
    return {"kind": "area", "name": name, "label": label, "length": length, "required": required}


def moment(name: str, label: str, value: datetime, least: datetime) -> Field:
    """A day and a time, as the clocks of the centre show it."""
    return {"kind": "moment", "name": name, "label": label, "required": True,
            "value": f"{value:%Y-%m-%dT%H:%M}", "least": f"{least:%Y-%m-%dT%H:%M}"}  # fmt: skip


def number(name: str, label: str, value: int, most: int) -> Field:
    """A count from one on."""
    return {"kind": "number", "name": name, "label": label, "required": True, "value": str(value),
            "most": most}  # fmt: skip
