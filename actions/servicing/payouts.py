"""Orders to pay money out: one for each transaction, to the policyholder's own account.

An order is not a payment: the bank run pays, and nobody but the named holder.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from actions.servicing.states import NotPossible
from actions.servicing.transaction import amount_of
from records.models import Payout, Policy, PolicyArrangement, PolicyState, ServiceTransaction

_LIVING = (PolicyState.IN_FORCE, PolicyState.GRACE, PolicyState.COOLING_OFF, PolicyState.PAID_UP)


def policy_of(session: Session, row: ServiceTransaction) -> Policy:
    """The policy of a transaction, as it is now; locked where the database can.

    Raises:
        LookupError: the transaction is about no policy.
    """
    if row.policy_id is None:
        raise LookupError(f"{row.receipt} is about no policy")
    return session.get_one(Policy, row.policy_id, with_for_update={"of": Policy}, populate_existing=True)


def living_policy_of(session: Session, row: ServiceTransaction) -> Policy:
    """The policy of a transaction, which must still live when it is carried out.

    Raises:
        NotPossible: it lapsed or ended since it was asked for.
    """
    policy = policy_of(session, row)
    if policy.state not in _LIVING:
        raise NotPossible("policy_over", "The policy has lapsed or ended since this was asked for.")
    return policy


def order_payout(session: Session, row: ServiceTransaction, policy: Policy, now: datetime) -> None:
    """Order the amount of a transaction; the account is kept as the one used last."""
    amount, account = amount_of(row), str(row.details["account"])
    arrangement_of(session, policy.id).payout_account = account
    if amount:
        session.add(
            Payout(
                transaction_id=row.id,
                policy_id=policy.id,
                amount=amount,
                account=account,
                holder=policy.holder.name,
                ordered_at=now,
            )
        )


def arrangement_of(session: Session, policy_id: int) -> PolicyArrangement:
    """How a policy is paid and documented, to be changed."""
    arrangement = session.get(PolicyArrangement, policy_id)
    if arrangement is None:
        arrangement = PolicyArrangement(policy_id=policy_id)
        session.add(arrangement)
        session.flush()
    return arrangement
