"""The rules by which a second agent must agree: where money or ownership leaves, and amount or age say so.

Declarative: a description names its rule, decisions enforce it. Nothing here lowers what another rule asks.
"""

from collections.abc import Callable
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.services.wording import money
from actions.servicing.calculations import ZERO
from actions.servicing.position import WATCHED
from actions.servicing.transaction import FourEyes, amount_of
from records.clock import CENTRE_ZONE
from records.models import Customer, Payout, Policy, ServiceTransaction

ABOVE = Decimal(50_000)
"""Above this amount two agents must agree (insurer's facts: four_eyes_amount)."""

FROM_AGE = 60
"""From this age on two agents must agree (elderly_age)."""

Amount = Callable[[Session, ServiceTransaction], Decimal]


def paid_out(session: Session, row: ServiceTransaction) -> Decimal:
    """What leaves by a transaction, with what left for the same customer in the 72 hours before it."""
    lately = session.scalars(
        select(Payout.amount)
        .join(Policy, Policy.id == Payout.policy_id)
        .where(
            Policy.holder_id == row.customer_id,
            Payout.ordered_at > row.created_at - WATCHED,
            Payout.transaction_id != row.id,
        )
    )
    return amount_of(row) + sum(lately, ZERO)


def worth(session: Session, row: ServiceTransaction) -> Decimal:
    """What a policy is worth that gets another owner."""
    return session.get_one(Policy, row.policy_id).cash_value


def nothing(_session: Session, _row: ServiceTransaction) -> Decimal:
    """No money leaves."""
    return ZERO


def four_eyes(amount: Amount = nothing) -> FourEyes:
    """Two agents for older customers, for fresh telephone numbers and, where money leaves, for large sums."""
    words = [f"a customer of {FROM_AGE} or older", "a telephone number changed in the last 72 hours"]
    if amount is not nothing:
        words.insert(0, f"above {money(ABOVE)}")

    def reason(session: Session, row: ServiceTransaction) -> str | None:
        customer = session.get_one(Customer, row.customer_id)
        asked_on = row.created_at.astimezone(CENTRE_ZONE).date()
        reasons = (
            (amount(session, row) > ABOVE, f"it is about more than {money(ABOVE)}"),
            (customer.age(asked_on) >= FROM_AGE, f"the customer is {FROM_AGE} or older"),
            (
                "number_changed" in row.details.get("flags", ()),
                "the telephone number was changed less than 72 hours before",
            ),
        )
        found = [text for holds, text in reasons if holds]
        return "A second colleague must agree: " + "; ".join(found) + "." if found else None

    return FourEyes("; ".join(words), reason)
