"""Offers: a waiting conversation is reserved for one agent for a short time, and is theirs once they accept.

Capacity is counted in the transaction that makes the offer. On SQLite that transaction is the only
writer; on PostgreSQL it skips conversations that another one is working on and locks the agents it counts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from handoff import capacity, line, presence, routing, telephone, transfer_answers, transfers
from handoff.line import Waiting
from handoff.refusals import OfferGone
from handoff.routing import Candidate
from records import audit, ledger
from records.ledger import Standing
from records.models import Agent, ConversationId, Handoff, HandoffState, Transfer, TransferState
from records.models.base import Moment
from records.ownership import Event

PAUSE_SECONDS = 15.0
"""Rest before an agent is asked again for the conversation they just let go."""

# Looked at with every signal, so built once.
_SOMETHING_EXPIRED = (
    select(Handoff.id)
    .where(Handoff.state == HandoffState.OFFERED, Handoff.offer_until <= bindparam("now", type_=Moment))
    .limit(1)
)
_RESERVE = (
    update(Handoff)
    .where(Handoff.id == bindparam("handoff"), Handoff.state == HandoffState.QUEUED)
    .values(
        state=HandoffState.OFFERED,
        agent_id=bindparam("agent"),
        offer_until=bindparam("until", type_=Moment),
    )
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A conversation reserved for an agent."""

    conversation_id: ConversationId
    agent_id: int
    until: datetime


def assign(session: Session, now: datetime, *, offer_seconds: float, presence_seconds: float) -> list[Offer]:
    """Offer waiting conversations to free agents, in the order of the line."""
    until = now + timedelta(seconds=offer_seconds)
    made: list[Offer] = []
    for waiting, agent in list(_plan(session, now, presence_seconds, lock=True)):
        if not _reserve(session, waiting, agent.id, until, now):
            continue
        presence.occupy(session, agent.id)
        audit.note(
            session,
            now,
            "system",
            "offered",
            f"conversation:{waiting.conversation_id}",
            agent=agent.id,
            handoff=waiting.handoff_id,
        )
        made.append(Offer(waiting.conversation_id, agent.id, until))
    return made


def offered_to(session: Session, conversation_ids: Sequence[ConversationId]) -> list[int]:
    """The agents to whom one of these conversations is offered now, transfers among them."""
    offered = select(Handoff.agent_id).where(
        Handoff.conversation_id.in_(conversation_ids), Handoff.state == HandoffState.OFFERED
    )
    passed = (
        select(Transfer.agent_id)
        .join(Handoff, Handoff.id == Transfer.handoff_id)
        .where(Handoff.conversation_id.in_(conversation_ids), Transfer.state == TransferState.OFFERED)
    )
    found = (*session.scalars(offered), *session.scalars(passed))
    return sorted({agent_id for agent_id in found if agent_id is not None})


def is_assignable(session: Session, now: datetime, *, presence_seconds: float) -> bool:
    """Whether an offer can be made now: worth a writing transaction."""
    if not line.somebody_waits(session):
        return False
    return next(_plan(session, now, presence_seconds, lock=False), None) is not None


def accept(
    session: Session,
    agent_id: int,
    conversation_id: ConversationId,
    now: datetime,
    *,
    epoch: int | None = None,
) -> Standing:
    """The agent takes the offer and owns the conversation from here on.

    Raises:
        OfferGone: it lapsed, or is not this agent's.
        NoTelephone: it is a call, and the agent cannot be dialled.
        StaleEpoch: `epoch` was given and is past.
    """
    standing, handoff = _offer_of(session, agent_id, conversation_id)
    telephone.require_number(session, agent_id, conversation_id)
    if handoff is None:
        return transfer_answers.accept(session, standing, agent_id, now, epoch=epoch)
    if handoff.offer_until is None or handoff.offer_until <= now:
        raise OfferGone
    agent = session.get_one(Agent, agent_id)
    moved = ledger.change_owner(
        session,
        standing,
        Event.ACCEPT,
        now,
        epoch=epoch,
        text=f"{agent.name} has joined and can see everything you wrote.",
        agent_id=agent_id,
    )
    handoff.state = HandoffState.ACTIVE
    handoff.accepted_at = now
    handoff.offer_until = None
    presence.occupy(session, agent_id)
    waited = (now - handoff.queued_at).total_seconds()
    audit.note(
        session, now, f"agent:{agent.login}", "accepted", f"conversation:{moved.id}", waited_seconds=waited
    )
    session.flush()
    return moved


def decline(session: Session, agent_id: int, conversation_id: ConversationId, now: datetime) -> Standing:
    """The agent lets the offer go: back to the queue at its old place, or to the agent who passes it on.

    Raises:
        OfferGone: the offer is not this agent's (any more).
    """
    standing, handoff = _offer_of(session, agent_id, conversation_id)
    if handoff is None:
        return transfer_answers.decline(session, standing, agent_id, now)
    login = session.get_one(Agent, agent_id).login
    return _take_back(session, standing, handoff, now, actor=f"agent:{login}", action="declined")


def lapse_expired(session: Session, now: datetime) -> list[ConversationId]:
    """Take back the offers whose time ran out; returns their conversations."""
    over = (Handoff.state == HandoffState.OFFERED, Handoff.offer_until <= now)
    found = capacity.free(session, session.scalars(select(Handoff.conversation_id).where(*over)))
    if not found:
        return []
    expired = session.scalars(
        select(Handoff).where(Handoff.conversation_id.in_(found), *over).order_by(Handoff.id)
    ).all()
    capacity.lock_agents(session, [one.agent_id for one in expired if one.agent_id is not None])
    for handoff in expired:
        standing = ledger.lock(session, ConversationId(handoff.conversation_id))
        _take_back(session, standing, handoff, now, actor="system", action="offer_lapsed")
    return [ConversationId(handoff.conversation_id) for handoff in expired]


def has_expired(session: Session, now: datetime) -> bool:
    """Whether some offer's time ran out."""
    return session.connection().execute(_SOMETHING_EXPIRED, {"now": now}).first() is not None


def _plan(
    session: Session, now: datetime, presence_seconds: float, *, lock: bool
) -> Iterator[tuple[Waiting, Candidate]]:
    """Who is offered what, in the order of the line; ends when nobody has room any more."""
    agents = capacity.present(session, now, presence_seconds, lock=lock)
    room = {agent.id: agent for agent in agents.values()}
    if not any(agent.has_room for agent in room.values()):
        return
    for waiting in line.in_order(session, lock=lock):
        chosen = routing.choose(waiting.need, room.values(), now, PAUSE_SECONDS)
        if chosen is None:
            if waiting.need.exclusive and (kept := routing.keep_free(waiting.need, room.values(), now)):
                # Full as far as this look is concerned: the call is next.
                room[kept.id] = kept.with_one_more(waiting.need)
        else:
            room[chosen.id] = chosen.with_one_more(waiting.need)
            yield waiting, chosen
        if not any(agent.has_room for agent in room.values()):
            return


def _reserve(session: Session, waiting: Waiting, agent_id: int, until: datetime, now: datetime) -> bool:
    """Whether it could be reserved: who is just being dealt with is left to the next look."""
    if waiting.transfer_id is not None:
        return transfers.reserve(session, waiting.transfer_id, agent_id, until)
    if not capacity.free(session, [waiting.conversation_id]):
        return False
    reserved = {"handoff": waiting.handoff_id, "agent": agent_id, "until": until}
    if session.connection().execute(_RESERVE, reserved).rowcount != 1:
        return False
    standing = ledger.lock(session, waiting.conversation_id)
    ledger.change_owner(session, standing, Event.OFFER, now)
    return True


def _take_back(
    session: Session, standing: Standing, handoff: Handoff, now: datetime, *, actor: str, action: str
) -> Standing:
    moved = ledger.change_owner(session, standing, Event.LAPSE, now)
    agent_id = handoff.agent_id
    handoff.state = HandoffState.QUEUED
    handoff.agent_id = None
    handoff.offer_until = None
    handoff.returned_at = now
    if agent_id is not None:
        handoff.declined_by = sorted({*handoff.declined_by, agent_id})
        session.flush()
        presence.release(session, agent_id, now)
    audit.note(session, now, actor, action, f"conversation:{standing.id}", agent=agent_id, handoff=handoff.id)
    session.flush()
    return moved


def _offer_of(
    session: Session, agent_id: int, conversation_id: ConversationId
) -> tuple[Standing, Handoff | None]:
    """The locked conversation and the handoff offered to the agent; None when it may be a transfer."""
    standing = ledger.lock(session, conversation_id)
    handoff = session.scalars(
        select(Handoff).where(
            Handoff.conversation_id == conversation_id,
            Handoff.state == HandoffState.OFFERED,
            Handoff.agent_id == agent_id,
        )
    ).first()
    return standing, handoff
