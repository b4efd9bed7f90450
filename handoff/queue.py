"""The queue: conversations enter it when the bot gives them to people, and keep their place in it.

Everything runs in the caller's transaction with the conversation locked. The original arrival time of a
handoff never changes, whatever happens to the offers made for it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from handoff import callbacks, capacity, pace, packet, presence, routing, waiting
from handoff.reasons import Reason
from handoff.refusals import NotWaiting
from handoff.waiting import Range
from records import audit, calendar, ledger
from records.clock import CENTRE_ZONE
from records.ledger import Standing
from records.models import Author, Conversation, ConversationId, Handoff, HandoffState, Kind
from records.models.base import Moment
from records.ownership import Event

WAITING = (HandoffState.QUEUED, HandoffState.OFFERED)

HIGHEST_ID = 2**31 - 1

_AHEAD = select(func.count()).where(
    Handoff.state.in_(WAITING),
    or_(
        Handoff.ranked_at < bindparam("rank", type_=Moment),
        and_(
            Handoff.ranked_at == bindparam("rank", type_=Moment),
            Handoff.id < bindparam("handoff"),
        ),
    ),
)
_LINE = (
    select(Handoff.id, Handoff.state, Handoff.told_position)
    .where(Handoff.state.in_(WAITING))
    .order_by(Handoff.ranked_at, Handoff.id)
)
_TOLD = update(Handoff).where(Handoff.id == bindparam("told")).values(told_position=bindparam("place"))

CALL_BACK, STOP = "call_back", "stop"
_WAYS_OUT = (
    {"title": "Call me back instead", "payload": {"wait": CALL_BACK}},
    {"title": "Stop waiting", "payload": {"wait": STOP}},
)
_LEFT = "You have left the queue. I am your assistant again."

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
    rank = routing.rank_of(now, priority)
    place = _ahead_of(session, rank) + 1
    known = pace.read(session, now)
    moves = waiting.moves_of(place, known)
    expected = waiting.expect(place, known)
    callbacks.supersede(session, standing, now)
    words = f"A colleague will take over. {in_words(place, expected)}{_hours_in_words(known, now)}"
    made = made.model_copy(update={"wait_promised": words})
    more = {"custom": {"position": place}} | _ways_out(standing, reason)
    moved = ledger.change_owner(session, standing, Event.HAND_OVER, now, text=words, more=more)
    handoff = Handoff(
        conversation_id=standing.id,
        state=HandoffState.QUEUED,
        reason=reason.value,
        priority=priority,
        ranked_at=rank,
        exclusive=conversation.channel in routing.CALL_CHANNELS,
        skill=routing.skill_for(reason, made.service, elderly=made.elderly),
        language=made.language,
        packet=made.model_dump(mode="json"),
        queued_at=now,
        declined_by=[],
        told_position=place,
        entry_place=moves,
        entry_pace_seconds=known.place_seconds if moves else None,
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
        select(Handoff.id, Handoff.ranked_at).where(
            Handoff.conversation_id == conversation_id, Handoff.state.in_(WAITING)
        )
    ).first()
    if handoff is None:
        return None
    return _ahead_of(session, handoff.ranked_at, handoff.id) + 1


def waiting_handoff(session: Session, conversation_id: ConversationId) -> Handoff | None:
    """The handoff with which the conversation is in the queue."""
    found = select(Handoff).where(Handoff.conversation_id == conversation_id, Handoff.state.in_(WAITING))
    return session.scalars(found.execution_options(populate_existing=True)).first()


def leave(
    session: Session,
    conversation_id: ConversationId,
    now: datetime,
    actor: str = "customer",
    *,
    words: str = _LEFT,
) -> Standing:
    """The customer does not want to wait any longer: the assistant has the conversation again.

    Raises:
        NotWaiting: the conversation is not in the queue (any more).
    """
    standing = ledger.lock(session, conversation_id)
    handoff = waiting_handoff(session, conversation_id)
    if handoff is None:
        raise NotWaiting
    moved = ledger.change_owner(session, standing, Event.LEAVE_QUEUE, now, text=words)
    agent_id = handoff.agent_id
    handoff.state = HandoffState.ABANDONED
    handoff.agent_id = None
    handoff.offer_until = None
    handoff.ended_at = now
    session.flush()
    if agent_id is not None:
        presence.release(session, agent_id, now)
    waited = (now - handoff.queued_at).total_seconds()
    audit.note(session, now, actor, "left_queue", f"conversation:{conversation_id}", waited_seconds=waited)
    return moved


def tell_positions(session: Session, now: datetime) -> list[ConversationId]:
    """Tell waiting customers their place and its range where the place has changed; returns whom it told."""
    moved = _moved(session)
    if not moved:
        return []
    told: list[ConversationId] = []
    known = pace.read(session, now)
    line = dict(moved)
    of_line = select(Handoff.conversation_id).where(Handoff.id.in_(line))
    # Who is just being dealt with is told at the next look.
    found = capacity.free(session, session.scalars(of_line))
    rows = session.execute(
        select(Handoff.id, Handoff.conversation_id, Handoff.reason)
        .where(
            Handoff.id.in_(line),
            Handoff.conversation_id.in_(found),
            Handoff.state == HandoffState.QUEUED,
        )
        .order_by(Handoff.ranked_at, Handoff.id)
    ).all()
    for handoff_id, conversation_id, reason in rows:
        place = line[handoff_id]
        session.connection().execute(_TOLD, {"told": handoff_id, "place": place})
        standing = ledger.lock(session, ConversationId(conversation_id))
        expected = waiting.expect(place, known)
        custom: dict[str, Any] = {"tier": 3, "position": place}
        if expected is not None:
            custom["wait_seconds"] = [round(expected.low_seconds), round(expected.high_seconds)]
        body = {"text": in_words(place, expected), "custom": custom} | _ways_out(standing, reason)
        key = f"place:{standing.epoch}:{standing.last_seq + 1}"
        ledger.append(session, standing, Author.SYSTEM, [(key, Kind.MESSAGE, body)], now, epoch=None)
        told.append(standing.id)
    return told


def has_moved(session: Session, _now: datetime) -> bool:
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


def _ahead_of(session: Session, rank: datetime, handoff_id: int | None = None) -> int:
    # Who is not in the table yet will get the highest id.
    bounds = {"rank": rank, "handoff": handoff_id or HIGHEST_ID}
    return session.connection().execute(_AHEAD, bounds).scalar_one()


def in_words(place: int, expected: Range | None) -> str:
    """A place and its range as a customer is told them."""
    words = "You are next in the queue." if place == 1 else f"You are number {place} in the queue."
    return f"{words} {expected.words}" if expected else words


def _ways_out(standing: Standing, reason: str) -> dict[str, Any]:
    """The buttons with which a customer ends the wait; a caller has the telephone's keys for that."""
    if standing.channel in routing.CALL_CHANNELS:
        return {}
    # Who has asked for a call need not be offered one.
    return {"buttons": list(_WAYS_OUT[1:] if reason == Reason.CALLBACK else _WAYS_OUT)}


def _hours_in_words(known: waiting.Pace, now: datetime) -> str:
    """When people answer; said only when nobody is there."""
    if calendar.is_open(now) or known.room or known.place_seconds is not None:
        return ""
    opening = calendar.next_opening(now).astimezone(CENTRE_ZONE)
    return (
        f" Our colleagues answer from {calendar.OPENS:%H:%M} to {calendar.CLOSES:%H:%M}, next on "
        f"{opening:%A}; you keep your place."
    )
