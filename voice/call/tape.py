"""When a call is recorded: once the caller was told, not while a secret is asked for, not against their word.

The orders go to the recorder one after another, beside the call, which never waits for them.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

from voice.call.parts import Recorder
from voice.call.tasks import Tasks


class Tape:
    """The recording of one call; nothing where calls are not recorded."""

    def __init__(self, call_sid: str, recorder: Recorder | None, tasks: Tasks) -> None:
        """Nothing is recorded yet."""
        self._sid = call_sid
        self._recorder = recorder
        self._tasks = tasks
        self._order = asyncio.Lock()
        self._was_told = False
        self._is_secret = False

    def told(self) -> None:
        """The caller has heard that the call is recorded: begin, the first time."""
        if self._recorder is not None and not self._was_told:
            self._was_told = True
            self._do(self._recorder.begin(self._sid), "recording begins")

    def asks(self, *, secret: bool) -> None:
        """Pause while a secret is asked for, and go on after it."""
        if secret != self._is_secret:
            self._is_secret = secret
            self._change("paused" if secret else "in-progress")

    def stop(self) -> None:
        """The caller does not want it."""
        self._change("stopped")

    def _change(self, status: str) -> None:
        if self._recorder is not None:
            self._do(self._recorder.change(self._sid, status), f"recording {status}")

    def _do(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._tasks.start(self._in_order(work), name)

    async def _in_order(self, work: Coroutine[Any, Any, None]) -> None:
        async with self._order:
            await work
