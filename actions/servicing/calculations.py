"""Every sum of money in servicing, as pure functions exact to the cent.

Each names its formula and the rule behind it; none rounds twice, none touches records or clock.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from actions.services.interest import DAYS_A_YEAR, loan_interest

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
LOAN_SHARE = Decimal("0.80")
"""Highest policy loan, of the cash value, older loans and interest included (insurer's facts: loan_share)."""

LOAN_RATE = Decimal("0.05")
"""Yearly interest of policy loans, automatic premium loans and overdue premiums (loan_rate)."""

COOLING_OFF_DAYS = 15
"""Counted from the day after the signed receipt (cooling_off; Insurance Law practice, 15 days)."""

GRACE_DAYS = 60
"""From the due date, without interest (grace_period; Insurance Law, art. 36)."""

ENTRY_CHARGE = Decimal("0.03")
"""Of each payment into a universal-life account (ul_entry_charge)."""

FACTORS = {
    "yearly": Decimal(1),
    "half_yearly": Decimal("0.52"),
    "quarterly": Decimal("0.265"),
    "monthly": Decimal("0.09"),
}
"""One instalment as a share of the yearly premium (frequency_half_yearly, _quarterly, _monthly)."""

MONTHS = {"yearly": 12, "half_yearly": 6, "quarterly": 3, "monthly": 1}
"""Months from one instalment to the next."""


def cents(amount: Decimal) -> Decimal:
    """Rounded half up to the cent: how the insurer rounds what is owed either way."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def floor(amount: Decimal) -> Decimal:
    """Rounded down to the cent: how limits and payouts are rounded, never above what there is."""
    return amount.quantize(CENT, ROUND_DOWN)


@dataclass(frozen=True, slots=True)
class Debt:
    """A loan that is not paid back."""

    principal: Decimal
    rate: Decimal
    since: date

    def interest(self, today: date) -> Decimal:
        """Simple daily interest: principal x rate x days / 365 (see `actions.services.interest`)."""
        return loan_interest(self.principal, self.rate, self.since, today)

    def owed(self, today: date) -> Decimal:
        """Principal and interest up to today."""
        return self.principal + self.interest(today)


def owed(debts: Sequence[Debt], today: date) -> Decimal:
    """Everything owed on a policy: the sum of principals and interest."""
    return sum((debt.owed(today) for debt in debts), ZERO)


def loan_limit(cash_value: Decimal, owed: Decimal) -> Decimal:
    """What can still be borrowed.

        limit = max(0, 80 % x cash value - what is owed with interest), rounded down

    Source: insurer's facts, loan_share (the limit includes older loans and their interest).
    """
    return max(ZERO, floor(cash_value * LOAN_SHARE - owed))


def surrender_value(cash_value: Decimal, owed: Decimal) -> Decimal:
    """What a full surrender pays.

        value = max(0, cash value - what is owed with interest)

    Source: article surrender_loss (a loan and its interest are taken off the payout).
    """
    return max(ZERO, cents(cash_value - owed))


def surrender_loss(paid: Decimal, cash_value: Decimal) -> Decimal:
    """What giving up costs: money paid that does not come back.

        loss = max(0, premiums paid - cash value)

    A loan changes nothing: its money was received before. Source: worked example of article surrender_loss
    (36,000 paid, cash value 17,000: loss 19,000).
    """
    return max(ZERO, cents(paid - cash_value))


@dataclass(frozen=True, slots=True)
class PartialSurrender:
    """What lowering the sum insured does."""

    payout: Decimal
    paid_for_part: Decimal
    """Premiums that were paid for the part given up."""

    loss: Decimal
    cash_value: Decimal
    """What stays."""

    premium: Decimal
    """Of each instalment, from the next due date."""


def partial_surrender(
    sum_insured: Decimal, new_sum: Decimal, cash_value: Decimal, paid: Decimal, premium: Decimal
) -> PartialSurrender:
    """Lower the sum insured from `sum_insured` to `new_sum`.

        part    = (sum insured - new sum) / sum insured
        payout  = cash value x part, rounded down
        loss    = max(0, premiums paid x part - payout)
        premium = premium x new sum / sum insured

    What is paid out and what stays sum to the cash value. Source: worked example of article
    partial_surrender_effect (300,000 to 200,000 with 30,000 of cash value: 10,000 are paid out).

    Raises:
        ValueError: the new sum does not lie between zero and the old one.
    """
    if not 0 < new_sum < sum_insured:
        raise ValueError(f"not between 0 and {sum_insured}: {new_sum}")
    given_up = sum_insured - new_sum
    payout = floor(cash_value * given_up / sum_insured)
    paid_for_part = cents(paid * given_up / sum_insured)
    return PartialSurrender(
        payout,
        paid_for_part,
        max(ZERO, paid_for_part - payout),
        cash_value - payout,
        cents(premium * new_sum / sum_insured),
    )


def instalment(yearly: Decimal, frequency: str) -> Decimal:
    """One payment in a rhythm.

        instalment = yearly premium x factor of the rhythm (1, 0.52, 0.265, 0.09)

    Source: insurer's facts, frequency_*; worked example of article premium_frequency_cost.
    """
    return cents(yearly * FACTORS[frequency])


def yearly_premium(premium: Decimal, frequency: str) -> Decimal:
    """The yearly premium behind an instalment: instalment / factor of the rhythm."""
    return cents(premium / FACTORS[frequency])


def paid_in_a_year(premium: Decimal, frequency: str) -> Decimal:
    """All instalments of a year: instalment x 12 / months between two."""
    return premium * (12 // MONTHS[frequency])


def pro_rata(amount: Decimal, days: int, whole: int) -> Decimal:
    """The part of an amount that falls on some of its days: amount x days / whole days.

    Raises:
        ValueError: the days are not among the whole.
    """
    if whole <= 0 or not 0 <= days <= whole:
        raise ValueError(f"{days} of {whole} days")
    return cents(amount * days / whole)


def split(amount: Decimal, shares: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """An amount by shares, to the cent, so that the parts sum to the amount.

    Each part is rounded down; the cents left over go to the largest remainders, the first ones first.

    Raises:
        ValueError: there are no shares, or they are not positive.
    """
    total = sum(shares, Decimal(0))
    if not shares or total <= 0 or min(shares) < 0:
        raise ValueError("shares must be positive")
    exact = [amount * share / total for share in shares]
    parts = [floor(part) for part in exact]
    left = int((amount - sum(parts, ZERO)) / CENT)
    for index in sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))[:left]:
        parts[index] += CENT
    return tuple(parts)


def credited(payment: Decimal) -> Decimal:
    """What an extra payment adds to a universal-life account: payment - 3 % entry charge."""
    return payment - cents(payment * ENTRY_CHARGE)


@dataclass(frozen=True, slots=True)
class Repaid:
    """What a payment does to one loan."""

    interest: Decimal
    principal: Decimal
    left_interest: Decimal
    left_principal: Decimal


def repay(debts: Sequence[Debt], amount: Decimal, today: date) -> tuple[tuple[Repaid, ...], Decimal]:
    """Spread a repayment: the interest of all loans first, then the principals, the oldest loan first.

    Also returns what is left over when all is paid. Paid and left sum to what was owed, to the cent.
    Source: insurer's facts (a policy loan is repaid without a fee, interest first).
    """
    left = amount
    interests, principals = [], []
    for debt in debts:
        interests.append(min(left, debt.interest(today)))
        left -= interests[-1]
    for debt in debts:
        principals.append(min(left, debt.principal))
        left -= principals[-1]
    done = tuple(
        Repaid(interest, principal, debt.interest(today) - interest, debt.principal - principal)
        for debt, interest, principal in zip(debts, interests, principals, strict=True)
    )
    return done, left


def premiums_paid(start: date, next_due: date, frequency: str, premium: Decimal) -> Decimal:
    """What was paid from the start up to `next_due`, at today's premium: premium x instalments between."""
    months = (next_due.year - start.year) * 12 + next_due.month - start.month
    return premium * max(0, round(months / MONTHS[frequency]))


def cooling_off_ends(received: date) -> date:
    """The last day on which a new policy can be cancelled for all its money: receipt + 15 days."""
    return received + timedelta(days=COOLING_OFF_DAYS)


def anniversary_after(start: date, today: date) -> date:
    """The next policy anniversary after today."""
    years = today.year - start.year
    found = add_months(start, 12 * years)
    return found if found > today else add_months(start, 12 * (years + 1))


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def yearly_interest(principal: Decimal, rate: Decimal = LOAN_RATE) -> Decimal:
    """The interest of a loan in a full year: principal x rate."""
    return cents(principal * rate * DAYS_A_YEAR / DAYS_A_YEAR)
