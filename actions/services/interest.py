"""Interest on policy loans, exact to the cent.

    interest = principal x rate x days / 365

simple, by the day, from the day the loan was paid out up to but not including today; rounded half up.
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

DAYS_A_YEAR = 365
_CENT = Decimal("0.01")


def loan_interest(principal: Decimal, rate: Decimal, since: date, today: date) -> Decimal:
    """What has come up since `since`; nothing when the loan starts today or later."""
    days = max(0, (today - since).days)
    return (principal * rate * days / DAYS_A_YEAR).quantize(_CENT, ROUND_HALF_UP)
