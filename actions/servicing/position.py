"""Where a customer and their policies stand, as values that a transaction asks and computes with.

Never written, never kept between turns; `actions.servicing.standing` reads them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from actions.forms.service import Answers, Facts
from actions.servicing import calculations
from actions.servicing.calculations import Debt

WATCHED = timedelta(hours=72)
"""So long after a change of the telephone number a person looks at money that goes out; and so long payouts
are added up."""


@dataclass(frozen=True, slots=True)
class Due:
    """Survival, annuity or maturity money that was not drawn yet."""

    kind: str
    amount: Decimal
    payable_on: date


@dataclass(frozen=True, slots=True)
class Position:
    """A policy of the verified customer, with all that is owed on it and due from it."""

    id: int
    number: str
    product: str
    kind: str
    participating: bool
    state: str
    insured_name: str
    insured_birth: date
    insured_is_holder: bool
    riders: tuple[str, ...]
    """Kinds of the riders."""

    beneficiaries: tuple[tuple[str, Decimal], ...]
    """Names and shares."""

    start: date
    received_on: date | None
    lapsed_on: date | None
    sum_insured: Decimal
    premium: Decimal
    frequency: str
    next_due: date | None
    cash_value: Decimal
    account_value: Decimal | None
    dividend_option: str | None
    dividend_balance: Decimal
    auto_premium_loan: bool
    debts: tuple[Debt, ...]
    benefits: tuple[Due, ...]
    paid: Decimal | None
    """Premiums paid since the start; None when the records cannot tell."""

    account: str
    """The customer's own account from which premiums come; empty when none is on file."""

    payout_account: str
    paid_by: str
    document: str
    document_issue: int
    next_frequency: str
    open_requests: Mapping[str, str]
    """Receipts of requests on this policy that are not decided, by code."""

    @property
    def title(self) -> str:
        """As customers know it."""
        return f"{self.product} ({self.number})"

    def insured_age(self, today: date) -> int:
        """Full years of the insured person."""
        born = self.insured_birth
        return today.year - born.year - ((today.month, today.day) < (born.month, born.day))

    def ready(self, today: date) -> Decimal:
        """Survival, annuity or maturity money that is payable by today."""
        return sum((due.amount for due in self.benefits if due.payable_on <= today), calculations.ZERO)

    def owed(self, today: date) -> Decimal:
        """Loans with interest."""
        return calculations.owed(self.debts, today)

    def loan_limit(self, today: date) -> Decimal:
        """What can still be borrowed."""
        return calculations.loan_limit(self.cash_value, self.owed(today))


@dataclass(frozen=True, slots=True)
class Person:
    """The verified customer, as far as transactions need."""

    name: str
    number: str
    mobile: str
    email: str
    address: str
    sex: str
    birth: date
    id_no: str
    age: int
    id_expires: date | None
    marital_status: str
    nationality: str
    employer: str
    occupation: str
    occupation_class: int | None
    notices: str
    number_changed: bool
    """The telephone number was changed less than 72 hours ago."""

    former_mobile: str
    """The number before that change; empty when there was none."""

    paid_out_lately: Decimal
    """Ordered to be paid out in the last 72 hours, over all policies."""

    open_requests: Mapping[str, str]
    """Receipts of requests about no policy in particular that are not decided, by code."""


@dataclass(frozen=True, slots=True)
class Case:
    """One request as far as it is filled in, with everything its description may look at."""

    answers: Answers
    facts: Facts

    @property
    def today(self) -> date:
        """The calendar date."""
        return self.facts.today

    @property
    def known_position(self) -> Position | None:
        """The policy it is about; None while it is not chosen, or nobody is verified."""
        positions: Mapping[str, Position] = self.facts.more.get("positions", {})
        return positions.get(self.answers.get("policy") or "")

    @property
    def position(self) -> Position:
        """The policy it is about.

        Raises:
            PermissionError: nobody verified chose one of their policies.
        """
        if self.known_position is None:
            raise PermissionError("this needs a policy of a verified customer")
        return self.known_position

    @property
    def known_person(self) -> Person | None:
        """The verified customer."""
        return self.facts.more.get("person")

    @property
    def person(self) -> Person:
        """The verified customer.

        Raises:
            PermissionError: nobody is verified.
        """
        if self.known_person is None:
            raise PermissionError("this needs a verified customer")
        return self.known_person


def positions(facts: Facts) -> Sequence[Position]:
    """All policies of the verified customer."""
    return tuple(facts.more.get("positions", {}).values())
