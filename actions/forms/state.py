"""The state of a form between turns, and its shape as JSON in the records.

Holds what was answered, never who the customer is: identity is not kept in forms.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

CONFIRM = "@confirm"
CHANGE = "@change"
RESUME = "@resume"
STRENGTHEN = "@strengthen"
"""Questions of the engine itself: is it right, what shall be changed, shall we go on, has the strong proof of
identity been given."""


@dataclass(slots=True)
class FormState:
    """Where a form stands."""

    answers: dict[str, Any] = field(default_factory=dict)
    proof: dict[str, Any] = field(default_factory=dict)
    """Answers to the identity questions, until they are checked."""

    asking: str | None = None
    """The field, or question of the engine, that was asked last."""

    order: list[str] = field(default_factory=list)
    """Fields in the order they were answered; the last one is what a vague correction means."""

    tries: dict[str, int] = field(default_factory=dict)
    """Answers in a row that could not be used, by field; with a "?" before it, its explanations."""

    offered: list[list[str]] = field(default_factory=list)
    """Readings (value, title) that were offered for the question asked."""

    heard: str = ""
    """First words of the customer, read again when more is known."""

    identifier: str | None = None

    stale: bool = False
    """Somebody else spoke when it was filled in: nothing of it is "the same as before"."""

    def copy(self) -> "FormState":
        """An independent copy."""
        return replace(
            self,
            answers=dict(self.answers),
            proof=dict(self.proof),
            order=list(self.order),
            tries=dict(self.tries),
            offered=[list(pair) for pair in self.offered],
        )

    def put(self, name: str, value: Any, *, secret: bool) -> None:
        """Take an answer; its failed tries are forgotten."""
        (self.proof if secret else self.answers)[name] = value
        self.tries.pop(name, None)
        self.tries.pop(f"?{name}", None)
        if name in self.order:
            self.order.remove(name)
        if not secret:
            self.order.append(name)

    def reopen(self, name: str) -> None:
        """Forget an answer so that it is asked again."""
        self.answers.pop(name, None)
        self.proof.pop(name, None)
        self.tries.pop(name, None)
        if name in self.order:
            self.order.remove(name)

    def as_json(self) -> dict[str, Any]:
        """The shape kept in the records; what is empty is left out."""
        shape: dict[str, Any] = {
            "answers": {name: pack(value) for name, value in self.answers.items()},
            "proof": {name: pack(value) for name, value in self.proof.items()},
            "asking": self.asking,
            "order": self.order,
            "tries": self.tries,
            "offered": self.offered,
            "heard": self.heard,
            "identifier": self.identifier,
            "stale": self.stale,
        }
        return {name: value for name, value in shape.items() if value}


def from_json(shape: Mapping[str, Any]) -> FormState:
    """The state that was kept."""
    return FormState(
        answers={name: unpack(value) for name, value in shape.get("answers", {}).items()},
        proof={name: unpack(value) for name, value in shape.get("proof", {}).items()},
        asking=shape.get("asking"),
        order=list(shape.get("order", ())),
        tries=dict(shape.get("tries", {})),
        offered=[list(pair) for pair in shape.get("offered", ())],
        heard=shape.get("heard", ""),
        identifier=shape.get("identifier"),
        stale=bool(shape.get("stale")),
    )


def pack(value: Any) -> Any:
    """A value as JSON that can be told apart again."""
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, Decimal):
        return {"amount": str(value)}
    return value


def unpack(value: Any) -> Any:
    """A value from its JSON."""
    if isinstance(value, dict):
        if "date" in value:
            return date.fromisoformat(value["date"])
        if "amount" in value:
            return Decimal(value["amount"])
    return value
