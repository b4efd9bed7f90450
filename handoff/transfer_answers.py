"""Answers to a transfer: the asked agent takes the conversation over, or leaves it where it is.

Until the moment of accepting the first agent has it, and never do two of them.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import capacity, presence, transfers
from handoff.refusals import OfferGone
from records import audit, ledger
from records.ledger import Standing
from records.models import Agent, Conversation, Handoff, HandoffState, Owner, Transfer, TransferState
from records.ownership import Event


def accept(
    session: Session, standing: Standing, agent_id: int, now: datetime, *, epoch: int | None
) -> Standing:
    """The next agent has it: from this moment the first one cannot write any more.

    Raises:
        OfferGone: no transfer of it is offered to this agent, or it lapsed.
        StaleEpoch: `epoch` was given and is past.
    """
    transfer, handoff = _offered(session, standing, agent_id)
    if transfer.offer_until is None or transfer.offer_until <= now or standing.owner is not Owner.AGENT:
        raise OfferGone
    capacity.lock_agents(session, (agent_id, transfer.from_agent_id))
    first, agent = session.get_one(Agent, transfer.from_agent_id), session.get_one(Agent, agent_id)
    moved = ledger.change_owner(
        session,
        standing,
        Event.TRANSFER,
        now,
        epoch=epoch,
        text=f"{agent.name} takes over from {first.name} and can see everything you wrote.",
        agent_id=agent_id,
    )
    handoff.agent_id = agent_id
    transfer.state = TransferState.ACCEPTED
    transfer.offer_until = None
    transfer.ended_at = now
    session.flush()
    presence.occupy(session, agent_id)
    presence.release(session, transfer.from_agent_id, now)
    audit.note(
        session, now, f"agent:{agent.login}", "transfer_accepted", f"conversation:{moved.id}",
        from_agent=transfer.from_agent_id,
    )  # fmt: skip
    return moved


def decline(session: Session, standing: Standing, agent_id: int, now: datetime) -> Standing:
    """The asked agent does not take it; the first one still has it.

    Raises:
        OfferGone: no transfer of it is offered to this agent.
    """
    transfer, _ = _offered(session, standing, agent_id)
    actor = f"agent:{session.get_one(Agent, agent_id).login}"
    transfers.let_go(session, standing, transfer, now, actor=actor, action="transfer_declined")
    return standing


def _offered(session: Session, standing: Standing, agent_id: int) -> tuple[Transfer, Handoff]:
    found = session.execute(
        select(Transfer, Handoff)
        .join(Handoff, Handoff.id == Transfer.handoff_id)
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .where(
            Handoff.conversation_id == standing.id,
            Handoff.state == HandoffState.ACTIVE,
            Handoff.agent_id == Transfer.from_agent_id,
            Transfer.state == TransferState.OFFERED,
            Transfer.agent_id == agent_id,
        )
    ).first()
    if found is None:
        raise OfferGone
    return found[0], found[1]
