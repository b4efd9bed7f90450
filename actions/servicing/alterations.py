"""What changing a contract costs or leaves, as pure functions exact to the cent.

Each names its formula and the rule behind it, like `actions.servicing.calculations`; none touches records.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from actions.services.interest import loan_interest
from actions.servicing.calculations import (
    LOAN_RATE,
    MONTHS,
    ZERO,
    add_months,
    cents,
    floor,
    instalment,
    pro_rata,
)

REINSTATEMENT_YEARS = 2
"""From the lapse (insurer's facts: reinstatement; Insurance Law, art. 37)."""

LOADINGS = {
    1: Decimal(1),
    2: Decimal(1),
    3: Decimal(1),
    4: Decimal(1),
    5: Decimal("1.25"),
    6: Decimal("1.50"),
}
"""Premium of an occupation class as a share of the normal one (occupation_class_5, occupation_class_6)."""

LOADED = ("whole_life", "term_life", "critical_illness")
"""Kinds of policies whose premium depends on the occupation class (article occupation_classes)."""


def paid_up_rate(age: int) -> Decimal:
    """Single premium for one yuan of whole-life cover: 0.20 + 0.005 x age, between 0.20 and 0.90.

    Source: the made-up insurer's table, fitted to the worked example of article reduced_paid_up_explained
    (40,000 of cash value buy about 110,000 in the thirties). An agent gives the exact figure.
    """
    return min(Decimal("0.90"), max(Decimal("0.20"), Decimal("0.20") + Decimal("0.005") * age))


def reduced_paid_up(cash_value: Decimal, owed: Decimal, rate: Decimal, sum_insured: Decimal) -> Decimal:
    """The smaller cover that needs no more premiums.

        sum = min(sum insured, max(0, cash value - what is owed) / single premium per yuan), rounded down

    Source: article reduced_paid_up_explained (a loan and its interest are taken off first).
    """
    return min(sum_insured, floor(max(ZERO, cash_value - owed) / rate))


@dataclass(frozen=True, slots=True)
class Reinstatement:
    """What brings a lapsed policy back."""

    premiums: Decimal
    interest: Decimal

    @property
    def total(self) -> Decimal:
        """What is to be paid."""
        return self.premiums + self.interest


def overdue(next_due: date, frequency: str, today: date) -> tuple[date, ...]:
    """The due dates that have passed unpaid, `next_due` first."""
    dates: list[date] = []
    count = 0
    while (due := add_months(next_due, count * MONTHS[frequency])) <= today:
        dates.append(due)
        count += 1
    return tuple(dates)


def reinstatement(premium: Decimal, due_dates: Sequence[date], today: date) -> Reinstatement:
    """Overdue premiums with interest.

        interest = sum over the overdue instalments of premium x 5 % x days since due / 365

    simple, each instalment rounded to the cent.
    Source: article lapse_and_reinstatement; Insurance Law, art. 37.
    """
    interest = sum((loan_interest(premium, LOAN_RATE, due, today) for due in due_dates), ZERO)
    return Reinstatement(premium * len(due_dates), interest)


def reinstatement_ends(lapsed_on: date) -> date:
    """The last day on which a lapsed policy can be brought back: lapse + 2 years (reinstatement)."""
    return add_months(lapsed_on, 12 * REINSTATEMENT_YEARS)


def occupation_premium(premium: Decimal, old_class: int | None, new_class: int) -> Decimal:
    """An instalment after a change of occupation.

        premium x loading of the new class / loading of the old class

    An unknown old class costs nothing extra. Source: article occupation_classes (classes 1 to 4 pay the same,
    class 5 and class 6 more; occupation_class_5, occupation_class_6).
    """
    return cents(premium * LOADINGS[new_class] / LOADINGS[old_class or 1])


def rest_of_period(difference: Decimal, next_due: date, frequency: str, today: date) -> Decimal:
    """The part of a difference between two instalments that falls on the days before the next one is due.

        rest = difference x days from today to the due date / days of the period

    Nothing where the due date has come; never more than the difference. Source: article occupation_classes
    (the unused part of an extra premium is paid back).
    """
    whole = (next_due - add_months(next_due, -MONTHS[frequency])).days
    return pro_rata(difference, min(whole, max(0, (next_due - today).days)), whole)


def raised_premium(premium: Decimal, sum_insured: Decimal, new_sum: Decimal) -> Decimal:
    """An instalment after the sum insured was raised: premium x new sum / sum insured.

    Source: article partial_surrender_effect the other way round. An agent checks it with age and health.

    Raises:
        ValueError: the new sum is not higher.
    """
    if not 0 < sum_insured < new_sum:
        raise ValueError(f"not above {sum_insured}: {new_sum}")
    return cents(premium * new_sum / sum_insured)


def rider_premium(kind: str, age: int, occupation_class: int, frequency: str) -> Decimal:
    """An instalment of a rider.

        hospital cash   (200 + 10 x age) a year
        accident        300 a year, twice as much in class 4, three times as much in class 5

    times the factor of the rhythm. Source: the made-up insurer's table; article riders_explained (the price
    depends on age and occupation class). An agent gives the exact figure.

    Raises:
        ValueError: not a rider, or accident in class 6, which it does not take.
    """
    if kind == "hospital_cash":
        return instalment(Decimal(200 + 10 * age), frequency)
    if kind == "accident" and occupation_class in _ACCIDENT:
        return instalment(300 * _ACCIDENT[occupation_class], frequency)
    raise ValueError(f"no premium for {kind} in class {occupation_class}")


_ACCIDENT = {1: Decimal(1), 2: Decimal(1), 3: Decimal(1), 4: Decimal(2), 5: Decimal(3)}
