"""Steering: what a supervisor does in the queue and in other agents' conversations, always on the audit.

Beside `handoff.supervision`, which only looks. The agent keeps the conversation: nobody loses it here.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handoff import asides, inbox, precedence, queue
from handoff.acting import Acting
from handoff.authorization import Permission, Principal
from handoff.packet import Packet
from handoff.reasons import Reason
from handoff.refusals import NobodyThere
from records.ledger import Standing
from records.models import Agent, Author, ConversationId, Handoff, HandoffState, Kind, Message


@dataclass(frozen=True, slots=True)
class Held:
    """A conversation that a person has now."""

    conversation_id: ConversationId
    agent: str
    login: str
    title: str
    reason: str
    channel: str
    since: datetime
    customer_waits_since: datetime | None
    """Their oldest message that the agent has not answered."""


class Steering(Acting):
    """Acts by supervisors."""

    async def held(self, token: str) -> tuple[Held, ...]:
        """All conversations that are with people now, the longest first; opening one is audited as ever."""
        return await self._look_around(token, Permission.MONITOR, lambda session, _who, _now: _held(session))

    async def pin(self, token: str, conversation_id: ConversationId, login: str | None, reason: str) -> None:
        """Keep a waiting conversation for one agent; None lets everybody have it again.

        Raises:
            NobodyThere: there is no such agent.
            NotWaiting: it is not in the queue.
            ReasonMissing: no reason is given.
        """

        def work(session: Session, who: Principal, now: datetime) -> None:
            agent_id = None
            if login is not None:
                agent_id = session.scalar(select(Agent.id).where(Agent.login == login))
                if agent_id is None:
                    raise NobodyThere
            precedence.pin(session, who.agent_id, conversation_id, agent_id, reason, now)

        await self._in_conversation(token, Permission.ORDER_QUEUE, conversation_id, work)

    async def reorder(self, token: str, conversation_id: ConversationId, place: int, reason: str) -> None:
        """Put a waiting conversation at another place of the line, counted from one.

        Raises:
            NotWaiting: it is not in the queue.
            ReasonMissing: no reason is given.
        """
        await self._in_conversation(
            token,
            Permission.ORDER_QUEUE,
            conversation_id,
            lambda s, who, now: precedence.reorder(s, who.agent_id, conversation_id, place, reason, now),
        )

    async def take_out(self, token: str, conversation_id: ConversationId) -> Standing:
        """Give a waiting conversation back to the assistant, such as one where nobody is left.

        Raises:
            NotWaiting: it is not in the queue.
        """
        return await self._in_conversation(
            token,
            Permission.ORDER_QUEUE,
            conversation_id,
            lambda s, who, now: queue.leave(s, conversation_id, now, f"agent:{who.login}"),
        )

    async def whisper(self, token: str, conversation_id: ConversationId, key: str, text: str) -> int:
        """Tell the agent something that the customer never sees; the seq of it.

        Raises:
            NotHeld: no agent holds it.
            UnfitText: empty or too long.
        """
        return await self._in_conversation(
            token,
            Permission.WHISPER,
            conversation_id,
            lambda s, who, now: asides.whisper(s, who, conversation_id, key, text, now),
            is_said=True,
        )

    async def barge(
        self, token: str, conversation_id: ConversationId, key: str, text: str, *, epoch: int
    ) -> int:
        """Speak to the customer beside the agent, who keeps the conversation; the seq of what was said.

        Raises:
            NotHeld: no agent holds it.
            StaleEpoch: it has changed hands since the supervisor's page read it.
            UnfitText: empty or too long.
        """
        return await self._in_conversation(
            token,
            Permission.BARGE,
            conversation_id,
            lambda s, who, now: asides.speak(s, who, conversation_id, key, text, now, epoch=epoch),
            is_said=True,
        )


def _held(session: Session) -> tuple[Held, ...]:
    rows = session.execute(
        select(Handoff, Agent)
        .join(Agent, Agent.id == Handoff.agent_id)
        .where(Handoff.state == HandoffState.ACTIVE)
        .order_by(Handoff.accepted_at, Handoff.id)
    ).all()
    waits = _unanswered(session, [handoff.conversation_id for handoff, _ in rows])
    return tuple(
        Held(
            conversation_id=ConversationId(handoff.conversation_id),
            agent=agent.name,
            login=agent.login,
            title=inbox.title_of(
                ConversationId(handoff.conversation_id), Packet.model_validate(handoff.packet)
            ),
            reason=Reason.parse(handoff.reason).words,
            channel="phone" if handoff.exclusive else "chat",
            since=handoff.accepted_at or handoff.queued_at,
            customer_waits_since=waits.get(handoff.conversation_id),
        )
        for handoff, agent in rows
    )


def _unanswered(session: Session, conversation_ids: list[str]) -> dict[str, datetime]:
    """By conversation: when the customer's oldest unanswered message came."""
    said = (
        select(Message.conversation_id, func.max(Message.seq).label("seq"))
        .where(
            Message.conversation_id.in_(conversation_ids),
            (Message.author == Author.AGENT) & (Message.kind == Kind.MESSAGE) | (Message.kind == Kind.STATUS),
        )
        .group_by(Message.conversation_id)
        .subquery()
    )
    waiting = (
        select(Message.conversation_id, func.min(Message.created_at))
        .join(said, said.c.conversation_id == Message.conversation_id)
        .where(Message.author == Author.CUSTOMER, Message.seq > said.c.seq)
        .group_by(Message.conversation_id)
    )
    return {conversation_id: at for conversation_id, at in session.execute(waiting)}
