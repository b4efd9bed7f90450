"""An agent's decision on a servicing request: approve, refuse, ask for more, take up again; and what is told.

Everything happens in the caller's writing transaction, the customer's tidings among it. What may follow what
is the matter of `actions.servicing`; this adds who did it, and never decides by itself.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from actions.services.transactions import BY_CODE
from actions.servicing import casebook, decision
from actions.servicing.decision import Decided
from actions.servicing.interlock import PAYOUT_TIME
from actions.servicing.states import NotPossible, State
from handoff import requests, tidings
from handoff.authorization import Principal
from handoff.refusals import ReasonMissing, UnknownCase
from handoff.tidings import Tidings
from records import audit
from records.models import ConversationId, Customer, ServiceTransaction

REASON_LENGTH = 500
ASKED_LENGTH = 200
"""Longest text that is kept for what is asked of the customer."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What became of a decision."""

    words: str
    """Said to the agent."""

    told_in: ConversationId | None = None
    """The conversation in which the customer was told; None when by SMS, or nothing was to be told."""


def approve(session: Session, who: Principal, receipt: str, now: datetime, *, called: bool = False) -> Effect:
    """Agree; it is carried out now, or when a second agent agrees as well.

    Where a call comes first, `called` says that it was made and the customer confirmed.

    Raises:
        UnknownCase: no such receipt.
        NotPossible: the call was not made, it is decided, or the same agent tries twice.
    """
    row = _locked(session, receipt)
    by_call = row.state == State.WAITING_FOR_CALLBACK
    if by_call and not called:
        raise NotPossible("call_first", "Call the customer first: nothing may happen before that.")
    done = decision.approve(session, row, now, actor=_actor(who), descriptions=BY_CODE)
    if by_call:
        audit.note(
            session, now, _actor(who), "callback.confirmed", f"transaction:{receipt}",
            number=str(row.details.get("call", "")),
        )  # fmt: skip
    if done is Decided.WAITS_FOR_SECOND:
        return Effect(f"{requests.second_words(row.reason)} Another colleague must agree.")
    if row.state != State.APPLIED:
        text = f"{_opening(row)} has been approved. It is done as soon as this is here: {row.waiting_for}."
        return Effect(
            f"Approved; it waits for {row.waiting_for}.", _tell(session, who, row, "approved", text, now)
        )
    text = f"{_opening(row)} has been approved and is done. {_what_follows(row)}".strip()
    return Effect("Approved, and carried out.", _tell(session, who, row, "applied", text, now))


def refuse(session: Session, who: Principal, receipt: str, reason: str, now: datetime) -> Effect:
    """Refuse, with the reason that the customer is told.

    Raises:
        UnknownCase: no such receipt.
        ReasonMissing: nothing is said of why.
        NotPossible: it is decided already.
    """
    row = _locked(session, receipt)
    reason = _said(reason, REASON_LENGTH)
    decision.refuse(session, row, reason, now, actor=_actor(who), descriptions=BY_CODE)
    text = (
        f"{_opening(row)} was refused: {_sentence(reason)} Nothing has changed. If you do not agree, "
        "tell us, and a colleague looks at it again."
    )
    return Effect("Refused; the customer is told why.", _tell(session, who, row, "refused", text, now))


def ask_for_more(session: Session, who: Principal, receipt: str, what: str, now: datetime) -> Effect:
    """Ask the customer for something more before deciding.

    Raises:
        UnknownCase: no such receipt.
        ReasonMissing: nothing is said of what is needed.
        NotPossible: it does not wait for an agent.
    """
    row = _locked(session, receipt)
    what = _said(what, ASKED_LENGTH)
    decision.ask_for_more(session, row, what, now, actor=_actor(who))
    text = (
        f"To decide on {_opening(row, begins=False)} we need something more from you: {_sentence(what)} "
        "Please send it here in the chat or bring it to a branch."
    )
    # The one step that may come more than once: each time is a message of its own.
    told = _tell(session, who, row, f"asked:{int(now.timestamp())}", text, now)
    return Effect("Asked; it comes back to the list when it is here.", told)


def take_up(session: Session, who: Principal, receipt: str, now: datetime) -> Effect:
    """What was still to come is here: it waits for a decision again.

    Raises:
        UnknownCase: no such receipt.
        NotPossible: nothing was to come.
    """
    row = _locked(session, receipt)
    decision.complete(session, row, now, actor=_actor(who))
    return Effect("It is here; the request waits for a decision.")


def _locked(session: Session, receipt: str) -> ServiceTransaction:
    row = casebook.by_receipt(session, receipt)
    if row is None or row.service not in BY_CODE:
        raise UnknownCase
    return row


def _tell(
    session: Session, who: Principal, row: ServiceTransaction, event: str, text: str, now: datetime
) -> ConversationId | None:
    customer = session.get(Customer, row.customer_id) if row.customer_id is not None else None
    number = str(row.details.get("call", "")) or (customer.mobile if customer else "")
    told = Tidings(f"decision:{row.receipt}:{event}", text, {"receipt": row.receipt, "state": row.state})
    return tidings.tell(session, who.agent_id, row.conversation_id, customer, number, told, now)


def _opening(row: ServiceTransaction, *, begins: bool = True) -> str:
    title = requests.title_of(row.service)
    return f"{'Your' if begins else 'your'} request {row.receipt} ({title[:1].lower()}{title[1:]})"


def _what_follows(row: ServiceTransaction) -> str:
    """The next steps: as they were told, where they do not speak of the agent who has decided by now."""
    if not BY_CODE[row.service].by_agent and "because" not in row.details:
        return str(row.details.get("next", ""))
    return PAYOUT_TIME if {"amount", "account"} <= row.details.keys() else ""


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _said(text: str, length: int) -> str:
    text = text.strip()
    if not text or len(text) > length:
        raise ReasonMissing
    return text


def _actor(who: Principal) -> str:
    return f"agent:{who.login}"
