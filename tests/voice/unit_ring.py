"""The fence around the unit ring: no process, no socket, no real time.

What climbs over it is refused at once, and noted: a test fails even where the code under test swallows that.
"""

import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from multiprocessing import util
from pathlib import Path
from typing import Any, Never
from unittest import mock

from voice.testing import VirtualLoop

FOLDER = Path(__file__).parent

OUTSIDE = (
    # real engines, worker processes, sockets
    "faults/test_real_engines.py",
    "hearing/test_pocketsphinx.py",
    "hearing/test_vad.py",
    "hearing/test_vosk.py",
    "hearing/test_workers.py",
    "speaking/test_engines.py",
    "speech_model",
    "testing/test_network.py",
    # whole calls over the records: on virtual time, but with a database and threads, and not in seconds
    "call/test_call_me.py",
    "call/test_calls_on_again.py",
    "call/test_connector.py",
    "call/test_conversation.py",
    "call/test_floor.py",
    "call/test_orphans.py",
    "call/test_recording.py",
    "call/test_transfer.py",
    "faults",
    "outbound",
)
"""Everything else in this folder belongs to the ring, also what is added to it."""

_OUTSIDE = frozenset(FOLDER / one for one in OUTSIDE)

_DEEDS = frozenset(
    {
        *("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty"),
        *("socket.bind", "socket.connect"),
    }
)
"""Python's own audit events."""


class OutsideRing(RuntimeError):
    """A unit test wants what only other rings may do."""


@cache
def is_inside(path: Path) -> bool:
    """Whether a file or folder of tests belongs to the ring, or may hold some that do."""
    return path.is_relative_to(FOLDER) and _OUTSIDE.isdisjoint({path, *path.parents})


class Fence:
    """The only one of a test process: an audit hook cannot be taken away again."""

    def __init__(self) -> None:
        """It does not stand yet."""
        self.trespasses: list[str] = []
        self._stands = False
        self._is_hooked = False

    @contextmanager
    def standing(self) -> Iterator[None]:
        """Refuse whatever is outside, in all threads, for as long as this lasts."""
        if not self._is_hooked:
            self._is_hooked = True
            sys.addaudithook(self._audit)
        self.trespasses = []
        self._stands = True
        try:
            with (
                # These have no audit events.
                mock.patch.object(util, "spawnv_passfds", lambda *_: self._refuse("multiprocessing")),
                mock.patch.object(time, "sleep", lambda _: self._refuse("time.sleep")),
                mock.patch.object(
                    asyncio.BaseEventLoop, "call_at", self._timer(asyncio.BaseEventLoop.call_at)
                ),
            ):
                yield
        finally:
            self._stands = False

    def _audit(self, event: str, _arguments: tuple[Any, ...]) -> None:
        if self._stands and event in _DEEDS:
            self._refuse(event)

    def _timer(self, call_at: Callable[..., asyncio.TimerHandle]) -> Callable[..., asyncio.TimerHandle]:
        def checked(loop: asyncio.BaseEventLoop, *arguments: Any, **named: Any) -> asyncio.TimerHandle:
            if not isinstance(loop, VirtualLoop):
                self._refuse("a timer on real time")
            return call_at(loop, *arguments, **named)

        return checked

    def _refuse(self, deed: str) -> Never:
        self.trespasses.append(deed)
        raise OutsideRing(f"{deed} in a test of the unit ring (tests/voice/unit_ring.py)")


FENCE = Fence()
