"""Holding: whether a conversation is with an agent, asked before all that only its holder may do.

It reads inside the caller's transaction, with the conversation locked; it changes nothing.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.refusals import NotHeld
from records.ledger import StaleEpoch, Standing
from records.models import Handoff, HandoffState, Owner


def held(session: Session, standing: Standing, agent_id: int, epoch: int) -> Handoff:
    """The handoff of a locked conversation that the agent holds.

    Raises:
        NotHeld: they do not.
        StaleEpoch: it has changed hands since the agent's page read it.
    """
    if epoch != standing.epoch:
        raise StaleEpoch(f"epoch {epoch} is past, the conversation is at {standing.epoch}")
    handoff = session.scalars(
        select(Handoff).where(
            Handoff.conversation_id == standing.id,
            Handoff.state == HandoffState.ACTIVE,
            Handoff.agent_id == agent_id,
        )
    ).first()
    if handoff is None or standing.owner is not Owner.AGENT:
        raise NotHeld
    return handoff
