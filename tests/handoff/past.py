"""Records of days gone by, for the tests of what supervisors see: conversations, handoffs, words."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from records import ledger
from records.models import Author, Conversation, ConversationId, Handoff, HandoffState, Kind, Message


def talk(
    session: Session,
    at: datetime,
    *said: tuple[float, Author, str | dict[str, Any]],
    channel: str = "chat",
    customer_id: int | None = None,
) -> ConversationId:
    """A conversation: what was said by whom, so many seconds after its beginning; a text or a whole body."""
    conversation_id, _ = ledger.open_conversation(session, channel, at)
    for seq, (after, author, body) in enumerate(said, start=1):
        session.add(
            Message(
                conversation_id=conversation_id,
                seq=seq,
                idempotency_key=f"k{seq}",
                author=author,
                epoch=0,
                kind=Kind.MESSAGE,
                body={"text": body} if isinstance(body, str) else body,
                created_at=at + timedelta(seconds=after),
            )
        )
    conversation = session.get_one(Conversation, conversation_id)
    conversation.customer_id = customer_id
    conversation.last_seq = len(said)
    session.flush()
    return conversation_id


def handoff(
    session: Session,
    at: datetime,
    *,
    waited: float | None = None,
    busy: float | None = None,
    gave_up: float | None = None,
    conversation_id: ConversationId | None = None,
    channel: str = "chat",
    province: str = "",
    **more: Any,
) -> Handoff:
    """One time in the queue: answered after `waited`, served for `busy` seconds; or given up; or waiting."""
    state, accepted, ended = HandoffState.QUEUED, None, None
    if gave_up is not None:
        state, ended = HandoffState.ABANDONED, at + timedelta(seconds=gave_up)
    elif waited is not None:
        state, accepted = HandoffState.ACTIVE, at + timedelta(seconds=waited)
        if busy is not None:
            state, ended = HandoffState.DONE, accepted + timedelta(seconds=busy)
    values: dict[str, Any] = {
        "conversation_id": conversation_id or talk(session, at, channel=channel),
        "state": state,
        "reason": "asked_for",
        "priority": 10,
        "ranked_at": at,
        "skill": "inquiry",
        "language": "en",
        "packet": {"customer": {"province": province} if province else None},
        "queued_at": at,
        "accepted_at": accepted,
        "ended_at": ended,
        "declined_by": [],
    }
    row = Handoff(**{**values, **more})
    session.add(row)
    session.flush()
    return row
