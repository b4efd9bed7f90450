"""Transfers: an agent passes a conversation on, and keeps it until the next one has it.

To a person, to anybody with a skill, or straight back to the queue with its first arrival time. A
transfer never leaves a customer with nobody: what is not accepted changes nothing but its own record.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from handoff import capacity, holding, presence
from handoff.refusals import NobodyThere
from records import audit, ledger
from records.ledger import Standing
from records.models import Agent, Author, ConversationId, Handoff, HandoffState, Kind, Transfer, TransferState
from records.models.base import Moment
from records.ownership import Event

NOTE_LENGTH = 1000
OPEN = (TransferState.WAITING, TransferState.OFFERED)

_RESERVE = (
    update(Transfer)
    .where(Transfer.id == bindparam("transfer"), Transfer.state == TransferState.WAITING)
    .values(
        state=TransferState.OFFERED,
        agent_id=bindparam("agent"),
        offer_until=bindparam("until", type_=Moment),
    )
)
_DUE = (
    select(Transfer.id)
    .outerjoin(Agent, Agent.id == Transfer.wanted_agent_id)
    .where(
        ((Transfer.state == TransferState.OFFERED) & (Transfer.offer_until <= bindparam("now", type_=Moment)))
        | (
            (Transfer.state == TransferState.WAITING)
            & Transfer.wanted_agent_id.is_not(None)
            & (
                Agent.available.is_(False)
                | Agent.seen_at.is_(None)
                | (Agent.seen_at <= bindparam("cutoff", type_=Moment))
            )
        )
    )
    .order_by(Transfer.id)
)


def ask(
    session: Session,
    agent_id: int,
    conversation_id: ConversationId,
    note: str,
    now: datetime,
    *,
    epoch: int,
    to_agent: int | None = None,
    skill: str | None = None,
    presence_seconds: float,
) -> Transfer:
    """Look for somebody who takes the conversation over; the agent keeps it until then.

    Args:
        session: the caller's transaction.
        agent_id: who holds it.
        conversation_id: which conversation.
        note: what the next one should know; they read it with the offer.
        now: the present moment.
        epoch: as the agent's page read it.
        to_agent: the person asked for.
        skill: or the skill asked for; one of the two.
        presence_seconds: so long after their last sign of life somebody still counts as there.

    Raises:
        NotHeld: the agent does not hold the conversation.
        StaleEpoch: it has changed hands.
        NobodyThere: the person asked for is not on duty, or is the agent.
        ValueError: neither or both of person and skill are given.
    """
    if (to_agent is None) == (skill is None):
        raise ValueError("a transfer is to a person or to a skill")
    standing = ledger.lock(session, conversation_id)
    handoff = holding.held(session, standing, agent_id, epoch)
    if to_agent is not None:
        there = capacity.present(session, now, presence_seconds)
        if to_agent == agent_id or to_agent not in there:
            raise NobodyThere
    withdraw(session, handoff.id, now)
    transfer = Transfer(
        handoff_id=handoff.id,
        from_agent_id=agent_id,
        wanted_agent_id=to_agent,
        skill=skill,
        note=note.strip()[:NOTE_LENGTH],
        state=TransferState.WAITING,
        declined_by=[],
        created_at=now,
    )
    session.add(transfer)
    session.flush()
    _write_down(session, standing, agent_id, f"transfer:{transfer.id}", transfer.note, now)
    audit.note(
        session, now, _actor(session, agent_id), "transfer_asked", f"conversation:{conversation_id}",
        to_agent=to_agent, skill=skill,
    )  # fmt: skip
    return transfer


def requeue(
    session: Session,
    agent_id: int,
    conversation_id: ConversationId,
    note: str,
    now: datetime,
    *,
    epoch: int,
    skill: str | None = None,
) -> Standing:
    """Give the conversation back to the queue, at the place of its first arrival.

    Raises:
        NotHeld: the agent does not hold the conversation.
        StaleEpoch: it has changed hands.
    """
    standing = ledger.lock(session, conversation_id)
    handoff = holding.held(session, standing, agent_id, epoch)
    withdraw(session, handoff.id, now)
    if note := note.strip()[:NOTE_LENGTH]:
        key = f"requeue:{standing.epoch}"
        standing = _write_down(session, standing, agent_id, key, note, now)
    words = "A colleague who can help you better will take over. You keep your place."
    moved = ledger.change_owner(session, standing, Event.REQUEUE, now, epoch=epoch, text=words)
    handoff.state = HandoffState.QUEUED
    handoff.agent_id = None
    handoff.accepted_at = None
    handoff.told_position = None
    handoff.returned_at = now
    handoff.declined_by = sorted({*handoff.declined_by, agent_id})
    handoff.skill = skill or handoff.skill
    session.flush()
    presence.release(session, agent_id, now)
    audit.note(
        session, now, _actor(session, agent_id), "requeued", f"conversation:{conversation_id}", skill=skill
    )
    return moved


def withdraw(session: Session, handoff_id: int, now: datetime) -> None:
    """End the open transfer of a handoff, if there is one: the conversation stays, ends or is lost."""
    for transfer in lock_open(session, [handoff_id]):
        capacity.lock_agents(
            session, [one for one in (transfer.agent_id, transfer.from_agent_id) if one is not None]
        )
        _end(session, transfer, TransferState.WITHDRAWN, now)


def lock_open(session: Session, handoff_ids: Sequence[int]) -> Sequence[Transfer]:
    """The open transfers of these handoffs, locked; their conversations are locked already."""
    return session.scalars(
        select(Transfer)
        .where(Transfer.handoff_id.in_(handoff_ids), Transfer.state.in_(OPEN))
        .order_by(Transfer.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def let_go(
    session: Session, standing: Standing, transfer: Transfer, now: datetime, *, actor: str, action: str
) -> None:
    """The asked agent does not take it: another is looked for, unless this one was asked for by name."""
    agent_id = transfer.agent_id
    if transfer.wanted_agent_id is not None:
        _end(session, transfer, TransferState.FAILED, now)
    else:
        transfer.state = TransferState.WAITING
        transfer.agent_id = None
        transfer.offer_until = None
        transfer.declined_by = sorted({*transfer.declined_by, *([agent_id] if agent_id else [])})
        session.flush()
        if agent_id is not None:
            presence.release(session, agent_id, now)
    audit.note(
        session, now, actor, action, f"conversation:{standing.id}", agent=agent_id, transfer=transfer.id
    )


def settle(session: Session, now: datetime, *, presence_seconds: float) -> list[ConversationId]:
    """End the offers of transfers whose time ran out, and the waits for people who have left."""
    bounds = {"now": now, "cutoff": now - timedelta(seconds=presence_seconds)}
    due = list(session.connection().execute(_DUE, bounds).scalars())
    of_conversation = (
        select(Handoff.conversation_id)
        .join(Transfer, Transfer.handoff_id == Handoff.id)
        .where(Transfer.id.in_(due))
    )
    found = capacity.free(session, session.scalars(of_conversation)) if due else []
    if not found:
        return []
    # Read after the lock: whoever was faster has changed them.
    transfers = session.scalars(
        select(Transfer)
        .join(Handoff, Handoff.id == Transfer.handoff_id)
        .where(
            Transfer.id.in_(session.connection().execute(_DUE, bounds).scalars().all()),
            Handoff.conversation_id.in_(found),
        )
        .order_by(Transfer.id)
        .with_for_update(of=Transfer)
    ).all()
    transfers = [one for one in transfers if one.state in OPEN]
    capacity.lock_agents(session, [one.agent_id for one in transfers if one.agent_id is not None])
    settled: list[ConversationId] = []
    for transfer in transfers:
        handoff = session.get_one(Handoff, transfer.handoff_id)
        standing = ledger.lock(session, ConversationId(handoff.conversation_id))
        let_go(session, standing, transfer, now, actor="system", action="transfer_lapsed")
        settled.append(standing.id)
    return settled


def is_due(session: Session, now: datetime, *, presence_seconds: float) -> bool:
    """Whether `settle` has something to do."""
    bounds = {"now": now, "cutoff": now - timedelta(seconds=presence_seconds)}
    return session.connection().execute(_DUE.limit(1), bounds).first() is not None


def reserve(session: Session, transfer_id: int, agent_id: int, until: datetime) -> bool:
    """Offer the transfer to an agent; called with the agents locked, where capacity is counted."""
    reserved = {"transfer": transfer_id, "agent": agent_id, "until": until}
    return session.connection().execute(_RESERVE, reserved).rowcount == 1


def is_offered(session: Session, conversation_id: ConversationId, agent_id: int) -> bool:
    """Whether the conversation is being passed on to this agent, who may take it now."""
    found = (
        select(Transfer.id)
        .join(Handoff, Handoff.id == Transfer.handoff_id)
        .where(
            Handoff.conversation_id == conversation_id,
            Transfer.state == TransferState.OFFERED,
            Transfer.agent_id == agent_id,
        )
    )
    return session.scalar(found) is not None


def open_of(session: Session, conversation_id: ConversationId) -> Transfer | None:
    """The transfer of a conversation that is under way."""
    return session.scalars(
        select(Transfer)
        .join(Handoff, Handoff.id == Transfer.handoff_id)
        .where(Handoff.conversation_id == conversation_id, Transfer.state.in_(OPEN))
    ).first()


def _end(session: Session, transfer: Transfer, state: TransferState, now: datetime) -> None:
    offered_to = transfer.agent_id
    transfer.state = state
    transfer.offer_until = None
    transfer.ended_at = now
    session.flush()
    if offered_to is not None:
        presence.release(session, offered_to, now)


def _write_down(
    session: Session, standing: Standing, agent_id: int, key: str, text: str, now: datetime
) -> Standing:
    """Leave the words for the next agent as a private note in the conversation."""
    if text:
        body = {"text": text, "name": session.get_one(Agent, agent_id).name}
        item = (key, Kind.NOTE, body)
        ledger.append(session, standing, Author.AGENT, [item], now, epoch=None, agent_id=agent_id)
    return ledger.lock(session, standing.id)


def _actor(session: Session, agent_id: int) -> str:
    return f"agent:{session.get_one(Agent, agent_id).login}"
