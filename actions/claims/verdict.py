"""An agent's decision on a claim: pay or refuse, with the record of who agreed and what is paid to whom.

Money is shared out to the cent. Nothing is ordered while a paper is missing, or on one
word where two are needed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from actions.claims import casefile
from actions.claims.casefile import DECIDED
from actions.services.wording import money
from actions.servicing.interlock import CALL_ABOVE, CALL_FROM_AGE
from actions.servicing.states import NotPossible
from records import audit
from records.clock import CENTRE_ZONE
from records.models import Beneficiary, Claim, ClaimPayout

CENT = Decimal("0.01")
WHOLE = Decimal(100)
ACCOUNT_DIGITS = range(8, 31)
"""Lengths of an account that a bank can have."""


class Agreed(StrEnum):
    """What a decision to pay led to."""

    ORDERED = "ordered"
    WAITS_FOR_SECOND = "waits_for_second"


@dataclass(frozen=True, slots=True)
class Payee:
    """Somebody who has a right to the money, and to which share of a hundred."""

    name: str
    share: Decimal = WHOLE


def payees_of(session: Session, claim: Claim) -> tuple[Payee, ...]:
    """Who is paid: the hospital with the customer's consent, beneficiaries after a death, else the insured.

    The account must be in this name; nobody else is ever paid.
    """
    if claim.direct_payment:
        return (Payee(claim.hospital),)
    if claim.policy is None:
        return ()
    if claim.kind != "death":
        return (Payee(claim.policy.insured.name),)
    found = session.scalars(
        select(Beneficiary).where(Beneficiary.policy_id == claim.policy.id).order_by(Beneficiary.id)
    ).all()
    if not found:
        return (Payee(f"Estate of {claim.policy.insured.name}"),)
    return tuple(Payee(one.name, one.share) for one in found)


def shared_out(amount: Decimal, shares: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """The amount by shares of a hundred, to the cent and whole: cents left over go to the first in turn.

    Raises:
        ValueError: the shares are not a hundred.
    """
    if sum(shares) != WHOLE:
        raise ValueError("the shares must sum to a hundred")
    parts = [(amount * share / WHOLE).quantize(CENT, ROUND_DOWN) for share in shares]
    left = int((amount - sum(parts)) / CENT)
    return tuple(part + CENT if index < left else part for index, part in enumerate(parts))


def needs_second(claim: Claim, amount: Decimal, now: datetime) -> str | None:
    """Why a second agent must agree to pay this; None where one is enough."""
    policy = claim.policy
    if amount > CALL_ABOVE:
        return f"more than {money(CALL_ABOVE)} leaves"
    if policy is not None and amount > policy.sum_insured:
        return "it is more than the sum insured"
    today = now.astimezone(CENTRE_ZONE).date()
    if policy is not None and claim.kind != "death" and policy.insured.age(today) >= CALL_FROM_AGE:
        return f"the insured person is {CALL_FROM_AGE} or older"
    return None


def proposed(session: Session, claim: Claim) -> list[ClaimPayout]:
    """Payments that one agent agreed to and a second one has still to look at."""
    return list(
        session.scalars(
            select(ClaimPayout)
            .where(ClaimPayout.claim_id == claim.id, ClaimPayout.ordered_at.is_(None))
            .order_by(ClaimPayout.id)
        )
    )


def by_number(session: Session, number: str) -> Claim | None:
    """The claim of a number, locked where the database can: two who decide do so one after the other."""
    return session.scalars(
        select(Claim)
        .where(Claim.number == number)
        .with_for_update(of=Claim)
        .execution_options(populate_existing=True)
    ).one_or_none()


def pay(
    session: Session,
    claim: Claim,
    amount: Decimal,
    accounts: Mapping[str, str],
    now: datetime,
    *,
    actor: str,
) -> Agreed:
    """An agent decides to pay `amount` to the claim's payees, each into the account given by name.

    Raises:
        NotPossible: it is decided already, papers are missing, nobody is to be paid, the amount or an
            account is unfit, or a decision to pay waits for a second agent.
    """
    _open(claim)
    if claim.missing:
        raise NotPossible("papers_missing", f"Papers are still missing: {', '.join(claim.missing)}.")
    payees = payees_of(session, claim)
    if not payees or not all(payee.name.strip() for payee in payees):
        raise NotPossible("no_payee", "The records do not say whom to pay: first find the policy.")
    if proposed(session, claim):
        raise NotPossible("waits_for_second", "A payment waits already for a second colleague.")
    if amount <= 0 or amount != amount.quantize(CENT):
        raise NotPossible("unfit_amount", "The amount must be more than nothing, in whole cents.")
    try:
        parts = shared_out(amount, [payee.share for payee in payees])
    except ValueError:
        raise NotPossible("unfit_shares", "The beneficiaries' shares on file do not sum to 100.") from None
    because = needs_second(claim, amount, now)
    for payee, part in zip(payees, parts, strict=True):
        session.add(
            ClaimPayout(
                claim_id=claim.id, payee=payee.name, account=_account(accounts.get(payee.name, "")),
                amount=part, direct=claim.direct_payment, agreed_by=actor, agreed_at=now,
            )
        )  # fmt: skip
    session.flush()
    if because is not None:
        _note(session, claim, now, actor, "claim.agreed_first", amount=str(amount), because=because)
        return Agreed.WAITS_FOR_SECOND
    _order(session, claim, now, actor)
    return Agreed.ORDERED


def agree(session: Session, claim: Claim, now: datetime, *, actor: str) -> None:
    """A second agent agrees to what the first one decided to pay.

    Raises:
        NotPossible: nothing waits for it, a paper is missing again, or it is the same agent.
    """
    _open(claim)
    waiting = proposed(session, claim)
    if not waiting:
        raise NotPossible("nothing_waits", "No payment of this claim waits for a second colleague.")
    if any(payout.agreed_by == actor for payout in waiting):
        raise NotPossible("same_agent", "You agreed to this already; another colleague must look at it now.")
    for payout in waiting:
        payout.second_by = actor
    _order(session, claim, now, actor)


def refuse(session: Session, claim: Claim, reason: str, now: datetime, *, actor: str) -> None:
    """An agent refuses the claim, with a reason for the customer; a payment that waited is dropped.

    Raises:
        NotPossible: it is decided already.
        ValueError: there is no reason.
    """
    if not reason.strip():
        raise ValueError("a refusal needs its reason")
    _open(claim)
    drop(session, claim)
    claim.status, claim.decision_reason, claim.decided_at = "refused", reason.strip()[:500], now
    _note(session, claim, now, actor, "claim.refused", because=claim.decision_reason)
    session.flush()


def ask_for_paper(
    session: Session, claim: Claim, title: str, because: str, now: datetime, *, actor: str
) -> None:
    """An agent needs a paper, or a better one: the clock stops, and a payment that waited is dropped.

    Raises:
        NotPossible: it is decided already.
        ValueError: the paper or the reason was not said.
    """
    if not title.strip() or not because.strip():
        raise ValueError("say which paper is needed, and why")
    _open(claim)
    drop(session, claim)
    casefile.ask_again(session, claim, title.strip()[:120], because.strip()[:300], now, actor=actor)


def mark_direct(session: Session, claim: Claim, wanted: bool, now: datetime, *, actor: str) -> None:
    """The customer has consented that the hospital is paid, or takes that back; a waiting payment is dropped.

    Raises:
        NotPossible: it is decided already, or no hospital is known.
    """
    _open(claim)
    if wanted and not claim.hospital.strip():
        raise NotPossible("no_hospital", "No hospital is on record for this claim.")
    if claim.direct_payment == wanted:
        return
    drop(session, claim)
    claim.direct_payment = wanted
    _note(session, claim, now, actor, "claim.direct_payment", wanted=wanted, hospital=claim.hospital)
    session.flush()


def drop(session: Session, claim: Claim) -> None:
    """What one agent agreed to pay counts no more: the claim has changed."""
    session.execute(
        delete(ClaimPayout)
        .where(ClaimPayout.claim_id == claim.id, ClaimPayout.ordered_at.is_(None))
        .execution_options(synchronize_session="fetch")
    )


def _open(claim: Claim) -> None:
    if claim.status in DECIDED:
        raise NotPossible("decided", "This claim has been decided already.")


def _account(typed: str) -> str:
    digits = "".join(typed.split()).replace("-", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) in ACCOUNT_DIGITS):
        raise NotPossible("unfit_account", "An account has 8 to 30 digits. Please give one for each payee.")
    return digits


def _order(session: Session, claim: Claim, now: datetime, actor: str) -> None:
    if claim.missing:
        raise NotPossible("papers_missing", f"Papers are still missing: {', '.join(claim.missing)}.")
    payouts = proposed(session, claim)
    for payout in payouts:
        payout.ordered_at = now
    claim.amount = sum((payout.amount for payout in payouts), Decimal(0))
    claim.status, claim.decided_at = "approved", now
    _note(
        session, claim, now, actor, "claim.approved",
        amount=str(claim.amount), payees=[payout.payee for payout in payouts],
        late=claim.decision_due is not None and now > claim.decision_due,
    )  # fmt: skip
    session.flush()


def _note(session: Session, claim: Claim, now: datetime, actor: str, action: str, **detail: object) -> None:
    audit.note(session, now, actor, action, f"claim:{claim.number}", **detail)
