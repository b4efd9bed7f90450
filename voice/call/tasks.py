"""What is done beside a call, and never longer than the call. A failure is told to the call's owner."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class Tasks:
    """The tasks of one call."""

    def __init__(self, owner: str, failed: Callable[[BaseException], None]) -> None:
        """`owner` names them; `failed` is given what one of them raised."""
        self._owner = owner
        self._failed = failed
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Let this be done."""
        task = asyncio.create_task(work, name=f"{self._owner}: {name}")
        self._running.add(task)
        task.add_done_callback(self._done)

    async def end(self) -> None:
        """The call is over: cancel what is not done, and wait until nothing runs."""
        running = tuple(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failed(error)
