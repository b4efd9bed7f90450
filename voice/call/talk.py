"""What is said to the caller, in its order: news of the ledger, the line's own words, the question again.

Pure. Knows what the present question is and how it is listened to; sends nothing.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from records.ledger import Entry
from records.models import Author, Kind, Leaving, Owner
from voice.call.playback import Utterance
from voice.hearing.base import GrammarKind
from voice.listening import FREE, Listening, listening_for
from voice.speaking import wording
from voice.speaking.base import Pace
from voice.turns.profiles import UNINTERRUPTIBLE, Interruption

WITH_PEOPLE = frozenset({Owner.QUEUED, Owner.OFFERED, Owner.AGENT})
OVER = frozenset({Owner.CALLBACK, Owner.CLOSED})
QUESTION_SENTENCES = 3
"""So many of a message's last sentences are its question, when it is asked again."""


@dataclass(frozen=True, slots=True)
class Question:
    """What the dialogue waits for."""

    expects: str | None = None
    service: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """Something to be said, and how."""

    utterance: Utterance
    interruption: Interruption | None = None
    """None: as the question allows."""


class Talk:
    """The order of one call's words."""

    def __init__(self, *, gentle: bool) -> None:
        """Nothing is to be said."""
        self.pace = Pace.SLOW if gentle else Pace.NORMAL
        self.gentle = gentle
        self.leaving: Leaving | None = None
        """Why the stream is closed once everything is said."""
        self.question = Question()
        self.names: tuple[str, ...] = ()
        """Names that can be said whole; any other has to be spelled."""
        self._before: Question | None = None
        self._lines: deque[Line] = deque()
        self._page = 0
        self._last: tuple[str, ...] = ()
        self._earlier: tuple[str, ...] = ()

    @property
    def listening(self) -> Listening:
        """How the present question is listened to."""
        if not self.question.body:
            return FREE
        titles = wording.choices(self.question.body, self._page)
        found = listening_for(self.question.expects, self.question.service, self.gentle, titles)
        if found.grammar.kind is not GrammarKind.NAME:
            return found
        return replace(found, grammar=replace(found.grammar, phrases=(*found.grammar.phrases, *self.names)))

    def next(self) -> Line | None:
        """What is said next."""
        return self._lines.popleft() if self._lines else None

    @property
    def is_empty(self) -> bool:
        """Whether all was said."""
        return not self._lines

    def drop(self) -> list[Utterance]:
        """The caller has interrupted: what is left unsaid. Farewells stay."""
        kept = [line for line in self._lines if line.interruption is UNINTERRUPTIBLE]
        dropped = [line.utterance for line in self._lines if line.interruption is not UNINTERRUPTIBLE]
        self._lines = deque(kept)
        return dropped

    def news(self, entries: Sequence[Entry], naming: str = "") -> bool:
        """Something was said in the ledger; whether the bot asks something new."""
        sentences: list[str] = wording.sentences_of(naming) if naming else []
        seqs: list[int] = []
        asked = False
        told = [entry.seq for entry in entries if entry.kind is Kind.STATUS and entry.body.get("text")]
        for entry in entries:
            spoken = wording.spoken(entry.body)
            if entry.kind is Kind.STATUS:
                self._owner_changed(entry)
                if entry.seq not in told[-1:]:
                    spoken = []  # how it came to be like this is no news any more
            elif entry.author is Author.BOT:
                if (entry.body.get("custom") or {}).get("notice"):
                    self._lines.append(Line(Utterance(tuple(spoken), (entry.seq,)), UNINTERRUPTIBLE))
                    continue
                self._asked(entry.body)
                asked = True
            sentences += spoken
            seqs.append(entry.seq)
        if sentences:
            self._earlier, self._last = self._last, tuple(sentences)
            firm = UNINTERRUPTIBLE if self.leaving is not None else None
            self._lines.append(Line(Utterance(tuple(sentences), tuple(seqs)), firm))
        return asked

    def aside(self, text: str, *, with_question: bool = False, firm: bool = False) -> None:
        """The line's own words, and the question again where it is wanted."""
        sentences = wording.sentences_of(text)
        if with_question:
            sentences += wording.spoken(self.question.body, self._page)[-QUESTION_SENTENCES:]
        if sentences:
            self._lines.append(Line(Utterance(tuple(sentences)), UNINTERRUPTIBLE if firm else None))

    def again(self, before: str = "") -> bool:
        """Say the last message once more; False when there was none."""
        sentences = (*wording.sentences_of(before), *self._last)
        if sentences:
            self._lines.append(Line(Utterance(sentences)))
        return bool(self._last)

    def earlier(self) -> None:
        """Say the message before the last one."""
        self._lines.append(Line(Utterance(self._earlier or self._last)))

    def more(self) -> None:
        """The further choices of the question; after the last ones the first come again."""
        self._page = self._page + 1 if wording.has_more(self.question.body, self._page) else 0
        sentences = wording.spoken(self.question.body, self._page) if self.question.body else []
        if sentences:
            self._lines.append(Line(Utterance(tuple(sentences))))

    def slower(self) -> None:
        """From now on slower."""
        self.pace, self.gentle = self.pace.slower(), True

    def previous(self, title_of: Callable[[str, str], str | None]) -> str | None:
        """What one would say to be asked the question before the present one; None where there was none."""
        before = self._before
        if before is None or not before.expects or not before.service:
            return None
        if before.service != self.question.service:
            return None
        title = title_of(before.service, before.expects)
        return None if title is None else f"change the {title}"

    def _asked(self, body: Mapping[str, Any]) -> None:
        custom = body.get("custom") or {}
        question = Question(custom.get("expects"), custom.get("service"), body)
        if question.expects != self.question.expects:
            self._before = self.question
        self.question, self._page = question, 0
        if custom.get("gentle"):
            self.gentle = True
            self.pace = self.pace if self.pace is not Pace.NORMAL else Pace.SLOW
        if custom.get("handoff") == "callback":
            # They will be called: nobody who has just said when is kept on the line.
            self.leaving = Leaving.GOODBYE
        elif custom.get("intent") == "goodbye" and not custom.get("expects"):
            self.leaving = Leaving.GOODBYE
        else:
            self.leaving = None

    def _owner_changed(self, entry: Entry) -> None:
        owner = Owner(entry.body["owner"])
        if owner in WITH_PEOPLE:
            self.leaving = self.leaving or Leaving.PEOPLE
        elif owner in OVER:
            self.leaving = Leaving.GOODBYE
        else:
            self.leaving = None
