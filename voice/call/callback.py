"""Calls that were promised: the agent's telephone rings first, then the customer's, and both are connected.

The agent has accepted the conversation in the console; nobody is called before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from handoff import telephone
from records.models import Author, ConversationId, Customer, Kind, Message, PhoneCall
from records.models.base import opaque_id
from voice.call import register
from voice.call.states import Event
from voice.call.steps import Home, Step, ToAgent

DIRECTION = "callback"
LOOKED_BACK = 200
"""Entries of the ledger in which the number that was given is looked for."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """A call to be made."""

    conversation_id: ConversationId
    agent_id: int
    agent_number: str
    customer_number: str
    caller_id: str

    @property
    def can_be_made(self) -> bool:
        """Whether there is a number to call, and one to call from."""
        return bool(self.customer_number and self.caller_id)


def order(session: Session, conversation_id: ConversationId, caller_id: str) -> Ordered | None:
    """The call that was promised, `caller_id` being the centre's number; None where nobody is to make it."""
    holder = telephone.holder(session, conversation_id)
    if holder is None or not holder.phone:
        return None
    number = number_of(session, conversation_id) or ""
    own = session.scalar(
        select(PhoneCall.called)
        .where(PhoneCall.conversation_id == conversation_id, PhoneCall.direction == "inbound")
        .order_by(PhoneCall.started_at.desc())
        .limit(1)
    )
    return Ordered(conversation_id, holder.agent_id, holder.phone, number, own or caller_id)


def number_of(session: Session, conversation_id: ConversationId) -> str | None:
    """The number that was agreed on last, else the one they called from."""
    bodies = session.scalars(
        select(Message.body)
        .where(
            Message.conversation_id == conversation_id,
            or_(Message.author == Author.BOT, Message.kind == Kind.STATUS),
        )
        .order_by(Message.seq.desc())
        .limit(LOOKED_BACK)
    )
    for body in bodies:
        if number := _agreed(session, body):
            return number
    return session.scalar(
        select(PhoneCall.caller)
        .where(
            PhoneCall.conversation_id == conversation_id,
            PhoneCall.direction == "inbound",
            PhoneCall.caller.startswith("+"),
        )
        .order_by(PhoneCall.started_at.desc())
        .limit(1)
    )


def _agreed(session: Session, body: Mapping[str, Any]) -> str | None:
    """The number in an entry: as it was given, or the customer's on file as it is now."""
    given = body.get("call") or (body.get("custom") or {}).get("callback")
    if not isinstance(given, dict):
        return None
    if "customer" in given:
        return session.scalar(select(Customer.mobile).where(Customer.id == given["customer"])) or None
    return str(given.get("phone") or "") or None


def failed(session: Session, ordered: Ordered, now: datetime) -> None:
    """The network makes no call: the agent is told, and calls by hand."""
    call = register.add(
        session, f"none-{opaque_id()}", ordered.conversation_id, ordered.customer_number,
        ordered.caller_id, now, direction=DIRECTION,
    )  # fmt: skip
    register.move(call, Event.HUNG_UP, now)
    _tell(session, call, "The call-back could not be made. Please call by hand.", now)


def take(session: Session, call: PhoneCall, now: datetime) -> Step:
    """The agent pressed the key: the customer is called."""
    if not register.move(call, Event.TAKEN, now):
        return Home()
    call.taken_at = now
    return ToAgent(call.caller, call.called)


def after(session: Session, call: PhoneCall, why: str, now: datetime) -> Step:
    """Customer and agent have talked, or the customer was not reached: `why` as the network says it."""
    if why == "completed" and call.agent_id is not None:
        telephone.talk_over(session, ConversationId(call.conversation_id), call.agent_id, now)
    else:
        _tell(session, call, f"The customer was not reached by telephone: {why or 'no answer'}.", now)
    register.move(call, Event.HUNG_UP, now)
    return Home()


def _tell(session: Session, call: PhoneCall, words: str, now: datetime) -> None:
    register.note(session, ConversationId(call.conversation_id), f"callback:{opaque_id()}", words, now)
