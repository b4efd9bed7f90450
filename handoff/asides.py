"""Asides: a supervisor's word in a conversation that an agent keeps: to the customer, or to the agent alone.

Stored once for each key, on the audit, and never while nobody holds the conversation.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from handoff import desk
from handoff.authorization import Principal
from handoff.refusals import NotHeld
from records import audit, ledger
from records.models import Author, ConversationId, Kind, Owner


def speak(
    session: Session,
    who: Principal,
    conversation_id: ConversationId,
    key: str,
    text: str,
    now: datetime,
    *,
    epoch: int,
) -> int:
    """Store a supervisor's words to the customer; the same key again stores nothing.

    Raises:
        NotHeld: no agent holds the conversation.
        StaleEpoch: it has changed hands.
        UnfitText: empty or too long.
    """
    text = desk.fit(text)
    standing = ledger.lock(session, conversation_id)
    key = f"barge:{who.agent_id}:{key}"[:80]
    known = desk.seq_of(session, conversation_id, key)
    if known is not None:
        return known
    if standing.owner is not Owner.AGENT:
        raise NotHeld
    body = {"text": text, "name": who.name, "custom": {"tier": 3}}
    item = (key, Kind.MESSAGE, body)
    (entry,) = ledger.append(session, standing, Author.AGENT, [item], now, epoch=epoch, agent_id=who.agent_id)
    audit.note(session, now, f"agent:{who.login}", "barged", f"conversation:{conversation_id}", seq=entry.seq)
    return entry.seq


def whisper(
    session: Session, who: Principal, conversation_id: ConversationId, key: str, text: str, now: datetime
) -> int:
    """Store a supervisor's words to the agent; the customer never sees them.

    Raises:
        NotHeld: no agent holds the conversation.
        UnfitText: empty or too long.
    """
    text = desk.fit(text)
    standing = ledger.lock(session, conversation_id)
    key = f"whisper:{who.agent_id}:{key}"[:80]
    known = desk.seq_of(session, conversation_id, key)
    if known is not None:
        return known
    if standing.owner is not Owner.AGENT:
        raise NotHeld
    item = (key, Kind.NOTE, {"text": text, "name": who.name, "whisper": True})
    (entry,) = ledger.append(session, standing, Author.AGENT, [item], now, epoch=None, agent_id=who.agent_id)
    audit.note(
        session, now, f"agent:{who.login}", "whispered", f"conversation:{conversation_id}", seq=entry.seq
    )
    return entry.seq
