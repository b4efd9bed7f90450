"""The course of a form: which question is next, and when it is complete.

Pure, and the same whatever was said: only answers, conditions and the identity level count.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from actions.forms.service import Facts, Field, Service
from actions.forms.state import FormState


class Stage(StrEnum):
    """What a form needs next."""

    ASK = "ask"
    PROVE = "prove"
    STRENGTHEN = "strengthen"
    CONFIRM = "confirm"
    SUBMIT = "submit"


@dataclass(frozen=True, slots=True)
class Next:
    """What a form needs next; the field when it is a question."""

    stage: Stage
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """A service being filled in: its description, the identity questions before it, and its number."""

    service: Service
    proof: tuple[Field, ...]
    """Questions that raise identity to the level the service needs; empty when it is reached."""

    version: int

    @property
    def fields(self) -> tuple[Field, ...]:
        """All questions, identity first."""
        return self.proof + self.service.fields

    def field(self, name: str | None) -> Field | None:
        """The question of that name."""
        return next((field for field in self.fields if field.name == name), None)


def where(form: Form, state: FormState, facts: Facts) -> Next:
    """What the form needs next."""
    for field in form.proof:
        if field.name not in state.proof:
            return Next(Stage.ASK, field)
    if form.proof:
        return Next(Stage.PROVE)
    weak = facts.level < form.service.assurance
    for field in form.service.fields:
        if field.name not in state.answers and field.when(state.answers) and (field.early or not weak):
            return Next(Stage.ASK, field)
    if weak:
        return Next(Stage.STRENGTHEN)
    return Next(Stage.CONFIRM if form.service.confirm else Stage.SUBMIT)


def active_answers(form: Form, state: FormState) -> dict[str, Any]:
    """The answers that count: a field whose condition no longer holds is left out."""
    return {
        field.name: state.answers[field.name]
        for field in form.service.fields
        if field.name in state.answers and field.when(state.answers)
    }


def bag(state: FormState, field: Field) -> dict[str, Any]:
    """Where the answer to a question is kept."""
    return state.proof if field.secret else state.answers
