"""Collects from the ledger the turns that people should look at, masked, into the review list.

Runs by the clock, not in the turn: a customer's answer waits for none of it. It may read the same entries
twice and makes no review twice; it never writes to the ledger.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from actions.learning.masking import mask
from actions.learning.reasons import Heard, heard_in
from records import ledger
from records.clock import Clock
from records.models import Conversation, ConversationId, Customer, LedgerCursor, Message, Review, ReviewState
from records.store import Store

CURSOR = "reviews"

SETTLED = timedelta(seconds=30)
"""Entries younger than this are left for the next time: a transaction under way may still commit one."""

BATCH = 500
"""Entries read at a time."""

LOOKED_BACK = 40
"""Entries before the new ones that are read again: what came before, and votes on older answers."""


def collect(store: Store, clock: Clock) -> int:
    """Read what is new in the ledger; returns how many reviews were made or got another reason."""
    changed = 0
    while True:
        with store.reading() as session:
            window = next_window(session, CURSOR, clock.now())
        if window is None:
            return changed
        with store.writing() as session:
            for conversation_id, first_seq in touched(session, window):
                changed += _collect_from(session, conversation_id, first_seq)
            move_cursor(session, CURSOR, window[1])


def next_window(session: Session, cursor: str, now: datetime) -> tuple[datetime | None, datetime] | None:
    """The time span (after, up to) whose entries are to be read next; None when all is read."""
    row = session.get(LedgerCursor, cursor)
    after = row.up_to if row is not None else None
    fresh = select(Message.created_at).where(Message.created_at <= now - SETTLED)
    if after is not None:
        fresh = fresh.where(Message.created_at > after)
    ordered = fresh.order_by(Message.created_at).limit(BATCH).subquery()
    up_to = session.scalar(select(func.max(ordered.c.created_at)))
    return None if up_to is None else (after, up_to)


def move_cursor(session: Session, cursor: str, up_to: datetime) -> None:
    """Remember how far the ledger has been read."""
    row = session.get(LedgerCursor, cursor) or LedgerCursor(name=cursor)
    row.up_to = up_to
    session.add(row)


def touched(session: Session, window: tuple[datetime | None, datetime]) -> list[tuple[ConversationId, int]]:
    """The conversations with entries in the window, and the first of those entries."""
    after, up_to = window
    rows = select(Message.conversation_id, func.min(Message.seq)).where(Message.created_at <= up_to)
    if after is not None:
        rows = rows.where(Message.created_at > after)
    found = session.execute(rows.group_by(Message.conversation_id))
    return [(ConversationId(conversation_id), seq) for conversation_id, seq in found]


def heard_since(session: Session, conversation_id: ConversationId, first_seq: int) -> list[Heard]:
    """The typed turns of a conversation, from a little before the given entry on."""
    entries: list[ledger.Entry] = []
    after = after_first = max(0, first_seq - LOOKED_BACK)
    while page := ledger.fetch_since(session, conversation_id, after):
        entries += page
        after = page[-1].seq
    return heard_in(entries, partial=after_first > 0)


def names_of(session: Session, conversation_id: ConversationId) -> list[str]:
    """The names that must not be shown: the customer's, once one is known."""
    name = session.scalar(
        select(Customer.name)
        .join(Conversation, Conversation.customer_id == Customer.id)
        .where(Conversation.id == conversation_id)
    )
    return [name] if name else []


def file_review(
    session: Session,
    conversation_id: ConversationId,
    heard: Heard,
    reasons: Iterable[str],
    names: list[str],
    suggested: str,
) -> bool:
    """Put a turn on the list, or add to what is there; whether anything changed."""
    turn = f"{conversation_id}:{heard.seq}"
    known = session.scalars(select(Review).where(Review.turn == turn)).one_or_none()
    if known is not None:
        added = [str(reason) for reason in reasons if reason not in known.reasons]
        if added:
            known.reasons = [*known.reasons, *added]
        known.suggested = known.suggested or suggested
        return bool(added)
    channel = session.scalar(select(Conversation.channel).where(Conversation.id == conversation_id))
    session.add(
        Review(
            turn=turn,
            conversation_id=conversation_id,
            channel=channel or "",
            reasons=[str(reason) for reason in reasons],
            text=mask(heard.text, names),
            intent=heard.intent,
            confidence=heard.confidence,
            ranking=[list(pair) for pair in heard.ranking],
            article=heard.article,
            suggested=suggested,
            said_at=heard.said_at,
            state=ReviewState.OPEN,
        )
    )
    return True


def _collect_from(session: Session, conversation_id: ConversationId, first_seq: int) -> int:
    names = names_of(session, conversation_id)
    changed = sum(
        file_review(session, conversation_id, heard, heard.reasons, names, heard.suggested)
        for heard in heard_since(session, conversation_id, first_seq)
        if heard.reasons
    )
    session.flush()
    if names:
        # Who it is may have come out after the first sentences were stored.
        for review in session.scalars(select(Review).where(Review.conversation_id == conversation_id)):
            review.text = mask(review.text, names)
    return changed
