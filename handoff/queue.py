"""The queue: conversations enter it when the bot gives them to people, and keep their place in it.

Everything runs in the caller's transaction with the conversation locked. The original arrival time of a
handoff never changes, whatever happens to the offers made for it.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from handoff import packet, routing
from handoff.reasons import Reason
from records import audit, ledger
from records.ledger import Standing
from records.models import Author, Conversation, ConversationId, Handoff, HandoffState, Kind
from records.ownership import Event

WAITING = (HandoffState.QUEUED, HandoffState.OFFERED)

HIGHEST_ID = 2**31 - 1

_AHEAD = select(func.count()).where(
    Handoff.state.in_(WAITING),
    or_(
        Handoff.priority > bindparam("priority"),
        and_(
            Handoff.priority == bindparam("priority"),
            or_(
                Handoff.queued_at < bindparam("queued_at"),
                and_(Handoff.queued_at == bindparam("queued_at"), Handoff.id < bindparam("handoff")),
            ),
        ),
    ),
)
_LINE = (
    select(Handoff.id, Handoff.state, Handoff.told_position)
    .where(Handoff.state.in_(WAITING))
    .order_by(Handoff.priority.desc(), Handoff.queued_at, Handoff.id)
)

_NEAR = 10
"""Up to this place every change is told; further back only leaps of `_LEAP` places."""
_LEAP = 5


def hand_over(
    session: Session,
    standing: Standing,
    reason: Reason | str,
    now: datetime,
    *,
    intent: str | None = None,
    failed: Sequence[str] = (),
    actor: str = "bot",
) -> Standing:
    """Give a conversation of the bot to people; the packet is built and stored in the same transaction.

    `standing` is the locked conversation, as `ledger.lock` or `turns.finish` returned it.

    Raises:
        ImpossibleChange: the bot does not own the conversation (any more).
    """
    reason = Reason.parse(str(reason))
    conversation = session.get_one(Conversation, standing.id, populate_existing=True)
    made = packet.build(session, conversation, reason, now, intent=intent, failed=failed)
    priority = routing.priority_of(reason, elderly=made.elderly)
    place = _ahead_of(session, priority, now) + 1
    words = f"A colleague will take over. {_place_in_words(place)}"
    made = made.model_copy(update={"wait_promised": words})
    moved = ledger.change_owner(session, standing, Event.HAND_OVER, now, text=words)
    handoff = Handoff(
        conversation_id=standing.id,
        state=HandoffState.QUEUED,
        reason=reason.value,
        priority=priority,
        skill=routing.skill_for(reason, made.service, elderly=made.elderly),
        language=made.language,
        packet=made.model_dump(mode="json"),
        queued_at=now,
        declined_by=[],
        told_position=place,
    )
    session.add(handoff)
    audit.note(
        session,
        now,
        actor,
        "handed_over",
        f"conversation:{standing.id}",
        reason=reason.value,
        priority=priority,
    )
    session.flush()
    return moved


def position(session: Session, conversation_id: ConversationId) -> int | None:
    """The conversation's place in the queue, counted from one; None when it is not waiting.

    A conversation that is being offered keeps its place: an offer that lapses moves nobody.
    """
    handoff = session.execute(
        select(Handoff.id, Handoff.priority, Handoff.queued_at).where(
            Handoff.conversation_id == conversation_id, Handoff.state.in_(WAITING)
        )
    ).first()
    if handoff is None:
        return None
    return _ahead_of(session, handoff.priority, handoff.queued_at, handoff.id) + 1


def tell_positions(session: Session, now: datetime) -> list[ConversationId]:
    """Tell waiting customers their place where it has changed; returns whom it told."""
    told: list[ConversationId] = []
    for handoff_id, place in _moved(session):
        handoff = session.get_one(Handoff, handoff_id)
        handoff.told_position = place
        standing = ledger.lock(session, ConversationId(handoff.conversation_id))
        body = {"text": _place_in_words(place), "custom": {"tier": 3, "position": place}}
        key = f"place:{standing.epoch}:{standing.last_seq + 1}"
        ledger.append(session, standing, Author.SYSTEM, [(key, Kind.MESSAGE, body)], now, epoch=None)
        told.append(standing.id)
    return told


def has_moved(session: Session) -> bool:
    """Whether some waiting customer should hear of a new place."""
    return bool(_moved(session))


def _moved(session: Session) -> list[tuple[int, int]]:
    # Columns only: this is looked at with every signal, and packets are large.
    rows = session.connection().execute(_LINE)
    return [
        (handoff_id, place)
        for place, (handoff_id, state, told) in enumerate(rows, start=1)
        if state is HandoffState.QUEUED and _is_news(told, place)
    ]


def _is_news(told: int | None, place: int) -> bool:
    if told is None or told == place:
        return told is None
    return place <= _NEAR or abs(told - place) >= _LEAP


def _ahead_of(session: Session, priority: int, queued_at: datetime, handoff_id: int | None = None) -> int:
    # Who is not in the table yet will get the highest id.
    bounds = {"priority": priority, "queued_at": queued_at, "handoff": handoff_id or HIGHEST_ID}
    return session.connection().execute(_AHEAD, bounds).scalar_one()


def _place_in_words(place: int) -> str:
    return "You are next in the queue." if place == 1 else f"You are number {place} in the queue."
