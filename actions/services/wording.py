"""How amounts, rates, dates and states are written to customers.

One way for each, in every service.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from actions.normalise import show_date

CURRENCY = "CNY"

STATES = {
    "cooling_off": "in force, inside the cooling-off period",
    "in_force": "in force",
    "grace": "in force, in the grace period",
    "lapsed": "lapsed",
    "paid_up": "paid up",
    "surrendered": "surrendered",
    "cancelled": "cancelled inside the cooling-off period",
    "matured": "matured",
}
FREQUENCIES = {
    "yearly": "a year",
    "half_yearly": "every half-year",
    "quarterly": "a quarter",
    "monthly": "a month",
}

__all__ = ["CURRENCY", "FREQUENCIES", "STATES", "listed", "money", "percent", "show_date", "when"]


def money(amount: Decimal) -> str:
    """An amount: "CNY 12,000.00"."""
    return f"{CURRENCY} {amount:,.2f}"


def percent(rate: Decimal) -> str:
    """A rate: 0.05 is "5%"."""
    return f"{(rate * 100).normalize():f}%"


def listed(parts: Sequence[str]) -> str:
    """A list in a sentence: "a, b and c"."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1] if parts else ""


def when(day: date, today: date) -> str:
    """A date with its distance where that helps: "1 January 2027 (in 40 days)"."""
    days = (day - today).days
    if days == 0:
        return f"{show_date(day)} (today)"
    distance = "1 day" if abs(days) == 1 else f"{abs(days)} days"
    near = f"in {distance}" if days > 0 else f"{distance} ago"
    return f"{show_date(day)} ({near})" if abs(days) <= 400 else show_date(day)
