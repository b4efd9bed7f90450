"""What became of a message: the verdicts of the form engine, and the state after each.

Values and small changes of a state; what leads to them is decided in the engine.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from actions.forms.correction import MISSING
from actions.forms.service import Field
from actions.forms.state import FormState
from actions.normalise import Misread

TRIES = 3
"""So many answers in a row that cannot be used, and a person takes over."""


class Verdict(StrEnum):
    """What became of a message."""

    TOOK = "took"
    NOTED = "noted"
    """It answered other questions, not the one that was asked."""

    CHANGED = "changed"
    REOPENED = "reopened"
    MISREAD = "misread"
    FAILED = "failed"
    EXPLAINED = "explained"
    LEFT = "left"
    CANCELLED = "cancelled"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    RESUMED = "resumed"
    PERSON = "person"
    STALE = "stale"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a message, and the state after it."""

    verdict: Verdict
    state: FormState
    field: Field | None = None
    intent: str = ""
    """Why the question was left."""

    misread: Misread | None = None
    text: str = ""
    """The explanation that was asked for."""


def missed(state: FormState, name: str, field: Field | None, misread: Misread) -> Decision:
    """An answer that cannot be used: counted, and what it could have meant is offered."""
    state.tries[name] = state.tries.get(name, 0) + 1
    state.offered = [[option.value, option.title] for option in misread.options]
    verdict = Verdict.FAILED if state.tries[name] >= TRIES else Verdict.MISREAD
    return Decision(verdict, state, field, misread=misread)


def reopen(state: FormState, field: Field) -> Decision:
    """An answer is to be changed, and the new one was not said."""
    state.reopen(field.name)
    state.offered = []
    return Decision(Verdict.REOPENED, state, field)


def change(state: FormState, field: Field, value: Any) -> Decision:
    """An answer was changed; `MISSING` asks for it again."""
    if value is MISSING:
        return reopen(state, field)
    state.put(field.name, value, secret=field.secret)
    state.offered = []
    return Decision(Verdict.CHANGED, state, field)
