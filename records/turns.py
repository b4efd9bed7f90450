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
from records.ledger import Entry, Lease, StaleEpoch, Standing
from records.models import Author, Conversation, ConversationId, Kind, Message, Owner
from records.prepared import Prepared


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
_BODY = Prepared(
    select(_MESSAGES.c.body).where(
        _MESSAGES.c.conversation_id == bindparam("conversation"), _MESSAGES.c.seq == bindparam("seq")
    )
)
_NEXT = Prepared(
    select(_MESSAGES.c.seq)
    .where(
        _MESSAGES.c.conversation_id == bindparam("conversation"),
        _MESSAGES.c.seq > bindparam("answered"),
        _MESSAGES.c.author == Author.CUSTOMER,
        _MESSAGES.c.body["aside"].as_string().is_(None),
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
    latest: Entry | None = None,
) -> Turn | None:
    """Lease the oldest unanswered message; None when there is none or another worker is at it.

    `standing` is the conversation's, locked in this transaction; `latest` spares reading what was just
    written.
    """
    seq = standing.pending_seq
    if standing.owner is not Owner.BOT or seq is None or not standing.is_free(worker, now):
        return None
    if latest is not None and latest.seq == seq:
        body = latest.body
    else:
        body = _BODY.scalar(session, conversation=standing.id, seq=seq)
    wanted = lease(worker, now, lease_seconds)
    if (standing.lease_holder, standing.lease_until) != (wanted.holder, wanted.until):
        ledger.update_standing(session, standing.id, lease_holder=wanted.holder, lease_until=wanted.until)
    return Turn(standing.id, seq, standing.epoch, worker, body, standing.channel)


def lease(worker: str, now: datetime, lease_seconds: float) -> Lease:
    """The claim of a worker that begins now."""
    return Lease(worker, now + timedelta(seconds=lease_seconds))


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
    session: Session,
    turn: Turn,
    replies: Sequence[Mapping[str, Any]],
    now: datetime,
    *,
    understood: bool = True,
) -> tuple[list[Entry], Standing]:
    """Store the bot's replies (bodies) and end the turn; returns them and the standing after.

    A message that was `understood` ends the row of those that were not.

    Raises:
        StaleEpoch: the conversation has changed hands, or another worker took the turn up.
    """
    standing = ledger.lock(session, turn.conversation_id)
    if standing.epoch != turn.epoch or standing.lease_holder != turn.worker:
        raise StaleEpoch(f"turn {turn.seq} is no longer {turn.worker}'s")
    waiting = None
    if standing.last_seq > turn.seq:
        waiting = _NEXT.scalar(session, conversation=standing.id, answered=turn.seq)
    items = [(f"turn:{turn.seq}:{index}", Kind.MESSAGE, body) for index, body in enumerate(replies)]
    ended: dict[str, Any] = {
        "answered_seq": turn.seq,
        "pending_seq": waiting,
        "lease_holder": None,
        "lease_until": None,
    }
    more = {"fallbacks": 0} if understood else {}
    entries = ledger.append(session, standing, Author.BOT, items, now, epoch=turn.epoch, **ended, **more)
    last_seq = entries[-1].seq if entries else standing.last_seq
    return entries, replace(standing, last_seq=last_seq, **ended)


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
