"""An agent's decision on a claim, and what the customer is told of it, in one transaction.

What may be paid is the matter of `actions.claims.verdict`. Whoever has not proven who they are is told that
there is a decision, never which.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation

from sqlalchemy.orm import Session

from actions.claims import verdict
from actions.claims.verdict import Agreed
from actions.services.wording import money
from actions.servicing.states import NotPossible
from handoff import tidings
from handoff.authorization import Principal
from handoff.decisions import Effect
from handoff.refusals import ReasonMissing, UnknownCase
from handoff.tidings import Tidings
from records.models import Claim, ConversationId

PAID_WITHIN = "The money arrives within 10 days."
"""Insurer's facts: claim_payment."""


def pay(
    session: Session, who: Principal, number: str, amount: str, accounts: Mapping[str, str], now: datetime
) -> Effect:
    """Decide to pay; ordered now, or when a second agent agrees as well.

    Raises:
        UnknownCase: no such claim.
        NotPossible: see `verdict.pay`; or the amount is none.
    """
    claim = _locked(session, number)
    try:
        wanted = Decimal(amount.strip().replace(",", ""))
    except InvalidOperation:
        wanted = Decimal("NaN")
    if not wanted.is_finite():
        raise NotPossible("unfit_amount", "The amount must be a number, such as 12,000.50.")
    done = verdict.pay(session, claim, wanted, accounts, now, actor=_actor(who))
    if done is Agreed.WAITS_FOR_SECOND:
        because = verdict.needs_second(claim, wanted, now)
        return Effect(f"Second approval needed: {because}. Another colleague must agree.")
    return Effect("The payment is ordered.", _tell_payment(session, who, claim, now))


def agree(session: Session, who: Principal, number: str, now: datetime) -> Effect:
    """Agree as the second one.

    Raises:
        UnknownCase: no such claim.
        NotPossible: see `verdict.agree`.
    """
    claim = _locked(session, number)
    verdict.agree(session, claim, now, actor=_actor(who))
    return Effect("The payment is ordered.", _tell_payment(session, who, claim, now))


def refuse(session: Session, who: Principal, number: str, reason: str, now: datetime) -> Effect:
    """Refuse the claim, with the reason that the customer is told.

    Raises:
        UnknownCase: no such claim.
        ReasonMissing: nothing is said of why.
        NotPossible: it is decided already.
    """
    claim = _locked(session, number)
    try:
        verdict.refuse(session, claim, reason, now, actor=_actor(who))
    except ValueError:
        raise ReasonMissing from None
    stop = "" if claim.decision_reason.endswith((".", "!", "?")) else "."
    sorry = "We are sorry: " if claim.kind == "death" else ""
    text = (
        f"{sorry}{'c' if sorry else 'C'}laim {claim.number} cannot be paid: {claim.decision_reason}{stop} "
        "If you do not agree, tell us; an objection is answered within 10 working days."
    )
    return Effect("Refused; the customer is told why.", _tell(session, who, claim, "refused", text, now))


def ask_for_paper(
    session: Session, who: Principal, number: str, title: str, because: str, now: datetime
) -> Effect:
    """Ask for a paper, or for a better one; the clock stops until it is here.

    Raises:
        UnknownCase: no such claim.
        ReasonMissing: the paper or the reason was not said.
        NotPossible: it is decided already.
    """
    claim = _locked(session, number)
    try:
        verdict.ask_for_paper(session, claim, title, because, now, actor=_actor(who))
    except ValueError:
        raise ReasonMissing from None
    text = (
        f"For claim {claim.number} we need one more paper from you: {title.strip()}. The reason: "
        f"{because.strip()}{'' if because.strip().endswith('.') else '.'} You can send it here in the chat."
    )
    told = _tell(session, who, claim, f"asked:{int(now.timestamp())}", text, now)
    return Effect("Asked; the clock starts again with the last paper.", told)


def mark_direct(session: Session, who: Principal, number: str, wanted: bool, now: datetime) -> Effect:
    """The customer has consented that the hospital is paid, or takes it back.

    Raises:
        UnknownCase: no such claim.
        NotPossible: it is decided already, or no hospital is known.
    """
    claim = _locked(session, number)
    verdict.mark_direct(session, claim, wanted, now, actor=_actor(who))
    return Effect("The hospital will be paid directly." if wanted else "The customer will be paid.")


def _tell_payment(session: Session, who: Principal, claim: Claim, now: datetime) -> ConversationId | None:
    amount = money(claim.amount or Decimal(0))
    to = f" straight to {claim.hospital}" if claim.direct_payment else ""
    text = f"Claim {claim.number} is approved: {amount} will be paid{to}. {PAID_WITHIN}"
    return _tell(session, who, claim, "approved", text, now)


def _tell(
    session: Session, who: Principal, claim: Claim, event: str, text: str, now: datetime
) -> ConversationId | None:
    """In the conversation of the proven policyholder, or to the number that the claim was reported with."""
    holder = claim.policy.holder if claim.policy else None
    # After a death nobody writes to the telephone of the one who died.
    gone = (
        holder is not None
        and claim.policy is not None
        and claim.kind == "death"
        and (claim.policy.insured_id == holder.id)
    )
    number = claim.contact_phone or (holder.mobile if holder and not gone else "")
    neutral = (
        f"there is news about claim {claim.number}. Please ask us in the chat or call 95500; we tell you "
        "after a short identity check."
    )
    private = None if holder is not None and number == holder.mobile and not gone else neutral
    told = Tidings(
        f"decision:{claim.number}:{event}", text, {"claim": claim.number, "state": claim.status}, private
    )
    return tidings.tell(session, who.agent_id, claim.conversation_id, holder, number, told, now)


def _locked(session: Session, number: str) -> Claim:
    claim = verdict.by_number(session, number)
    if claim is None:
        raise UnknownCase
    return claim


def _actor(who: Principal) -> str:
    return f"agent:{who.login}"
