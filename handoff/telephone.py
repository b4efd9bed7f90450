"""Calls among people: who is dialled for a caller, and what becomes of the conversation afterwards.

Runs in the caller's transaction. It decides nothing about telephones themselves: it is told how they went.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from handoff import desk, pace, presence, queue, transfers, waiting
from handoff.packet import Packet
from handoff.refusals import NoTelephone, NotWaiting
from records import audit, ledger
from records.ledger import Standing
from records.models import (
    Agent,
    AgentId,
    CallState,
    ConversationId,
    Handoff,
    HandoffState,
    Owner,
    PhoneCall,
)
from records.ownership import Event

WAITING = frozenset({Owner.QUEUED, Owner.OFFERED})


@dataclass(frozen=True, slots=True)
class Holder:
    """The agent who holds a conversation, as a telephone needs to know them."""

    agent_id: AgentId
    name: str
    phone: str | None
    packet: Packet


def holder(session: Session, conversation_id: ConversationId) -> Holder | None:
    """Who holds the conversation now; None when nobody does."""
    row = session.execute(
        select(Agent.id, Agent.name, Agent.phone, Handoff.packet)
        .join(Handoff, Handoff.agent_id == Agent.id)
        .where(Handoff.conversation_id == conversation_id, Handoff.state == HandoffState.ACTIVE)
    ).first()
    if row is None:
        return None
    return Holder(AgentId(row.id), row.name, row.phone, Packet.model_validate(row.packet))


def require_number(session: Session, agent_id: int, conversation_id: ConversationId) -> None:
    """Refuse that an agent without a telephone takes somebody who is on the line.

    Raises:
        NoTelephone: the conversation is a living call, and the agent cannot be dialled.
    """
    on_the_line = exists().where(
        PhoneCall.conversation_id == conversation_id, PhoneCall.state != CallState.ENDED
    )
    known = exists().where(Agent.id == agent_id, Agent.phone.is_not(None))
    if session.scalar(select(on_the_line & ~known)):
        raise NoTelephone


def not_reached(
    session: Session, conversation_id: ConversationId, agent_id: int, now: datetime, why: str
) -> Standing:
    """The agent's telephone was not answered: back into the queue, at the place of the first arrival.

    Changes nothing where the agent does not hold the conversation (any more).
    """
    standing = ledger.lock(session, conversation_id)
    handoff = _held(session, conversation_id, agent_id)
    if handoff is None or standing.owner is not Owner.AGENT:
        return standing
    name = session.get_one(Agent, agent_id).name
    transfers.withdraw(session, handoff.id, now)
    words = f"{name} could not be reached. You keep your place, and a colleague will take over."
    moved = ledger.change_owner(session, standing, Event.REQUEUE, now, text=words)
    handoff.state = HandoffState.QUEUED
    handoff.agent_id = None
    handoff.accepted_at = None
    handoff.told_position = None
    handoff.returned_at = now
    handoff.declined_by = sorted({*handoff.declined_by, agent_id})
    session.flush()
    presence.release(session, agent_id, now)
    audit.note(
        session, now, "system", "telephone_not_answered", f"conversation:{conversation_id}",
        agent=agent_id, why=why,
    )  # fmt: skip
    return moved


def talk_over(session: Session, conversation_id: ConversationId, agent_id: int, now: datetime) -> Standing:
    """Caller and agent have talked and one of them hung up: what is left is the agent's write-up."""
    standing = ledger.lock(session, conversation_id)
    if standing.owner is not Owner.AGENT or _held(session, conversation_id, agent_id) is None:
        return standing
    return desk.wrap_up(session, agent_id, conversation_id, now, epoch=standing.epoch)


def caller_gone(session: Session, conversation_id: ConversationId, now: datetime) -> Standing:
    """The caller hung up: nobody waits any longer, and nobody is kept from others."""
    standing = ledger.lock(session, conversation_id)
    if standing.owner in WAITING:
        try:
            return queue.leave(session, conversation_id, now, actor="caller")
        except NotWaiting:
            return standing
    held = holder(session, conversation_id) if standing.owner is Owner.AGENT else None
    return talk_over(session, conversation_id, held.agent_id, now) if held else standing


def wait_words(session: Session, conversation_id: ConversationId, now: datetime) -> str | None:
    """Place and range, as they are now; None when the conversation does not wait."""
    place = queue.position(session, conversation_id)
    return None if place is None else queue.in_words(place, waiting.expect(place, pace.read(session, now)))


def _held(session: Session, conversation_id: ConversationId, agent_id: int) -> Handoff | None:
    return session.scalars(
        select(Handoff).where(
            Handoff.conversation_id == conversation_id,
            Handoff.state == HandoffState.ACTIVE,
            Handoff.agent_id == agent_id,
        )
    ).first()
