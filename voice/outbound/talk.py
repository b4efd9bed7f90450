"""The course of a call that the centre made: who answered, what they pressed, and where the call goes then.

Writes in the caller's transaction and returns the next document, or the step of the phone line that follows.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from actions.visits import links, record
from bot import visit_links
from handoff import queue
from handoff.reasons import Reason
from records import ledger
from records.clock import CENTRE_ZONE
from records.models import (
    Conversation,
    ConversationId,
    Customer,
    OutboundCall,
    PhoneCall,
    ReturnVisit,
)
from voice.call import course, register
from voice.call.register import ELDERLY
from voice.call.steps import Step
from voice.outbound import consent, orders, scripts
from voice.outbound.scripts import Verdict

_WITHOUT_A_KEY = {
    Verdict.HUMAN: orders.LATER,
    Verdict.MACHINE: orders.MACHINE,
    Verdict.FAX: orders.MACHINE,
    Verdict.UNKNOWN: orders.NO_ANSWER,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A webhook about an order's call."""

    order: int
    sid: str
    line: str
    """The centre's number."""
    keys_url: str


def answered(session: Session, asked: Asked, answered_by: str, now: datetime) -> str:
    """Somebody or something answered: the script for it."""
    order = orders.find(session, asked.order)
    if order is None:
        return scripts.farewell("")
    who = scripts.verdict(answered_by)
    order.sid, order.answered_by = asked.sid[:64], answered_by[:20]
    # What it is if no key is pressed; a key says more.
    order.outcome = _WITHOUT_A_KEY[who]
    order.changed_at = now
    return scripts.opening(who, order.purpose, asked.keys_url)


def pressed(session: Session, asked: Asked, digit: str, key: bytes, now: datetime) -> str | Step:
    """A person pressed a key."""
    order = orders.find(session, asked.order)
    if order is None:
        return scripts.farewell(scripts.GONE_WORDS)
    order.changed_at = now
    if digit == scripts.NEVER:
        order.outcome = orders.REFUSED
        consent.choose(session, order.customer_id, wanted=False, now=now, actor="customer")
        return scripts.objected(asked.keys_url)
    if order.outcome == orders.REFUSED:
        return _after_all(session, order, digit, now)
    if digit == scripts.PERSON and order.outcome == orders.REACHED and order.visit_id is None:
        return _person(session, order, asked, now)
    if digit != scripts.GO_ON:
        return scripts.farewell(scripts.LATER_WORDS)
    order.outcome = orders.REACHED
    if order.visit_id is None:
        return scripts.told(order.text, asked.keys_url)
    visit = session.get_one(ReturnVisit, order.visit_id)
    if visit.status != record.PENDING or record.is_over(visit):
        return scripts.farewell(scripts.GONE_WORDS)
    return _visit(session, order, visit, asked, key, now)


def _after_all(session: Session, order: OutboundCall, digit: str, now: datetime) -> str:
    """Who has just objected presses another key: only one of them takes it back."""
    if digit != scripts.AFTER_ALL:
        return scripts.farewell("")
    order.outcome = orders.LATER
    consent.choose(session, order.customer_id, wanted=True, now=now, actor="customer")
    return scripts.farewell(scripts.AGAIN_WORDS)


def _person(session: Session, order: OutboundCall, asked: Asked, now: datetime) -> Step:
    """Who has heard the reminder wants to talk about it; that they answered proves nothing."""
    call = _conversation(session, order, asked, now)
    standing = ledger.lock(session, ConversationId(call.conversation_id))
    queue.hand_over(session, standing, Reason.ASKED_FOR, now)
    return course.go_on(session, call, now)


def _visit(
    session: Session, order: OutboundCall, visit: ReturnVisit, asked: Asked, key: bytes, now: datetime
) -> Step:
    """The bot makes the visit in a conversation of the call, as if its link had been opened."""
    call = _conversation(session, order, asked, now)
    visit_links.follow(session, ConversationId(call.conversation_id), links.sign(visit, key), key, now)
    return course.go_on(session, call, now)


def _conversation(session: Session, order: OutboundCall, asked: Asked, now: datetime) -> PhoneCall:
    """A conversation for the call; gentle, where the customer who was called is to be treated so."""
    context = {"language": "en", "caller": order.number}
    conversation_id, _ = ledger.open_conversation(session, register.CHANNEL, now, context=context)
    customer = session.get_one(Customer, order.customer_id)
    if customer.gentle or customer.age(now.astimezone(CENTRE_ZONE).date()) >= ELDERLY:
        session.get_one(Conversation, conversation_id).gentle = True
    return register.add(
        session, asked.sid, conversation_id, order.number, asked.line, now, direction="outbound"
    )
