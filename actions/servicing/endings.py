"""What ends together with a policy, or with its premiums: loans that are taken off its value, and riders.

Only marks what the caller has already counted; it neither pays nor decides.
"""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.servicing.calculations import ZERO
from records.models import Benefit, Loan, Policy


def close_loans(session: Session, policy: Policy, today: date) -> None:
    """The loans have been taken off the cash value: nothing is owed any more."""
    for loan in session.scalars(select(Loan).where(Loan.policy_id == policy.id, Loan.repaid_on.is_(None))):
        loan.repaid_on = today


def end_riders(session: Session, policy: Policy) -> None:
    """Riders end with the premiums that carried them."""
    for rider in list(policy.riders):
        session.delete(rider)
    session.flush()
    session.expire(policy, ["riders"])


def draw_ready(session: Session, policy: Policy, today: date) -> None:
    """Benefits and dividends that were ready have been paid out with the rest."""
    for benefit in session.scalars(
        select(Benefit).where(Benefit.policy_id == policy.id, Benefit.paid_on.is_(None))
    ):
        if benefit.payable_on <= today:
            benefit.paid_on = today
    policy.dividend_balance = ZERO
