"""A servicing transaction as one declarative description: what it asks, needs, shows, waits for and does.

Only the description: `actions.servicing.recording` makes the service of it, and `actions.servicing.decision`
decides on what it recorded.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from actions.forms.service import Context, Field
from actions.services.catalogue import CATALOGUE, Entry
from actions.services.policy_choice import policy_field
from actions.servicing.interlock import MoneyOut
from actions.servicing.position import Case
from records.models import ServiceTransaction

DECISION_DAYS = 5
"""Working days within which an agent decides (insurer's facts: reinstatement_decision)."""

Effect = Callable[[Session, ServiceTransaction, datetime], None]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a transaction cannot be done in this case, and what can be done instead."""

    code: str
    reason: str
    """A full sentence to the customer."""

    alternatives: tuple[str, ...] = ()
    """Intents, offered as buttons."""

    handoff: str | None = None
    """Reason for which a person takes over at once."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that must hold for a transaction to be possible."""

    words: str
    """For the page of services: "the policy is in force"."""

    refuse: Callable[[Case], Refusal | None]
    """The refusal, or None when it holds or cannot be told yet."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a transaction that is not carried out at once waits for."""

    for_what: str
    """In the customer's words: "a photo of the document"."""

    until: date | None = None
    """Day on which it is carried out by itself."""


def at_once(_case: Case) -> Waiting | None:
    """A transaction that waits for nothing."""
    return None


def nothing_to_pay_out(_case: Case) -> MoneyOut | None:
    """A transaction by which no money leaves."""
    return None


def nothing_to_pay_in(_session: Session, _row: ServiceTransaction, _now: datetime) -> Decimal:
    """A transaction for which the customer need not pay anything."""
    return Decimal(0)


def two_eyes(_session: Session, _row: ServiceTransaction) -> str | None:
    """A transaction that one agent may decide."""
    return None


@dataclass(frozen=True, slots=True)
class FourEyes:
    """When a second agent must agree before a transaction is carried out."""

    words: str
    """For the page of services: "above CNY 50,000"."""

    reason: Callable[[Session, ServiceTransaction], str | None]
    """Why, to the agents; None where one is enough."""


ONE_AGENT = FourEyes("", two_eyes)


def nothing_more(_session: Session, _context: Context) -> Mapping[str, Any]:
    """A transaction for which the customer and their policies are all there is to know."""
    return {}


def no_effect(_session: Session, _row: ServiceTransaction, _now: datetime) -> None:
    """A transaction whose record is all there is to it."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """Everything that makes a servicing transaction, in one place.

    Code, level and tier stand in the catalogue; a transaction that is not listed there brings its `entry`.
    """

    intent: str
    details: Callable[[Case], Mapping[str, Any]]
    """What is recorded, as JSON: the effect works from this alone, today or when an agent approves."""

    lines: Callable[[Case], tuple[str, ...]]
    """The read-back, with all money in it."""

    next_steps: Callable[[Case], str]
    """What happens next, in sentences to the customer."""

    fields: tuple[Field, ...] = ()
    """The questions after the policy."""

    about_policy: bool = True
    policy: Field = field(default_factory=lambda: policy_field(early=True))
    look_up: Callable[[Session, Context], Mapping[str, Any]] = nothing_more
    """Reads what it alone needs of the verified customer, into `Facts.more`."""

    conditions: tuple[Condition, ...] = ()
    papers: tuple[str, ...] = ()
    money: Callable[[Case], MoneyOut | None] = nothing_to_pay_out
    callback: bool = False
    """A person calls back before money leaves, where amount, age or a fresh number say so."""

    call_first: Callable[[Case], str | None] | None = None
    """A reason of its own for which a person calls before it is carried out."""

    waits: Callable[[Case], Waiting | None] = at_once
    prepare: Effect = no_effect
    """What is done when it is recorded, before it is carried out: an order to pay, for example."""

    to_pay: Callable[[Session, ServiceTransaction, datetime], Decimal] = nothing_to_pay_in
    """What the customer must pay once agents have agreed, before the effect. Raises `NotPossible`."""

    effect: Effect = no_effect
    undo: Effect = no_effect
    """Takes back what `prepare` did, when the customer withdraws."""

    four_eyes: FourEyes = ONE_AGENT
    who: str = "the policyholder"
    sole: bool = True
    """A second request of the kind is refused while one is open."""

    entry: Entry | None = None
    """Its own line of the catalogue."""

    @property
    def listed(self) -> Entry:
        """Its line of the catalogue."""
        return self.entry or CATALOGUE[self.intent]

    @property
    def code(self) -> str:
        """The code of the catalogue."""
        return self.listed.code

    @property
    def by_agent(self) -> bool:
        """Whether an agent decides."""
        return self.listed.tier == "human"


def amount_of(row: ServiceTransaction, name: str = "amount") -> Decimal:
    """An amount among the details."""
    return Decimal(row.details[name])
