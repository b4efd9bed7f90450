"""The line: all that waits for an agent in one order, from the queue and from agents who pass something on.

It tells who is next and what they need; who is offered what, and what that changes, is for `handoff.offers`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import merge

from sqlalchemy import Integer, bindparam, or_, select
from sqlalchemy.orm import Session

from handoff.routing import FIRST, Need
from records.models import (
    Conversation,
    ConversationId,
    Customer,
    Handoff,
    HandoffState,
    Transfer,
    TransferState,
)
from records.models.base import Moment

_PAGE = 40

# Looked at with every signal, so built once.
_IN_QUEUE = select(Handoff.id).where(Handoff.state == HandoffState.QUEUED).limit(1)
_PASSED_ON = select(Transfer.id).where(Transfer.state == TransferState.WAITING).limit(1)
_QUEUE = (
    select(
        Handoff.id,
        Handoff.conversation_id,
        Handoff.ranked_at,
        Handoff.skill,
        Handoff.language,
        Handoff.declined_by,
        Handoff.returned_at,
        Handoff.queued_at,
        Handoff.exclusive,
        Handoff.wanted_agent_id,
        Customer.province,
    )
    .join(Conversation, Conversation.id == Handoff.conversation_id)
    .outerjoin(Customer, Customer.id == Conversation.customer_id)
    .where(
        Handoff.state == HandoffState.QUEUED,
        or_(
            Handoff.ranked_at > bindparam("after_rank", type_=Moment),
            (Handoff.ranked_at == bindparam("after_rank", type_=Moment))
            & (Handoff.id > bindparam("after_id", type_=Integer)),
        ),
    )
    .order_by(Handoff.ranked_at, Handoff.id)
    .limit(_PAGE)
)
_TRANSFERS = (
    select(
        Transfer.id,
        Transfer.handoff_id,
        Transfer.from_agent_id,
        Transfer.wanted_agent_id,
        Transfer.skill,
        Transfer.declined_by,
        Handoff.conversation_id,
        Handoff.ranked_at,
        Handoff.queued_at,
        Handoff.language,
        Handoff.exclusive,
        Handoff.skill.label("first_skill"),
    )
    .join(Handoff, Handoff.id == Transfer.handoff_id)
    .where(Transfer.state == TransferState.WAITING)
    .order_by(Handoff.ranked_at, Transfer.id)
)
_TRANSFERS_LOCKED = _TRANSFERS.with_for_update(skip_locked=True, of=Transfer)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something in the line: a conversation that waits, or one that an agent wants to pass on."""

    rank: datetime
    handoff_id: int
    conversation_id: ConversationId
    need: Need
    transfer_id: int | None = None


def somebody_waits(session: Session) -> bool:
    """Whether there is anything in the line."""
    connection = session.connection()
    return any(connection.execute(one).first() is not None for one in (_IN_QUEUE, _PASSED_ON))


def in_order(session: Session, *, lock: bool) -> Iterator[Waiting]:
    """The line from its head; with `lock`, transfers that somebody else is dealing with are left out."""
    return merge(_transfers(session, lock=lock), _queue(session), key=lambda one: one.rank)


def _transfers(session: Session, *, lock: bool) -> Iterator[Waiting]:
    for row in session.connection().execute(_TRANSFERS_LOCKED if lock else _TRANSFERS).all():
        need = Need(
            row.skill or row.first_skill,
            row.language,
            None,
            frozenset(),
            None,
            waits_since=row.queued_at,
            exclusive=row.exclusive,
            only_agent=row.wanted_agent_id,
            strict=True,
            excluded=frozenset({row.from_agent_id, *row.declined_by}),
        )
        yield Waiting(row.ranked_at, row.handoff_id, ConversationId(row.conversation_id), need, row.id)


def _queue(session: Session) -> Iterator[Waiting]:
    after_rank, after_id = FIRST, 0
    while True:
        bounds = {"after_rank": after_rank, "after_id": after_id}
        rows = session.connection().execute(_QUEUE, bounds).all()
        for row in rows:
            need = Need(
                row.skill,
                row.language,
                row.province,
                frozenset(row.declined_by),
                row.returned_at,
                waits_since=row.queued_at,
                exclusive=row.exclusive,
                only_agent=row.wanted_agent_id,
            )
            yield Waiting(row.ranked_at, row.id, ConversationId(row.conversation_id), need)
        if len(rows) < _PAGE:
            return
        after_rank, after_id = rows[-1].ranked_at, rows[-1].id
