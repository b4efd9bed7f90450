"""Precedence: a supervisor gives a waiting conversation to a certain agent, or another place in the line.

Always with a reason, always on the audit; nobody else changes the order in which customers are served.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.refusals import NobodyThere, NotWaiting, ReasonMissing
from records import audit, ledger
from records.models import Agent, ConversationId, Handoff, HandoffState

REASON_LENGTH = 500

_INSTANT = timedelta(microseconds=1)


def pin(
    session: Session,
    supervisor_id: int,
    conversation_id: ConversationId,
    agent_id: int | None,
    reason: str,
    now: datetime,
) -> None:
    """Keep a waiting conversation for one agent while they are on duty; None lets everybody have it again.

    Raises:
        NotWaiting: it is not in the queue.
        NobodyThere: there is no such agent.
        ReasonMissing: no reason is given.
    """
    handoff = _waiting(session, conversation_id, reason)
    if agent_id is not None and session.get(Agent, agent_id) is None:
        raise NobodyThere
    handoff.wanted_agent_id = agent_id
    session.flush()
    _note(session, supervisor_id, "pinned", conversation_id, reason, now, agent=agent_id)


def reorder(
    session: Session,
    supervisor_id: int,
    conversation_id: ConversationId,
    place: int,
    reason: str,
    now: datetime,
) -> None:
    """Put a waiting conversation at another place of the line, counted from one.

    Raises:
        NotWaiting: it is not in the queue.
        ReasonMissing: no reason is given.
    """
    handoff = _waiting(session, conversation_id, reason)
    ranks = session.scalars(
        select(Handoff.ranked_at)
        .where(Handoff.state.in_((HandoffState.QUEUED, HandoffState.OFFERED)), Handoff.id != handoff.id)
        .order_by(Handoff.ranked_at, Handoff.id)
    ).all()
    before = ranks[: max(0, place - 1)]
    after = ranks[len(before) :]
    if after and before:
        # Between the two; where these are equal, as near as can be.
        handoff.ranked_at = max(before[-1] + (after[0] - before[-1]) / 2, before[-1])
    elif after:
        handoff.ranked_at = after[0] - _INSTANT
    elif before:
        handoff.ranked_at = before[-1] + _INSTANT
    session.flush()
    _note(session, supervisor_id, "reordered", conversation_id, reason, now, place=place)


def _waiting(session: Session, conversation_id: ConversationId, reason: str) -> Handoff:
    if not reason.strip():
        raise ReasonMissing
    ledger.lock(session, conversation_id)
    handoff = session.scalars(
        select(Handoff).where(
            Handoff.conversation_id == conversation_id, Handoff.state == HandoffState.QUEUED
        )
    ).first()
    if handoff is None:
        raise NotWaiting
    return handoff


def _note(
    session: Session,
    supervisor_id: int,
    action: str,
    conversation_id: ConversationId,
    reason: str,
    now: datetime,
    **detail: int | None,
) -> None:
    login = session.get_one(Agent, supervisor_id).login
    audit.note(
        session,
        now,
        f"agent:{login}",
        action,
        f"conversation:{conversation_id}",
        reason=reason.strip()[:REASON_LENGTH],
        **detail,
    )
