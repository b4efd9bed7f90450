"""An event loop whose clock jumps: with nothing left to do, it is at once the next timer's moment.

For tests. Work in threads is waited for and takes no time on this clock. Sockets work, but a peer outside
this process lives by its own clock: use in-process lines.
"""

import asyncio
import selectors
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

_THREAD_POLL_SECONDS = 0.05
"""Real time; a finished thread wakes the loop at once, this only bounds the wait."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """`asyncio.Runner(loop_factory=VirtualLoop)` runs a coroutine on it."""

    def __init__(self) -> None:
        """Start at zero."""
        self._now = 0.0
        self._in_threads = 0
        super().__init__(_JumpingSelector(self))

    def time(self) -> float:
        """Seconds on this loop's clock."""
        return self._now

    def run_in_executor[*Ts, T](
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """As usual, and remembered: time stands still until it is done."""
        future = super().run_in_executor(executor, func, *args)
        self._in_threads += 1
        future.add_done_callback(self._thread_done)
        return future

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """As usual; the threads end in their own time."""
        self._in_threads += 1
        try:
            await super().shutdown_default_executor(timeout)
        finally:
            self._in_threads -= 1

    @property
    def waits_for_threads(self) -> bool:
        """Whether something is still being done in a thread."""
        return self._in_threads > 0

    def jump(self, seconds: float) -> None:
        """Let time pass."""
        self._now += seconds

    def _thread_done(self, _future: asyncio.Future[Any]) -> None:
        self._in_threads -= 1


class _JumpingSelector(selectors.SelectSelector):
    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if self._loop.waits_for_threads:
            return super().select(_THREAD_POLL_SECONDS)
        if timeout is None:
            raise RuntimeError("everything waits and no timer is set: this test would never end")
        self._loop.jump(timeout)
        return []
