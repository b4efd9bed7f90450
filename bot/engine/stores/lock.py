"""Keeps two turns of one conversation from running at once inside this process.

Never reaches further than the process: the center's turn leases hold that across processes.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, LockError, LockStore

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator


class _Turnstile:
    """A lock and how many hold it or wait for it."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.visitors = 0


class ConversationLockStore(LockStore):
    """First come, first served, without Rasa's polling: a waiting turn starts the moment the other ends."""

    def __init__(self, **_: Any) -> None:
        """Take and ignore what endpoints.yml may pass."""
        self._turnstiles: dict[str, _Turnstile] = {}

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = LOCK_LIFETIME, wait_time_in_seconds: float = 1
    ) -> AsyncGenerator[TicketLock, None]:
        """Hold the conversation.

        Args:
            conversation_id: which.
            lock_lifetime: longest wait in seconds; `LockError` after that.
            wait_time_in_seconds: not used; nothing polls here.
        """
        turnstile = self._turnstiles.setdefault(conversation_id, _Turnstile())
        turnstile.visitors += 1
        try:
            try:
                if turnstile.visitors == 1:
                    await turnstile.lock.acquire()  # at once: nobody else is here, no timer is needed
                else:
                    await asyncio.wait_for(turnstile.lock.acquire(), lock_lifetime)
            except asyncio.TimeoutError as error:
                raise LockError(f"conversation {conversation_id} was busy for {lock_lifetime} s") from error
            try:
                yield TicketLock(conversation_id)
            finally:
                turnstile.lock.release()
        finally:
            turnstile.visitors -= 1
            if not turnstile.visitors:
                del self._turnstiles[conversation_id]
