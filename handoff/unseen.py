"""What is new in conversations since an agent last said something: for counters, and for a whisper's bell.

Reads only. What has been on a screen only the screen knows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from records.models import Author, Kind, Message

WHISPERED = "whisper:"
"""Keys of whispers in the ledger begin so."""


# Read by every open page every few seconds, so built once.
_ANSWERED = (
    select(Message.conversation_id, func.max(Message.seq).label("seq"))
    .where(
        Message.conversation_id.in_(bindparam("conversations", expanding=True)),
        or_((Message.author == Author.AGENT) & (Message.kind == Kind.MESSAGE), Message.kind == Kind.STATUS),
    )
    .group_by(Message.conversation_id)
    .subquery()
)
_NEWS = (
    select(Message.conversation_id, Message.seq, Message.author)
    .join(_ANSWERED, _ANSWERED.c.conversation_id == Message.conversation_id)
    .where(
        Message.seq > _ANSWERED.c.seq,
        or_(Message.author == Author.CUSTOMER, Message.idempotency_key.startswith(WHISPERED)),
    )
    .order_by(Message.seq)
)


@dataclass(frozen=True, slots=True)
class News:
    """Of one conversation."""

    customer: tuple[int, ...] = ()
    """The customer's messages that no agent has answered, oldest first."""
    whisper: int = 0
    """A supervisor's latest whisper after the agent's last words."""


def news_of(session: Session, conversation_ids: Sequence[str]) -> Mapping[str, News]:
    """By conversation; those without news are left out."""
    rows = session.connection().execute(_NEWS, {"conversations": list(conversation_ids)})
    found: dict[str, News] = {}
    for conversation_id, seq, author in rows:
        before = found.get(conversation_id, News())
        if author is Author.CUSTOMER:
            found[conversation_id] = News((*before.customer, seq), before.whisper)
        else:
            found[conversation_id] = News(before.customer, seq)
    return found
