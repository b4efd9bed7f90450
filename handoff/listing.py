"""The listing: an agent's list of conversations, in a few small queries; every open page asks for it often.

Reads only. Who a customer is and why they came stands in the packet, which never changes: it is read once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from handoff import sources, unseen
from handoff.inbox import Inbox, Row, title_of
from handoff.packet import Packet
from handoff.reasons import Reason
from handoff.unseen import News
from records.models import (
    Agent,
    Author,
    ConversationId,
    Handoff,
    HandoffState,
    Kind,
    Message,
    Transfer,
    TransferState,
)

SHOWN = (HandoffState.OFFERED, HandoffState.ACTIVE, HandoffState.WRAP_UP)
WAITING_SHOWN = 50

_PREVIEW = 120
_FACES = 20_000

_HANDOFF = (
    Handoff.id,
    Handoff.conversation_id,
    Handoff.state,
    Handoff.reason,
    Handoff.priority,
    Handoff.queued_at,
    Handoff.offer_until,
)
# Read by every open page every few seconds, so built once.
_AVAILABLE = select(Agent.available).where(Agent.id == bindparam("agent"))
_MINE = (
    select(*_HANDOFF)
    .where(Handoff.agent_id == bindparam("agent"), Handoff.state.in_(SHOWN))
    .order_by(Handoff.accepted_at, Handoff.queued_at, Handoff.id)
)
_QUEUE = (
    select(*_HANDOFF)
    .where(Handoff.state == HandoffState.QUEUED)
    .order_by(Handoff.ranked_at, Handoff.id)
    .limit(WAITING_SHOWN)
)
_COUNT = select(func.count()).where(Handoff.state == HandoffState.QUEUED)
_PASSED = (
    select(*_HANDOFF, Transfer.offer_until.label("lapses_at"), Transfer.note, Agent.name)
    .join(Transfer, Transfer.handoff_id == Handoff.id)
    .join(Agent, Agent.id == Transfer.from_agent_id)
    .where(Transfer.state == TransferState.OFFERED, Transfer.agent_id == bindparam("agent"))
    .order_by(Transfer.id)
)
_PACKETS = select(Handoff.id, Handoff.packet).where(Handoff.id.in_(bindparam("handoffs", expanding=True)))
_LATEST = (
    select(Message.conversation_id, Message.author, func.max(Message.seq).label("seq"))
    .where(
        Message.conversation_id.in_(bindparam("conversations", expanding=True)),
        Message.kind == Kind.MESSAGE,
        Message.author != Author.SYSTEM,
    )
    .group_by(Message.conversation_id, Message.author)
    .subquery()
)
_SAID = select(Message.conversation_id, Message.author, Message.seq, Message.body).join(
    _LATEST, (Message.conversation_id == _LATEST.c.conversation_id) & (Message.seq == _LATEST.c.seq)
)

Found = Any
"""A row of the queries above."""

Face = tuple[str, bool]
"""Title, and whether the customer is sixty or older."""

_faces: dict[tuple[str, int], Face] = {}
"""By conversation and handoff; conversations' names are no two databases' own."""


def read(session: Session, agent_id: int, *, opens_waiting: bool) -> Inbox:
    """The agent's list: own conversations in the order they were accepted, the queue in its order."""
    connection = session.connection()
    me = {"agent": agent_id}
    mine = connection.execute(_MINE, me).all()
    queue = connection.execute(_QUEUE).all()
    passed = connection.execute(_PASSED, me).all()
    count = len(queue) if len(queue) < WAITING_SHOWN else connection.execute(_COUNT).scalar_one()
    faces = _faces_of(session, [*mine, *queue, *passed])
    readable = [one.conversation_id for one in (*mine, *passed, *(queue if opens_waiting else ()))]
    said = _last_said(session, readable)
    news = unseen.news_of(session, [one.conversation_id for one in mine]) if mine else {}

    def rows(found: Iterable[Found]) -> tuple[Row, ...]:
        return tuple(
            _row(one, faces[one.id], said.get(one.conversation_id, ("", 0, 0)), news.get(one.conversation_id))
            for one in found
        )

    by_state = {state: [one for one in mine if one.state is state] for state in SHOWN}
    offered = (
        replace(
            row,
            state=HandoffState.OFFERED,
            offer_until=one.lapses_at,
            passed_by=one.name,
            note=one.note,
        )
        for row, one in zip(rows(passed), passed, strict=True)
    )
    return Inbox(
        available=bool(connection.execute(_AVAILABLE, me).scalar()),
        offers=(*rows(by_state[HandoffState.OFFERED]), *offered),
        mine=rows(by_state[HandoffState.ACTIVE]),
        wrap_up=rows(by_state[HandoffState.WRAP_UP]),
        waiting=rows(queue),
        waiting_count=count,
        opens_waiting=opens_waiting,
    )


def _row(one: Found, face: Face, said: tuple[str, int, int], news: News | None) -> Row:
    title, elderly = face
    preview, customer_seq, agent_seq = said
    return Row(
        conversation_id=ConversationId(one.conversation_id),
        state=one.state,
        title=title,
        reason=Reason.parse(one.reason).words,
        priority=one.priority,
        elderly=elderly,
        queued_at=one.queued_at,
        offer_until=one.offer_until,
        preview=preview,
        customer_seq=customer_seq,
        agent_seq=agent_seq,
        news=news or News(),
    )


def _faces_of(session: Session, found: Sequence[Found]) -> Mapping[int, Face]:
    unknown = [one.id for one in found if (one.conversation_id, one.id) not in _faces]
    packets: dict[int, Any] = {}
    if unknown:
        rows = session.connection().execute(_PACKETS, {"handoffs": unknown})
        packets = {handoff_id: packet for handoff_id, packet in rows}
        if len(_faces) > _FACES:
            _faces.clear()
    shown: dict[int, Face] = {}
    for one in found:
        key = (one.conversation_id, one.id)
        face = _faces.get(key)
        if face is None:
            raw = packets.get(one.id)
            if raw is None:  # forgotten just now by another thread
                raw = session.connection().execute(_PACKETS, {"handoffs": [one.id]}).one()[1]
            packet = Packet.model_validate(raw)
            face = (title_of(one.conversation_id, packet), packet.elderly)
            _faces[key] = face
        shown[one.id] = face
    return shown


def _last_said(session: Session, conversation_ids: Sequence[str]) -> Mapping[str, tuple[str, int, int]]:
    """By conversation: the last thing said, and the latest seq of customer and agent."""
    if not conversation_ids:
        return {}
    found: dict[str, dict[Author, tuple[int, Any]]] = {}
    rows = session.connection().execute(_SAID, {"conversations": list(conversation_ids)})
    for conversation_id, author, seq, body in rows:
        found.setdefault(conversation_id, {})[author] = (seq, body)
    said: dict[str, tuple[str, int, int]] = {}
    for conversation_id, by_author in found.items():
        _, body = max(by_author.values(), key=lambda one: one[0])
        customer, agent = (by_author.get(author, (0, None))[0] for author in (Author.CUSTOMER, Author.AGENT))
        said[conversation_id] = (sources.text_of(body or {})[:_PREVIEW], customer, agent)
    return said
