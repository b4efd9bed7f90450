"""What to do with what was heard: send it, read it back, ask again, obey, bring in a person. Pure.

Knows how the present question is listened to, and how often it went wrong; touches nothing.
"""

from dataclasses import dataclass, replace

from actions.normalise import Misread, read_yes_no
from handoff.reasons import Reason
from voice.call import prompts
from voice.call.commands import Command, command_in
from voice.hearing.base import GrammarKind, Heard
from voice.listening import FREE, YES_NO, Confirmation, Listening
from voice.speaking.wishes import Wish, wish_of
from voice.turns.ladders import Ladder, Step, no_match

DOUBTFUL = 0.25
"""Heard less surely counts as not heard well; three in a row bring in a person."""

MOST_DOUBTFUL = 3


@dataclass(frozen=True, slots=True)
class Send:
    """Give it to the dialogue."""

    text: str
    heard: Heard | None
    """None: it was keyed."""
    naming: str = ""
    """Said before the answer: what was understood."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Say this, then listen again; the question itself follows where `with_question`."""

    text: str
    with_question: bool = False


@dataclass(frozen=True, slots=True)
class Obey:
    """Do what the line was told."""

    command: Command | Wish


@dataclass(frozen=True, slots=True)
class Person:
    """Say this and bring in a person."""

    reason: Reason
    text: str


Verdict = Send | Ask | Obey | Person


@dataclass(frozen=True, slots=True)
class _Unconfirmed:
    text: str
    heard: Heard


class Answers:
    """Judges one call's answers."""

    def __init__(self) -> None:
        """Nothing has been asked."""
        self._question = FREE
        self._gentle = False
        self._misses: Ladder = no_match()
        self._doubtful = 0
        self._doubted = ""
        self._unconfirmed: _Unconfirmed | None = None

    @property
    def listening(self) -> Listening:
        """How to listen now: for the question, or for a yes to what was read back."""
        if self._unconfirmed is None:
            return self._question
        endpointing = YES_NO.endpointing.patient() if self._gentle else YES_NO.endpointing
        return replace(YES_NO, endpointing=endpointing, secret=self._question.secret)

    def expect(self, listening: Listening, *, gentle: bool) -> None:
        """The dialogue has asked something."""
        self._question, self._gentle = listening, gentle
        self._unconfirmed = None
        self._doubted = ""

    def keyed(self, keys: str) -> Verdict:
        """Keys were pressed as an answer; they are never doubted."""
        text = self.listening.keys.text(keys)
        self._misses.reset()
        if self._unconfirmed is not None and text in ("yes", "no"):
            return self._confirmed(text == "yes")
        self._unconfirmed = None
        return Send(text, None)

    def spoken(self, text: str, heard: Heard | None) -> Verdict:
        """Something was said; `text` is what one would have typed, empty where nothing was made out."""
        if heard is None or not text.strip():
            return self._missed(prompts.NOT_CAUGHT)
        command = command_in(heard.text) or wish_of(heard.text)
        if command is not None:
            self._misses.reset()
            return Obey(command)
        if self._is_doubtful(heard):
            return Person(Reason.NOT_HEARD, prompts.NOT_HEARD_PERSON)
        if self._unconfirmed is not None:
            yes = _yes_or_no(text)
            if yes is not None:
                return self._confirmed(yes)
            # A better answer instead of yes or no: it is judged like the first.
            self._unconfirmed = None
        return self._judged(text, heard)

    def silent(self, times: int, *, last: bool) -> Verdict:
        """Nothing was said."""
        if last:
            return Person(Reason.NOT_HEARD, prompts.NOT_HEARD_PERSON)
        return Ask(prompts.NOTHING_HEARD if times == 1 else prompts.STILL_THERE, with_question=True)

    def _is_doubtful(self, heard: Heard) -> bool:
        self._doubtful = self._doubtful + 1 if heard.confidence < DOUBTFUL else 0
        return self._doubtful >= MOST_DOUBTFUL

    def _judged(self, text: str, heard: Heard) -> Verdict:
        if not self._answers(text):
            # No value of this kind, but words: a question, a wish, a person. The dialogue knows.
            self._misses.reset()
            return Send(text, heard)
        confirmation = self._question.trust.of(heard.confidence)
        if confirmation in (Confirmation.AGAIN, Confirmation.KEYPAD):
            confirmation = self._better(confirmation, text)
        self._doubted = text
        match confirmation:
            case Confirmation.ACCEPT:
                self._misses.reset()
                return Send(text, heard)
            case Confirmation.IMPLICIT:
                self._misses.reset()
                return Send(text, heard, "" if self._question.secret else prompts.understood(text))
            case Confirmation.READ_BACK:
                self._unconfirmed = _Unconfirmed(text, heard)
                return Ask(prompts.read_back(text))
            case Confirmation.KEYPAD:
                return self._missed(f"{prompts.NOT_SURE} {prompts.KEY_IT_IN}", bare=True)
            case _:
                return self._missed(prompts.NOT_SURE)

    def _better(self, confirmation: Confirmation, text: str) -> Confirmation:
        """What to do instead of asking again: the answer is the same twice, or one of the few that fit."""
        if self._question.grammar.kind is GrammarKind.YES_NO:
            # The second "yes" is the confirmation of the first.
            return Confirmation.ACCEPT if _yes_or_no(text) is _yes_or_no(self._doubted) else confirmation
        known = text.casefold() in (one.casefold() for one in self._question.grammar.phrases)
        return Confirmation.READ_BACK if known or text == self._doubted else confirmation

    def _answers(self, text: str) -> bool:
        """Whether the text can be a value of the kind that is asked for."""
        kind = self._question.grammar.kind
        if kind in (GrammarKind.DIGITS, GrammarKind.DATE, GrammarKind.AMOUNT):
            return any(character.isdigit() for character in text)
        if kind is GrammarKind.YES_NO:
            return _yes_or_no(text) is not None
        return True

    def _confirmed(self, yes: bool) -> Verdict:
        unconfirmed, self._unconfirmed = self._unconfirmed, None
        if yes and unconfirmed is not None:
            self._misses.reset()
            return Send(unconfirmed.text, unconfirmed.heard)
        if self._question.grammar.kind is GrammarKind.DIGITS:
            return self._missed(prompts.KEY_IT_IN, bare=True)
        return self._missed("")

    def _missed(self, words: str, *, bare: bool = False) -> Verdict:
        if self._gentle and len(self._misses.steps) > 2:
            self._misses = Ladder(no_match(gentle=True).steps, self._misses.misses)
        step = self._misses.miss()
        if step is Step.PERSON:
            return Person(Reason.NOT_HEARD, prompts.NOT_HEARD_PERSON)
        if bare:
            return Ask(words)
        help_words = f" {prompts.SAY_OR_KEY}" if step is Step.HELP else ""
        return Ask(f"{words}{help_words}".strip(), with_question=True)


def _yes_or_no(text: str) -> bool | None:
    try:
        return read_yes_no(text)
    except Misread:
        return None
