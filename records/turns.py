"""Turns of the bot: every customer message that the bot owns is answered once, or taken up again.

A worker holds a lease on the conversation while it works; a lease that runs out (the worker died)
may be taken by any other. Finishing checks epoch and lease in the transaction that stores the replies.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, bindparam, or_, select, update
from sqlalchemy.orm import Session

from records import ledger
from records.ledger import Entry, StaleEpoch, Standing
from records.models import Author, Conversation, ConversationId, Kind, Message, Owner


@dataclass(frozen=True, slots=True)
class Turn:
    """A customer message that a worker holds the lease to answer."""

    conversation_id: ConversationId
    seq: int
    epoch: int
    worker: str
    body: Mapping[str, Any]
    channel: str

    @property
    def id(self) -> str:
        """Name of the turn towards the engine and the actions: the same when it is taken up again."""
        return f"{self.conversation_id}:{self.seq}"


_MESSAGES = cast(Table, Message.__table__)
_NEXT = (
    select(_MESSAGES.c.seq, _MESSAGES.c.body)
    .where(
        _MESSAGES.c.conversation_id == bindparam("conversation"),
        _MESSAGES.c.seq > bindparam("answered"),
        _MESSAGES.c.author == Author.CUSTOMER,
    )
    .order_by(_MESSAGES.c.seq)
    .limit(1)
)


def take(
    session: Session,
    standing: Standing,
    worker: str,
    now: datetime,
    lease_seconds: float,
) -> Turn | None:
    """Lease the oldest unanswered message; None when there is none or another worker is at it.

    `standing` is the conversation's, locked in this transaction.
    """
    if standing.owner is not Owner.BOT or standing.pending_seq is None:
        return None
    if standing.lease_holder not in (None, worker) and standing.lease_until and standing.lease_until > now:
        return None
    conversation = {"conversation": standing.id, "answered": standing.answered_seq}
    message = session.connection().execute(_NEXT, conversation).one()
    ledger.update_standing(
        session, standing.id, lease_holder=worker, lease_until=now + timedelta(seconds=lease_seconds)
    )
    return Turn(standing.id, message.seq, standing.epoch, worker, message.body, standing.channel)


def renew(session: Session, turn: Turn, now: datetime, lease_seconds: float) -> bool:
    """A sign of life; False when the turn is no longer this worker's."""
    result = session.execute(
        update(Conversation)
        .where(
            Conversation.id == turn.conversation_id,
            Conversation.epoch == turn.epoch,
            Conversation.lease_holder == turn.worker,
        )
        .values(lease_until=now + timedelta(seconds=lease_seconds))
        .execution_options(synchronize_session=False)
    )
    return bool(result.rowcount)  # type: ignore[attr-defined]


def finish(
    session: Session, turn: Turn, replies: Sequence[Mapping[str, Any]], now: datetime
) -> tuple[list[Entry], Standing]:
    """Store the bot's replies (bodies) and end the turn; returns them and the standing after.

    Raises:
        StaleEpoch: the conversation has changed hands, or another worker took the turn up.
    """
    standing = ledger.lock(session, turn.conversation_id)
    if standing.epoch != turn.epoch or standing.lease_holder != turn.worker:
        raise StaleEpoch(f"turn {turn.seq} is no longer {turn.worker}'s")
    items = [(f"turn:{turn.seq}:{index}", Kind.MESSAGE, body) for index, body in enumerate(replies)]
    entries = ledger.append(session, standing, Author.BOT, items, now, epoch=turn.epoch)
    done = standing.pending_seq is None or standing.pending_seq <= turn.seq
    last_seq = entries[-1].seq if entries else standing.last_seq
    after = replace(
        standing,
        last_seq=last_seq,
        answered_seq=turn.seq,
        pending_seq=None if done else standing.pending_seq,
        lease_holder=None,
        lease_until=None,
    )
    session.execute(
        update(Conversation)
        .where(Conversation.id == turn.conversation_id)
        .values(answered_seq=turn.seq, pending_seq=after.pending_seq, lease_holder=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )
    return entries, after


def unfinished(session: Session, now: datetime, limit: int = 100) -> list[ConversationId]:
    """Conversations whose customer waits for a turn that nobody is working on."""
    rows = session.scalars(
        select(Conversation.id)
        .where(
            Conversation.owner == Owner.BOT,
            Conversation.pending_seq.is_not(None),
            or_(Conversation.lease_until.is_(None), Conversation.lease_until <= now),
        )
        .limit(limit)
    )
    return [ConversationId(row) for row in rows]
