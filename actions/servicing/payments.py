"""Orders to pay in, and what the money does when it arrives: premiums, extra payments, loans.

An order shows nothing of a policy. Money that a policy cannot take goes back.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.forms.service import Facts, Field
from actions.normalise import Choice, Misread, read_choice, read_policy_number
from actions.servicing import calculations
from actions.servicing.calculations import MONTHS, Debt
from actions.servicing.states import Event, NotPossible, after
from actions.servicing.transaction import Transaction
from records import audit
from records.clock import CENTRE_ZONE
from records.models import Loan, PaymentOrder, Policy, PolicyState, PremiumPayment, ServiceTransaction

PREMIUM, EXTRA, LOAN, AGREED = "premium", "extra", "loan", "agreed"
TIME_TO_PAY = timedelta(days=15)
"""So long a sum holds that agents agreed on (insurer's facts: agreed_sum)."""


def last_day(agreed_at: datetime) -> date:
    """The last day, to its end at the centre, on which a sum agreed on at this moment can be paid."""
    return (agreed_at + TIME_TO_PAY).astimezone(CENTRE_ZONE).date()


_PAYABLE = (PolicyState.IN_FORCE, PolicyState.GRACE, PolicyState.COOLING_OFF)


def payer_policy() -> Field:
    """The field "policy" of somebody who pays: any number, for nothing of the policy is shown."""

    def choices(facts: Facts) -> tuple[Choice, ...]:
        return tuple(Choice(policy.number, policy.title, (policy.number[-4:],)) for policy in facts.policies)

    def read(text: str, facts: Facts) -> str:
        try:
            return read_policy_number(text)
        except Misread:
            if not facts.policies:
                raise
            return read_choice(text, choices(facts))

    def known(facts: Facts) -> str | None:
        if facts.policy_number:
            return facts.policy_number
        if facts.identifier and not facts.identifier.startswith("+"):
            return facts.identifier
        return facts.policies[0].number if len(facts.policies) == 1 else None

    def scan(text: str, _facts: Facts) -> str | None:
        try:
            return read_policy_number(text) if re.search(r"\d{4}", text) else None
        except Misread:
            return None

    return Field(
        name="policy",
        title="policy",
        prompt="For which policy? Please give its number.",
        read=read,
        help="It has 12 digits and stands at the top of the policy and of every letter from us.",
        why="So that the money reaches the right policy.",
        choices=choices,
        aliases=("policy number", "contract"),
        entities=("policy_number",),
        scan=scan,
        known=known,
        early=True,
    )


def order(session: Session, row: ServiceTransaction, now: datetime) -> None:
    """Open the order that a transaction stands for."""
    amount = row.details.get("to_pay")
    session.add(
        PaymentOrder(
            transaction_id=row.id,
            reference=row.receipt,
            purpose=row.details["purpose"],
            policy_number=row.details["policy"],
            amount=None if amount is None else Decimal(amount),
            state="open",
            created_at=now,
        )
    )


def close(session: Session, row: ServiceTransaction, now: datetime) -> None:
    """The customer withdrew: money that still comes goes back."""
    found = session.scalars(select(PaymentOrder).where(PaymentOrder.transaction_id == row.id)).one()
    found.state, found.closed_at = "withdrawn", now


def arrived(
    session: Session, reference: str, amount: Decimal, now: datetime, descriptions: Mapping[str, Transaction]
) -> ServiceTransaction:
    """Book money that came for an order: once, whole, or not at all.

    What agents made depend on a payment is carried out by it.

    Raises:
        NotPossible: there is no open order of that reference.
    """
    found = session.scalars(
        select(PaymentOrder).where(PaymentOrder.reference == reference).with_for_update()
    ).one_or_none()
    if found is None or found.state != "open":
        raise NotPossible("no_open_order", "There is no open order to pay of that reference.")
    row = session.get_one(ServiceTransaction, found.transaction_id)
    policy = (
        session.scalars(select(Policy).where(Policy.number == found.policy_number).with_for_update(of=Policy))
        .unique()
        .one_or_none()
    )
    today = now.astimezone(CENTRE_ZONE).date()
    if found.purpose == AGREED and found.amount == amount:
        problem = _agreed(session, found, row, now, descriptions[row.service])
    else:
        problem = _book(session, found, policy, amount, today)
    row.state = after(row.state, Event.REFUSE if problem else Event.CARRY_OUT).value
    row.reason, row.decided_at, row.waiting_for = problem or "", now, ""
    found.state, found.closed_at = ("returned" if problem else "paid"), now
    row.details = {**row.details, "paid": str(amount)}
    audit.note(
        session, now, "system", "payment.returned" if problem else "payment.booked",
        f"transaction:{row.receipt}", amount=str(amount), because=problem or "",
    )  # fmt: skip
    return row


def _book(
    session: Session, found: PaymentOrder, policy: Policy | None, amount: Decimal, today: date
) -> str | None:
    """Carry it out; or why it goes back."""
    if policy is None:
        return "The policy number was not found."
    if found.amount is not None and amount != found.amount:
        return "The amount was not the one that was ordered."
    if found.purpose == LOAN:
        return repay(session, policy, amount, today)
    if policy.state not in _PAYABLE:
        return "The policy could not take a payment."
    if found.purpose == EXTRA:
        return _add(policy, amount)
    return _pay_premium(session, policy, amount, today)


def _agreed(
    session: Session, found: PaymentOrder, row: ServiceTransaction, now: datetime, transaction: Transaction
) -> str | None:
    """Carry out what waited for this money; or why it goes back."""
    if now.astimezone(CENTRE_ZONE).date() > last_day(found.created_at):
        return "The payment came after the time for it had run out."
    try:
        with session.begin_nested():
            transaction.effect(session, row, now)
    except NotPossible as problem:
        return problem.message
    return None


def _pay_premium(session: Session, policy: Policy, amount: Decimal, today: date) -> str | None:
    if policy.next_due is None or not policy.premium or amount <= 0 or amount % policy.premium:
        return "The amount was not the premium that is due."
    for _ in range(int(amount / policy.premium)):
        due = policy.next_due
        session.add(PremiumPayment(policy_id=policy.id, amount=policy.premium, due_on=due, paid_on=today))
        policy.next_due = calculations.add_months(due, MONTHS[policy.frequency])
    if policy.state is PolicyState.GRACE and policy.next_due > today:
        policy.state = PolicyState.IN_FORCE
    return None


def _add(policy: Policy, amount: Decimal) -> str | None:
    if policy.account_value is None:
        return "The policy has no account to pay into."
    gained = calculations.credited(amount)
    policy.account_value += gained
    policy.cash_value += gained
    return None


def repay(session: Session, policy: Policy, amount: Decimal, today: date) -> str | None:
    """Book a repayment on the loans of a policy; or why it cannot be booked."""
    loans = session.scalars(
        select(Loan)
        .where(Loan.policy_id == policy.id, Loan.repaid_on.is_(None))
        .order_by(Loan.since, Loan.id)
    ).all()
    debts = tuple(Debt(loan.principal, loan.rate, loan.since) for loan in loans)
    done, left = calculations.repay(debts, amount, today)
    if left or not loans:
        return "The amount was more than what was owed." if loans else "There was no loan to pay back."
    for loan, repaid in zip(loans, done, strict=True):
        if not (repaid.principal or repaid.interest):
            continue
        loan.repaid_on = today
        # What stays goes on as loans of today: the principal at its rate, unpaid interest at none, for
        # interest bears no interest.
        for principal, rate in ((repaid.left_principal, loan.rate), (repaid.left_interest, Decimal(0))):
            if principal:
                session.add(Loan(policy_id=policy.id, principal=principal, rate=rate, since=today))
    return None
