"""What the provider publishes, remembered for an hour; a failure for a few seconds.

So that who clicks often asks the provider seldom, and nobody stands in line behind a dead one.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from handoff.oidc.failures import SignOnFailed
from records.clock import Clock

KEPT = timedelta(hours=1)
PAUSE = timedelta(seconds=5)
"""Before a provider that failed is asked again."""


class Remembered[T]:
    """One thing that is fetched; whoever wants it meanwhile waits for the same."""

    def __init__(self, clock: Clock, fetch: Callable[[], Awaitable[T]]) -> None:
        """Nothing is fetched before it is wanted."""
        self._clock = clock
        self._fetch = fetch
        self._lock = asyncio.Lock()
        self._value: T | None = None
        self._until: datetime | None = None
        self._failure: SignOnFailed | None = None

    async def get(self, *, afresh: bool = False) -> T:
        """It, fetched again where it is old or `afresh` is wanted.

        Raises:
            SignOnFailed: it cannot be had.
        """
        async with self._lock:
            remembers = self._until is not None and self._clock.now() < self._until
            if remembers and self._failure is not None:
                raise type(self._failure)(*self._failure.args)
            if remembers and self._value is not None and not afresh:
                return self._value
            try:
                self._value = await self._fetch()
            except SignOnFailed as failure:
                self._failure, self._until = failure, self._clock.now() + PAUSE
                raise
            self._failure, self._until = None, self._clock.now() + KEPT
            return self._value
