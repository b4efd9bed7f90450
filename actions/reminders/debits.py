"""Debits of premiums: what the bank reports, and the demonstration insurer's own run in the place of a bank.

A failure is on record once for each try; a premium that was paid otherwise is not debited any more.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.servicing import calculations
from actions.servicing.calculations import MONTHS
from records import audit
from records.models import DebitFailure, Policy, PolicyArrangement, PolicyState, PremiumPayment

EMPTY = "0000"
"""Accounts of the demonstration that end so have no money on them; all others always have enough."""

TRIES = 3
PAUSE = timedelta(days=3)
"""Between one try and the next."""

_PAYING = (PolicyState.IN_FORCE, PolicyState.GRACE, PolicyState.COOLING_OFF)


def run(session: Session, today: date, now: datetime) -> int:
    """Debit every premium that is due from an account, for the demonstration; how many tries that took."""
    rows = session.execute(
        select(Policy, PolicyArrangement.account)
        .join(PolicyArrangement, PolicyArrangement.policy_id == Policy.id)
        .where(
            PolicyArrangement.paid_by == "debit",
            PolicyArrangement.account != "",
            Policy.state.in_(_PAYING),
            Policy.premium > 0,
            Policy.next_due <= today,
        )
        .order_by(Policy.id)
        .with_for_update(of=Policy)
    ).unique()
    return sum(_debit(session, policy, account, today, now) for policy, account in rows)


def report_failure(
    session: Session,
    policy: Policy,
    amount: Decimal,
    due_on: date,
    tried_on: date,
    retry_on: date | None,
    now: datetime,
    *,
    actor: str,
) -> bool:
    """Put on record that the bank did not pay; False when this try is on record already."""
    known = select(DebitFailure.id).where(
        DebitFailure.policy_id == policy.id, DebitFailure.due_on == due_on, DebitFailure.tried_on == tried_on
    )
    if session.scalar(known) is not None:
        return False
    session.add(
        DebitFailure(policy_id=policy.id, amount=amount, due_on=due_on, tried_on=tried_on, retry_on=retry_on)
    )
    audit.note(
        session, now, actor, "debit.failed", f"policy:{policy.number}",
        amount=str(amount), due=due_on.isoformat(), tried=tried_on.isoformat(),
    )  # fmt: skip
    session.flush()
    return True


def _debit(session: Session, policy: Policy, account: str, today: date, now: datetime) -> bool:
    """Try once, if it is time to; whether it was tried."""
    assert policy.next_due is not None  # noqa: S101 - the statement asks for it
    failures = session.scalars(
        select(DebitFailure)
        .where(DebitFailure.policy_id == policy.id, DebitFailure.due_on == policy.next_due)
        .order_by(DebitFailure.tried_on)
    ).all()
    if failures and (failures[-1].retry_on is None or failures[-1].retry_on > today):
        return False
    if account.endswith(EMPTY):
        last = len(failures) + 1 >= TRIES
        return report_failure(
            session, policy, policy.premium, policy.next_due, today, None if last else today + PAUSE, now,
            actor="system",
        )  # fmt: skip
    _paid(session, policy, failures, today, now)
    return True


def _paid(
    session: Session, policy: Policy, failures: Sequence[DebitFailure], today: date, now: datetime
) -> None:
    due = policy.next_due
    assert due is not None  # noqa: S101 - only premiums that are due are debited
    session.add(PremiumPayment(policy_id=policy.id, amount=policy.premium, due_on=due, paid_on=today))
    policy.next_due = calculations.add_months(due, MONTHS[policy.frequency])
    if policy.state is PolicyState.GRACE and policy.next_due > today:
        policy.state = PolicyState.IN_FORCE
    for failure in failures:
        failure.settled_on = today
    audit.note(
        session, now, "system", "debit.paid", f"policy:{policy.number}",
        amount=str(policy.premium), due=due.isoformat(),
    )  # fmt: skip
