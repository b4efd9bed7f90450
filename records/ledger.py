"""The conversation ledger: the append-only truth of who said what, and who may speak.

All writes to `messages` go through here, inside the caller's transaction, with the conversation's
row locked: sequence numbers have no gap, a key is stored once, and an owner of the past cannot write.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from records import ledger_statements as statements
from records import tokens
from records.models import Author, Conversation, ConversationId, Kind, Owner
from records.models.base import opaque_id
from records.ownership import TRANSITIONS, Event, after


class StaleEpoch(Exception):
    """The writer no longer owns the conversation; nothing was written."""

    code = "stale_epoch"
    retryable = False


class UnknownConversation(Exception):
    """No such conversation, or not with this secret; the two look the same."""

    code = "unknown_conversation"
    retryable = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the ledger."""

    conversation_id: ConversationId
    seq: int
    key: str
    author: Author
    agent_id: int | None
    epoch: int
    kind: Kind
    body: Mapping[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """The locked state of a conversation inside a transaction."""

    id: ConversationId
    channel: str
    owner: Owner
    epoch: int
    last_seq: int
    answered_seq: int
    pending_seq: int | None
    lease_holder: str | None
    lease_until: datetime | None

    def is_free(self, worker: str, now: datetime) -> bool:
        """Whether `worker` may take the conversation's turn: nobody else holds a lease that still runs."""
        return self.lease_holder in (None, worker) or not self.lease_until or self.lease_until <= now


@dataclass(frozen=True, slots=True)
class Lease:
    """A worker's claim on a conversation's turn."""

    holder: str
    until: datetime


def open_conversation(
    session: Session,
    channel: str,
    now: datetime,
    *,
    sender: str | None = None,
    context: Mapping[str, Any] | None = None,
) -> tuple[ConversationId, str]:
    """Start a conversation owned by the bot; returns its id and the secret that resumes it."""
    conversation_id = ConversationId(opaque_id())
    secret = secrets.token_urlsafe(24)
    session.execute(
        insert(Conversation).values(
            id=conversation_id,
            channel=channel,
            sender=sender,
            secret_hash=tokens.digest(secret),
            owner=Owner.BOT,
            epoch=0,
            last_seq=0,
            answered_seq=0,
            assurance=0,
            gentle=bool(context and context.get("gentle") is True),
            fallbacks=0,
            context=dict(context or {}),
            created_at=now,
            updated_at=now,
        )
    )
    return conversation_id, secret


def lock(session: Session, conversation_id: ConversationId) -> Standing:
    """Lock the conversation's row until the transaction ends.

    Raises:
        UnknownConversation: no such conversation.
    """
    row = statements.LOCK.first(session, conversation=conversation_id)
    if row is None:
        raise UnknownConversation(conversation_id)
    return Standing(conversation_id, *row)


def append_from_customer(
    session: Session,
    conversation_id: ConversationId,
    key: str | None,
    body: Mapping[str, Any],
    now: datetime,
    lease: Lease | None = None,
) -> tuple[Entry, Standing, bool]:
    """Store what a customer wrote; returns the entry, the standing after it, and whether it is new.

    The same key again returns the first entry and changes nothing; without a key the message is new. While
    the bot owns the conversation the message is marked as waiting for a turn, which `lease` takes at once
    where nobody is at it.

    Raises:
        UnknownConversation: no such conversation.
    """
    standing = lock(session, conversation_id)
    if key is None:
        key = f"own-{opaque_id()}"
    else:
        known = statements.BY_KEY.first(session, conversation=conversation_id, key=key)
        if known is not None:
            return Entry(*known), standing, False
    if (standing.owner, Event.CUSTOMER_WROTE) in TRANSITIONS:
        standing = change_owner(session, standing, Event.CUSTOMER_WROTE, now)
    (entry,) = _insert(session, standing, Author.CUSTOMER, [(key, Kind.MESSAGE, body)], now, None)
    pending = standing.pending_seq
    if standing.owner is Owner.BOT and pending is None:
        pending = entry.seq
    changed: dict[str, Any] = {"last_seq": entry.seq, "pending_seq": pending}
    if lease is not None and standing.owner is Owner.BOT and standing.is_free(lease.holder, now):
        changed |= {"lease_holder": lease.holder, "lease_until": lease.until}
    update_standing(session, conversation_id, **changed, updated_at=now)
    return entry, replace(standing, **changed), True


def append_aside(
    session: Session, conversation_id: ConversationId, key: str | None, body: Mapping[str, Any], now: datetime
) -> tuple[Entry, Standing, bool]:
    """Store what a customer said beside the talk (`aside` in its body): it wants no answer and moves nobody.

    Raises:
        UnknownConversation: no such conversation.
    """
    standing = lock(session, conversation_id)
    key = key or f"own-{opaque_id()}"
    known = statements.BY_KEY.first(session, conversation=conversation_id, key=key)
    if known is not None:
        return Entry(*known), standing, False
    item = (key, Kind.MESSAGE, {**body, "aside": True})
    (entry,) = _insert(session, standing, Author.CUSTOMER, [item], now, None)
    update_standing(session, conversation_id, last_seq=entry.seq, updated_at=now)
    return entry, replace(standing, last_seq=entry.seq), True


def append(
    session: Session,
    standing: Standing,
    author: Author,
    items: Sequence[tuple[str, Kind, Mapping[str, Any]]],
    now: datetime,
    *,
    epoch: int | None,
    agent_id: int | None = None,
    **changed: Any,
) -> list[Entry]:
    """Store entries (key, kind, body) of the bot, an agent or the system.

    `epoch` is the one the writer saw. Only what is true under any owner (a notice of the system,
    an agent's private note) passes None. `changed` are further columns of the conversation, for the
    modules of the ledger only: one write instead of two.

    Raises:
        StaleEpoch: the conversation has changed hands since; nothing is written.
    """
    if epoch is not None and epoch != standing.epoch:
        raise StaleEpoch(f"epoch {epoch} is past, the conversation is at {standing.epoch}")
    entries = _insert(session, standing, author, items, now, agent_id) if items else []
    if entries:
        changed |= {"last_seq": entries[-1].seq, "updated_at": now}
    if changed:
        update_standing(session, standing.id, **changed)
    return entries


def change_owner(
    session: Session,
    standing: Standing,
    event: Event,
    now: datetime,
    *,
    epoch: int | None = None,
    text: str = "",
    agent_id: int | None = None,
    more: Mapping[str, Any] | None = None,
) -> Standing:
    """Give the conversation to its next owner, with a status entry that everybody sees.

    Turns that were waiting or under way end here: the new owner has the transcript. `more` joins the
    body of the entry.

    Raises:
        StaleEpoch: `epoch` was given and is past.
        ImpossibleChange: the event does not fit the present owner.
    """
    if epoch is not None and epoch != standing.epoch:
        raise StaleEpoch(f"epoch {epoch} is past, the conversation is at {standing.epoch}")
    owner = after(standing.owner, event)
    seq = standing.last_seq + 1
    moved = replace(
        standing,
        owner=owner,
        epoch=standing.epoch + 1,
        last_seq=seq,
        answered_seq=seq,
        pending_seq=None,
        lease_holder=None,
        lease_until=None,
    )
    body = {"owner": owner.value, "event": event.value} | ({"text": text} if text else {}) | dict(more or {})
    item = (f"status:{moved.epoch}", Kind.STATUS, body)
    _insert(session, replace(moved, last_seq=standing.last_seq), Author.SYSTEM, [item], now, agent_id)
    update_standing(
        session,
        standing.id,
        owner=owner,
        epoch=moved.epoch,
        last_seq=seq,
        answered_seq=seq,
        pending_seq=None,
        lease_holder=None,
        lease_until=None,
        updated_at=now,
    )
    return moved


def give_to_bot(session: Session, standing: Standing) -> Standing:
    """Have the bot answer the latest entry as if a customer had written it: an agent told it what to do."""
    update_standing(session, standing.id, answered_seq=standing.last_seq - 1, pending_seq=standing.last_seq)
    return replace(standing, answered_seq=standing.last_seq - 1, pending_seq=standing.last_seq)


def fetch_since(
    session: Session, conversation_id: ConversationId, after_seq: int, limit: int = 500
) -> list[Entry]:
    """The entries after `after_seq`, in order, private notes included: channels leave those out."""
    rows = statements.SINCE.all(session, conversation=conversation_id, after=after_seq, most=limit)
    return [Entry(*row) for row in rows]


def update_standing(session: Session, conversation_id: ConversationId, **values: Any) -> None:
    """Change columns of a conversation that is locked; for the modules of the ledger only."""
    changed = {f"new_{name}": value for name, value in values.items()}
    statements.change(tuple(sorted(values))).run(session, {"conversation": conversation_id} | changed)


def _insert(
    session: Session,
    standing: Standing,
    author: Author,
    items: Sequence[tuple[str, Kind, Mapping[str, Any]]],
    now: datetime,
    agent_id: int | None,
) -> list[Entry]:
    entries = [
        Entry(standing.id, seq, key, author, agent_id, standing.epoch, kind, body, now)
        for seq, (key, kind, body) in enumerate(items, start=standing.last_seq + 1)
    ]
    for entry in entries:
        statements.INSERT.run(
            session,
            {
                "conversation_id": entry.conversation_id,
                "seq": entry.seq,
                "idempotency_key": entry.key,
                "author": entry.author,
                "agent_id": entry.agent_id,
                "epoch": entry.epoch,
                "kind": entry.kind,
                "body": dict(entry.body),
                "created_at": entry.created_at,
            },
        )
    return entries
