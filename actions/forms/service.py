"""How a service is described: its fields, its read-back, and what is done in the end.

A service is data; whatever all services share belongs to the engine.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from actions.normalise import Choice, Misread
from actions.reply import Button

if TYPE_CHECKING:
    from actions.servicing.transaction import Transaction

Answers = Mapping[str, Any]
"""Values by field name: str, bool, date, Decimal, or None for an optional field left out."""


@dataclass(frozen=True, slots=True)
class PolicyBrief:
    """A policy of the verified customer, as much of it as a question needs."""

    id: int
    number: str
    product: str
    kind: str
    state: str

    @property
    def title(self) -> str:
        """As it stands on a button."""
        return f"{self.product} ({self.number})"


@dataclass(frozen=True, slots=True)
class Profile:
    """What the insurer has on file of the verified customer."""

    id: int
    number: str
    name: str
    mobile: str
    email: str
    birth: date
    gentle: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known in a turn besides the customer's words; readers and prompts use it."""

    today: date
    level: int = 0
    """Identity level that holds now."""

    profile: Profile | None = None
    policies: tuple[PolicyBrief, ...] = ()
    policy_number: str | None = None
    """The policy this conversation is about, named by the verified customer."""

    identifier: str | None = None
    """The policy or phone number given to identify, at whatever level."""

    earlier: Mapping[tuple[str, str], Any] = field(default_factory=dict)
    """What this customer answered in earlier forms of the conversation, by name and title of the question."""

    more: Mapping[str, Any] = field(default_factory=dict)
    """What the service that is open looked up for its questions; see `Service.look_up`."""


@dataclass(frozen=True, slots=True)
class Context:
    """Where a service is carried out."""

    conversation_id: str
    version: int
    now: datetime
    facts: Facts

    @property
    def customer_id(self) -> int:
        """The verified customer.

        Raises:
            PermissionError: nobody is verified; the service's level must be wrong.
        """
        if self.facts.level < 2 or self.facts.profile is None:
            raise PermissionError("this needs a verified customer")
        return self.facts.profile.id


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a service answers when it is done."""

    text: str
    buttons: tuple[Button, ...] = ()
    receipt: str | None = None
    claim: str | None = None
    handoff: str | None = None
    """Reason for which a person takes over from here."""

    custom: Mapping[str, Any] = field(default_factory=dict)


def always(_answers: Answers) -> bool:
    """The condition of a field that is asked in any case."""
    return True


def accept(_value: Any, _answers: Answers, _facts: Facts) -> None:
    """The check of a field that has no further constraint."""


def no_choices(_facts: Facts) -> tuple[Choice, ...]:
    """The choices of a field that is answered freely."""
    return ()


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a service needs to know."""

    name: str
    title: str
    """As it is called in the read-back and in "change the ...", in lower case."""

    prompt: str | Callable[[Answers, Facts], str]
    read: Callable[[str, Facts], Any]
    """Value from the answer to the question. Raises `Misread`."""

    help: str = ""
    why: str = ""
    """Why it is asked, in one sentence."""

    choices: Callable[[Facts], tuple[Choice, ...]] = no_choices
    optional: bool = False
    free: bool = False
    """Any text is an answer: what interrupts it must be certain."""

    secret: bool = False
    """Part of a proof of identity: forgotten once checked, never read back."""

    aliases: tuple[str, ...] = ()
    """Other words by which a correction names it."""

    entities: tuple[str, ...] = ()
    """Entities of the understanding that carry it."""

    scan: Callable[[str, Facts], Any] | None = None
    """Value from a longer text that was no answer to this question; None when there is none. May raise."""

    known: Callable[[Facts], Any] | None = None
    """Value already on file; it is not asked but appears in the read-back."""

    before: Callable[[Facts], Any] | None = None
    """Value on file that is asked for all the same; "the same as before" means it."""

    fresh: bool = False
    """Must be answered each time: an earlier answer is none."""

    early: bool = False
    """Asked before the strong proof of identity: it only chooses, and shows nothing."""

    when: Callable[[Answers], bool] = always
    resolve: Callable[[Any, Answers, Facts], Any] | None = None
    """Turns what was read into the value where other answers decide it: "half of it" of which policy."""

    check: Callable[[Any, Answers, Facts], None] = accept
    """Constraints of this field on a value that was read. Raises `Misread`."""

    show: Callable[[Any, Facts], str] | None = None
    """How the value is read back."""

    on_ask: "Callable[[Session, Context], Outcome | None] | None" = None
    """Done once when it is asked, a code sent for example; an outcome ends the service instead."""

    on_answer: Callable[[Session, Context, Any], Any] | None = None
    """Looks at an answer with the records and gives the value that is kept. Raises `Misread`."""

    failure: str = "field_failed"
    """Reason of the handoff after three answers that could not be used."""

    def ask(self, answers: Answers, facts: Facts) -> str:
        """The question in words."""
        return self.prompt if isinstance(self.prompt, str) else self.prompt(answers, facts)

    def value_of(self, text: str, answers: Answers, facts: Facts) -> Any:
        """Read and check an answer.

        Raises:
            Misread: it is no value for this field.
        """
        value = self.read(text, facts)
        if self.resolve is not None:
            value = self.resolve(value, answers, facts)
        self.check(value, answers, facts)
        return value


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that makes a service, in one place."""

    intent: str
    title: str
    """What it does, as a customer would say it: "report a claim"."""

    submit: Callable[[Session, Context, Answers], Outcome]
    fields: tuple[Field, ...] = ()
    assurance: int = 0
    confirm: Callable[[Answers, Facts], str] | None = None
    """The read-back; without one the service is carried out as soon as the fields are there."""

    opening: Callable[[str], str] | None = None
    """What is said once, before the first question; takes the words the customer began with."""

    code: str = ""
    tier: int = 1
    recheck: Callable[[Answers, Facts], tuple[str, Misread] | None] | None = None
    """A condition over several answers: the field to ask again, and why; None when all is well."""

    look_up: "Callable[[Session, Context], Mapping[str, Any] | Outcome] | None" = None
    """Reads what its questions need, into `Facts.more`, as soon as its identity level holds and again in
    every turn. An outcome instead ends the service before its first question: there is nothing to do, or
    it cannot be done, and the customer is told why."""

    stop: "Callable[[Session, Context, Answers], Outcome | None] | None" = None
    """Looked at before every question and again before carrying out: an outcome ends the service with its
    reason and other ways, whatever was asked so far."""

    transaction: "Transaction | None" = None
    """The description of a servicing transaction, from which this service was made."""

    def field(self, name: str) -> Field | None:
        """The field of that name."""
        return next((field for field in self.fields if field.name == name), None)
