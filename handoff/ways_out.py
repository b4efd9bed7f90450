"""Ways out of the queue: a customer who waits asks for a call instead, or goes back to the assistant.

By the buttons of the waiting notice, without a turn of the assistant. Never moves a conversation that an
agent has taken, never tells a number on file, and promises no call to one that was neither proven nor typed.
"""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions import identity
from actions.normalise import Misread, read_phone, show_phone
from handoff import callbacks, pace, queue, sources, waiting
from records import audit, ledger
from records.clock import CENTRE_ZONE
from records.ledger import Entry, Standing
from records.models import (
    Agent,
    Author,
    Conversation,
    ConversationId,
    Customer,
    Handoff,
    HandoffState,
    Kind,
    Message,
    Owner,
)

CALL_MINUTES = 30
"""When to call where nobody can tell how long the wait would be."""
ROUNDED_MINUTES = 5

_LONGEST_NUMBER = 60
_FEWEST_DIGITS = 7

_LEFT = "All right, you have left the queue. I am your assistant again: what can I do for you?"
_ASKED = (
    "Gladly. On which number shall we call you? Please write it here with its country code, for example "
    "+1 202 555 0101. You keep your place until then."
)
_KEPT = "You keep your place in the queue."
_OVER = "You are not waiting in the queue any more. Please write here what you need."


def is_pressed(body: Mapping[str, Any]) -> bool:
    """Whether a customer's message is a pressed button of a waiting notice."""
    return _wish(body) is not None


def is_number_wanted(session: Session, conversation_id: ConversationId, body: Mapping[str, Any]) -> bool:
    """Whether a message is the answer to "On which number?", in a conversation that still waits.

    Locks the conversation where the words look like it.

    Raises:
        UnknownConversation: no such conversation.
    """
    text = body.get("text", "")
    if "button" in body or "paper" in body or len(text) > _LONGEST_NUMBER:
        return False
    if sum(character.isdigit() for character in text) < _FEWEST_DIGITS:
        return False
    ledger.lock(session, conversation_id)
    handoff = queue.waiting_handoff(session, conversation_id)
    if handoff is None:
        return False
    asked = select(Message.seq).where(
        Message.conversation_id == conversation_id,
        Message.idempotency_key.startswith(_question(handoff), autoescape=True),
    )
    return session.scalar(asked.limit(1)) is not None


def take(
    session: Session, conversation_id: ConversationId, key: str | None, body: Mapping[str, Any], now: datetime
) -> tuple[Entry, bool]:
    """Store a pressed button, or the number that was asked for, and do it; the same key again does nothing.

    Returns the entry, and whether it is new.

    Raises:
        UnknownConversation: no such conversation.
    """
    entry, standing, fresh = ledger.append_aside(session, conversation_id, key, body, now)
    if not fresh:
        return entry, False
    wish = _wish(body)
    handoff = queue.waiting_handoff(session, conversation_id)
    if handoff is None:
        _refuse(session, standing, wish or queue.CALL_BACK, now)
    elif wish == queue.STOP:
        queue.leave(session, conversation_id, now, words=_LEFT)
    elif wish == queue.CALL_BACK:
        _call_back(session, standing, handoff, now)
    else:
        _take_number(session, standing, str(body["text"]), now)
    return entry, True


def call_time(session: Session, place: int, now: datetime) -> datetime:
    """When a call instead of the wait is sensible: about when the place would have had its turn."""
    expected = waiting.expect(place, pace.read(session, now))
    minutes = math.ceil(expected.high_seconds / 60) if expected else CALL_MINUTES
    return now + timedelta(minutes=max(1, math.ceil(minutes / ROUNDED_MINUTES)) * ROUNDED_MINUTES)


def _wish(body: Mapping[str, Any]) -> str | None:
    button = body.get("button")
    wish = button.get("wait") if isinstance(button, dict) else None
    return wish if wish in (queue.CALL_BACK, queue.STOP) else None


def _question(handoff: Handoff) -> str:
    """How the keys of the question begin: it is of this wait, whoever was asked meanwhile."""
    return f"which-number:{handoff.id}:"


def _call_back(session: Session, standing: Standing, handoff: Handoff, now: datetime) -> None:
    customer = _verified(session, standing, now)
    if customer is None:
        key = f"{_question(handoff)}{standing.last_seq}"
        _say(session, standing, key, {"text": _ASKED, "custom": {"tier": 3, "expects": "phone"}}, now)
        return
    where = f", on your number ending in {customer.mobile[-4:]}"
    _promise(session, standing, where, {"customer": customer.id}, now)


def _take_number(session: Session, standing: Standing, text: str, now: datetime) -> None:
    try:
        number = read_phone(text)
    except Misread as misread:
        body = {"text": f"{misread} {_KEPT}", "custom": {"tier": 3, "expects": "phone"}}
        _say(session, standing, f"misread:{standing.last_seq}", body, now)
        return
    _promise(session, standing, f", on {show_phone(number)}", {"phone": number}, now)


def _promise(
    session: Session, standing: Standing, where: str, call: Mapping[str, Any], now: datetime
) -> None:
    at = call_time(session, queue.position(session, standing.id) or 1, now)
    callbacks.promise(session, standing.id, at, now, where=where, call=call)


def _verified(session: Session, standing: Standing, now: datetime) -> Customer | None:
    """The customer with a number on file, where they have proven who they are."""
    if sources.identity_level(session, standing.id, now) < identity.VERIFIED:
        return None
    customer = sources.known_customer(
        session, session.get_one(Conversation, standing.id, populate_existing=True)
    )
    return customer if customer is not None and customer.mobile else None


def _refuse(session: Session, standing: Standing, wish: str, now: datetime) -> None:
    """Too late: say how it stands instead."""
    body = {"text": _as_it_stands(session, standing), "custom": {"tier": 3}}
    _say(session, standing, f"too-late:{standing.last_seq}", body, now)
    audit.note(
        session, now, "customer", "way_out_refused", f"conversation:{standing.id}",
        wish=wish, owner=standing.owner.value,
    )  # fmt: skip


def _as_it_stands(session: Session, standing: Standing) -> str:
    latest = (
        select(Handoff.due_at, Agent.name).select_from(Handoff).outerjoin(Agent, Agent.id == Handoff.agent_id)
    )
    of_state = latest.where(Handoff.conversation_id == standing.id).order_by(Handoff.id.desc())
    if standing.owner is Owner.AGENT:
        held = session.execute(of_state.where(Handoff.state == HandoffState.ACTIVE)).first()
        who = held.name if held else "A colleague"
        return f"{who} is with you already, so the wait is over. Please write here what you need."
    if standing.owner is Owner.CALLBACK:
        promised = session.execute(of_state.where(Handoff.state == HandoffState.CALLBACK)).first()
        if promised is not None and promised.due_at is not None:
            due = promised.due_at.astimezone(CENTRE_ZONE)
            return f"You need not wait: we will call you on {due:%A}, {due.day} {due:%B}, at {due:%H:%M}."
    return _OVER


def _say(session: Session, standing: Standing, key: str, body: Mapping[str, Any], now: datetime) -> None:
    ledger.append(session, standing, Author.SYSTEM, [(key, Kind.MESSAGE, body)], now, epoch=None)
