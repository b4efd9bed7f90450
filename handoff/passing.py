"""Passing: how an agent lets a conversation go: to a colleague, a skill, the queue, or a promised call.

Beside `handoff.switchboard`. A customer is never left with nobody: what nobody takes changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import callbacks, capacity, holding, transfers
from handoff.acting import Acting
from handoff.authorization import Permission, Principal
from handoff.refusals import FarOff, NobodyThere, UnknownSkill
from records import ledger
from records.clock import Clock
from records.ledger import Standing
from records.models import Agent, ConversationId
from records.signals import Signals
from records.store import Store

FARTHEST = timedelta(days=30)
"""No call is promised for later."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody on duty, as far as one must know to pass a conversation on."""

    login: str
    name: str
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    has_room: bool


class Passing(Acting):
    """Transfers and call-backs by agents."""

    def __init__(self, store: Store, clock: Clock, signals: Signals, presence_seconds: float) -> None:
        """As every desk; agents silent for `presence_seconds` are gone."""
        super().__init__(store, clock, signals)
        self._presence_seconds = presence_seconds

    async def colleagues(self, token: str) -> tuple[Colleague, ...]:
        """Who else is on duty, by name."""

        def work(session: Session, who: Principal, now: datetime) -> tuple[Colleague, ...]:
            there = capacity.present(session, now, self._presence_seconds)
            agents = session.scalars(select(Agent).where(Agent.id.in_(there)).order_by(Agent.name))
            return tuple(
                Colleague(
                    one.login,
                    one.name,
                    tuple(one.skills),
                    tuple(one.languages),
                    there[one.id].has_room,
                )
                for one in agents
                if one.id != who.agent_id
            )

        return await self._look_around(token, Permission.TRANSFER, work)

    async def transfer(
        self,
        token: str,
        conversation_id: ConversationId,
        note: str,
        *,
        epoch: int,
        to: str | None = None,
        skill: str | None = None,
    ) -> None:
        """Look for the colleague with the login `to`, or anybody with the skill; till then keep it.

        Raises:
            NobodyThere: there is no such colleague on duty.
            UnknownSkill: neither or both are given, or nobody on duty has the skill.
        """

        def work(session: Session, who: Principal, now: datetime) -> None:
            to_agent = None
            if to is not None:
                to_agent = session.scalar(select(Agent.id).where(Agent.login == to))
                if to_agent is None:
                    raise NobodyThere
            if (to is None) == (skill is None):
                raise UnknownSkill
            if skill is not None:
                self._check_skill(session, skill, who.agent_id, now)
            transfers.ask(
                session, who.agent_id, conversation_id, note, now,
                epoch=epoch, to_agent=to_agent, skill=skill, presence_seconds=self._presence_seconds,
            )  # fmt: skip

        await self._in_conversation(token, Permission.TRANSFER, conversation_id, work)

    async def requeue(
        self,
        token: str,
        conversation_id: ConversationId,
        note: str,
        *,
        epoch: int,
        skill: str | None = None,
    ) -> Standing:
        """Back to the queue, at the place of its first arrival.

        Raises:
            UnknownSkill: nobody on duty has it.
        """

        def work(session: Session, who: Principal, now: datetime) -> Standing:
            if skill is not None:
                self._check_skill(session, skill, who.agent_id, now)
            return transfers.requeue(
                session, who.agent_id, conversation_id, note, now, epoch=epoch, skill=skill
            )

        return await self._in_conversation(token, Permission.TRANSFER, conversation_id, work)

    async def keep(self, token: str, conversation_id: ConversationId, *, epoch: int) -> None:
        """Take a transfer back that nobody has accepted yet."""

        def work(session: Session, who: Principal, now: datetime) -> None:
            standing = ledger.lock(session, conversation_id)
            handoff = holding.held(session, standing, who.agent_id, epoch)
            transfers.withdraw(session, handoff.id, now)

        await self._in_conversation(token, Permission.TRANSFER, conversation_id, work)

    async def promise_call(
        self, token: str, conversation_id: ConversationId, at: datetime, *, epoch: int
    ) -> datetime:
        """Promise the customer a call instead; returns when it will be.

        Raises:
            FarOff: a time that lies behind, or too far ahead.
            NotWaiting: the conversation is not with people.
        """

        def work(session: Session, who: Principal, now: datetime) -> datetime:
            if not now <= at <= now + FARTHEST:
                raise FarOff
            return callbacks.promise(session, conversation_id, at, now, f"agent:{who.login}", epoch=epoch)

        return await self._in_conversation(token, Permission.PROMISE_CALL, conversation_id, work)

    def _check_skill(self, session: Session, skill: str, agent_id: int, now: datetime) -> None:
        there = capacity.present(session, now, self._presence_seconds)
        if not any(skill in one.skills for one in there.values() if one.id != agent_id):
            raise UnknownSkill
