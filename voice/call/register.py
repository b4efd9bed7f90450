"""The register of calls: every call's conversation and state, written in the caller's transaction.

All changes go through the table of `states`, so that webhooks may come late, twice or in another order.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from records import audit, ledger
from records.clock import CENTRE_ZONE
from records.ledger import Standing
from records.models import (
    Author,
    CallState,
    Conversation,
    ConversationId,
    Customer,
    Kind,
    Leaving,
    Owner,
    PhoneCall,
)
from records.ownership import TRANSITIONS
from records.ownership import Event as OwnerEvent
from voice.call import states
from voice.call.states import Event

CHANNEL = "phone"
ELDERLY = 60
LOST_AFTER = timedelta(hours=6)
"""No call is older: one that is still open then has lost its end."""


def ring(session: Session, sid: str, caller: str, called: str, now: datetime) -> PhoneCall:
    """The call that comes in, with a conversation of its own; the same call again is the one it was.

    The caller's number is a hint: it may make the bot speak slower, and proves nothing.
    """
    known = session.get(PhoneCall, sid, with_for_update=True, populate_existing=True)
    if known is not None:
        return known
    context = {"language": "en", "caller": caller}
    hinted = _customer_of(session, caller)
    if hinted is not None:
        context["number_on_file_of"] = hinted.number
    conversation_id, _ = ledger.open_conversation(session, CHANNEL, now, context=context)
    if hinted is not None and hinted.age(now.astimezone(CENTRE_ZONE).date()) >= ELDERLY:
        session.get_one(Conversation, conversation_id).gentle = True
    call = add(session, sid, conversation_id, caller, called, now)
    audit.note(session, now, "system", "call_came_in", f"conversation:{conversation_id}", call=sid)
    return call


def add(
    session: Session,
    sid: str,
    conversation_id: ConversationId,
    caller: str,
    called: str,
    now: datetime,
    *,
    direction: str = "inbound",
    state: CallState = CallState.OPENING,
) -> PhoneCall:
    """Note a call of a conversation."""
    call = PhoneCall(
        sid=sid,
        conversation_id=conversation_id,
        direction=direction,
        caller=caller[:40],
        called=called[:40],
        state=state,
        started_at=now,
        changed_at=now,
    )
    session.add(call)
    session.flush()
    return call


def find(session: Session, sid: str) -> PhoneCall | None:
    """The call, locked until the transaction ends."""
    return session.get(PhoneCall, sid, with_for_update=True, populate_existing=True)


def living(session: Session, conversation_id: str) -> PhoneCall | None:
    """The call of the conversation that is not over."""
    return session.scalars(
        select(PhoneCall)
        .where(PhoneCall.conversation_id == conversation_id, PhoneCall.state != CallState.ENDED)
        .order_by(PhoneCall.started_at.desc())
        .limit(1)
        .with_for_update()
    ).first()


def lost(session: Session, now: datetime) -> list[PhoneCall]:
    """The calls that are older than any call can be."""
    cutoff = now - LOST_AFTER
    found = select(PhoneCall).where(PhoneCall.state != CallState.ENDED, PhoneCall.started_at <= cutoff)
    return list(session.scalars(found.with_for_update(skip_locked=True)).all())


def move(call: PhoneCall, event: Event, now: datetime) -> bool:
    """Move the call; False when the event leads nowhere from where it is."""
    state = states.after(call.state, event)
    if state is None:
        return False
    call.state, call.changed_at = state, now
    if event is Event.STREAM_AGAIN:
        call.streams += 1
        call.leaving = None
    if event is Event.PEOPLE:
        call.streams = 0
    if state is CallState.ENDED:
        call.ended_at = now
        call.token_hash = call.token_until = None
    return True


def leave(session: Session, sid: str, leaving: Leaving, now: datetime) -> None:
    """The bot is about to close the stream, and why: what the network asks next is answered by this."""
    call = find(session, sid)
    if call is not None and call.state is CallState.BOT:
        call.leaving, call.changed_at = leaving, now


def to_bot(session: Session, conversation_id: ConversationId, now: datetime) -> Standing:
    """The bot has the conversation (again), where that is possible: whoever finished with it is done."""
    standing = ledger.lock(session, conversation_id)
    if standing.owner is not Owner.BOT and (standing.owner, OwnerEvent.CUSTOMER_WROTE) in TRANSITIONS:
        standing = ledger.change_owner(session, standing, OwnerEvent.CUSTOMER_WROTE, now)
    return standing


def say(
    session: Session, standing: Standing, key: str, text: str, now: datetime, *, notice: bool = False
) -> None:
    """Put something on the record that the bot says of its own accord."""
    custom = {"tier": 1, "notice": notice} if notice else {"tier": 1}
    item = (key, Kind.MESSAGE, {"text": text, "custom": custom})
    ledger.append(session, standing, Author.BOT, [item], now, epoch=standing.epoch)


def note(
    session: Session, conversation_id: ConversationId, key: str, text: str, now: datetime, **more: object
) -> None:
    """Put on the record what happened on the line; agents see it, customers' chats do not."""
    standing = ledger.lock(session, conversation_id)
    item = (key[:80], Kind.NOTE, {"text": text, "name": "Telephone", **more})
    ledger.append(session, standing, Author.SYSTEM, [item], now, epoch=None)


def _customer_of(session: Session, number: str) -> Customer | None:
    """The one customer with this number on file; None when there are several."""
    if not number.startswith("+"):
        return None
    found = session.scalars(select(Customer).where(Customer.mobile == number).limit(2)).all()
    return found[0] if len(found) == 1 else None
