"""Acting: the one way in for whoever looks or acts: token, permission, transaction, and the signal after it.

What inherits names the permission and the work; nothing reaches the records beside it.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from handoff import accounts, inbox
from handoff.authorization import Permission, Principal, authorize
from handoff.looks import Looks
from records import audit
from records.clock import Clock
from records.models import ConversationId
from records.signals import PEOPLE, Signals
from records.store import Store

T = TypeVar("T")

FOR_THE_NEXT = frozenset({Permission.READ_CONVERSATION, Permission.READ_CUSTOMER, Permission.NOTE})
"""What an agent may do already while a conversation is being passed on to them."""

Work = Callable[[Session, Principal, datetime], T]


class Acting:
    """Acts by agents, each named by the token of a living session."""

    def __init__(self, store: Store, clock: Clock, signals: Signals) -> None:
        """Work on `store` at the time of `clock`; tell `signals` what moved."""
        self._store = store
        self._clock = clock
        self._signals = signals
        self._looked = Looks()

    async def _for_self(self, token: str, permission: Permission, work: Work[T]) -> T:
        """An act on what is the agent's own."""

        def transaction() -> T:
            with self._store.writing() as session:
                now = self._clock.now()
                principal = accounts.principal_of(session, token, now)
                authorize(principal, permission, principal.agent_id)
                return work(session, principal, now)

        return await asyncio.to_thread(transaction)

    async def _in_conversation(
        self,
        token: str,
        permission: Permission,
        conversation_id: ConversationId,
        work: Work[T],
        *,
        rings: bool = True,
        is_said: bool = False,
    ) -> T:
        """An act in a conversation; who holds it is looked up in the same transaction.

        What is merely said (`is_said`) concerns those at the conversation alone; what `rings` not, nobody.
        """

        def transaction() -> T:
            with self._store.writing() as session:
                now = self._clock.now()
                principal = accounts.principal_of(session, token, now)
                authorize(principal, permission, holder_for(session, principal, permission, conversation_id))
                return work(session, principal, now)

        result = await asyncio.to_thread(transaction)
        if is_said:
            self._signals.advanced(conversation_id)
        elif rings:
            self._ring(conversation_id)
        return result

    async def _look(
        self,
        token: str,
        conversation_id: ConversationId,
        work: Work[T],
        permission: Permission = Permission.READ_CONVERSATION,
    ) -> T:
        """A look into a conversation."""

        def reading() -> T:
            with self._store.reading() as session:
                now = self._clock.now()
                principal = accounts.principal_of(session, token, now)
                authorize(principal, permission, holder_for(session, principal, permission, conversation_id))
                return work(session, principal, now)

        return await asyncio.to_thread(reading)

    async def _look_around(self, token: str, permission: Permission, work: Work[T]) -> T:
        """A look at what is nobody's conversation, or the agent's own."""

        def reading() -> T:
            with self._store.reading() as session:
                now = self._clock.now()
                principal = accounts.principal_of(session, token, now)
                authorize(principal, permission, principal.agent_id)
                return work(session, principal, now)

        return await asyncio.to_thread(reading)

    async def _note_look(self, token: str, conversation_id: ConversationId) -> None:
        """The line of audit, before the first of many looks of a session at a conversation."""
        if self._looked.has(token, conversation_id):
            return

        def work(session: Session, who: Principal, now: datetime) -> None:
            subject = f"conversation:{conversation_id}"
            audit.note(session, now, f"agent:{who.login}", "conversation_viewed", subject)

        await self._in_conversation(token, Permission.READ_CONVERSATION, conversation_id, work, rings=False)
        self._looked.add(token, conversation_id)

    def _ring(self, conversation_id: ConversationId) -> None:
        """Tell those at the conversation, and those who work with the queue."""
        self._signals.advanced(conversation_id)
        self._signals.advanced(PEOPLE)


def holder_for(
    session: Session, principal: Principal, permission: Permission, conversation_id: ConversationId
) -> int | None:
    """Whose the conversation is when this agent asks for this."""
    if permission in FOR_THE_NEXT:
        return inbox.reader_of(session, conversation_id, principal.agent_id)
    return inbox.holder_of(session, conversation_id)
