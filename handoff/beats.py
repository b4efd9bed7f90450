"""Beats: the heartbeats of many open consoles, written together: one transaction for half a second of them.

Each session is checked for itself; the end of one stops nobody else's beat.
"""

import asyncio

from handoff import accounts, presence
from handoff.authorization import Permission, authorize
from handoff.refusals import Forbidden, NotLoggedIn
from records.clock import Clock
from records.store import Store

GATHER_SECONDS = 0.5


class Beats:
    """Heartbeats under way. Use from the event loop only."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Write into `store` at the time of `clock`."""
        self._store = store
        self._clock = clock
        self._next: dict[str, asyncio.Future[None]] = {}
        self._writing: asyncio.Task[None] | None = None

    async def beat(self, token: str) -> None:
        """A sign of life of a session; returns when it is stored.

        Raises:
            NotLoggedIn: the session is over.
            Forbidden: its role has no console.
        """
        waits = self._next.get(token)
        if waits is None:
            waits = self._next[token] = asyncio.get_running_loop().create_future()
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write(), name="heartbeats")
        await asyncio.shield(waits)

    async def _write(self) -> None:
        while self._next:
            await asyncio.sleep(GATHER_SECONDS)
            gathered, self._next = self._next, {}
            try:
                refused = await asyncio.to_thread(self._store_all, tuple(gathered))
            except Exception as error:  # whoever waits must hear of it, whatever it is
                for waits in gathered.values():
                    if not waits.done():
                        waits.set_exception(error)
                continue
            for token, waits in gathered.items():
                if waits.done():
                    continue
                if token in refused:
                    waits.set_exception(refused[token])
                else:
                    waits.set_result(None)

    def _store_all(self, tokens: tuple[str, ...]) -> dict[str, NotLoggedIn | Forbidden]:
        refused: dict[str, NotLoggedIn | Forbidden] = {}
        with self._store.writing() as session:
            now = self._clock.now()
            for token in tokens:
                try:
                    principal = accounts.principal_of(session, token, now)
                    authorize(principal, Permission.OPEN_CONSOLE, principal.agent_id)
                except (NotLoggedIn, Forbidden) as error:
                    refused[token] = error
                else:
                    presence.heartbeat(session, principal.agent_id, now)
        return refused
