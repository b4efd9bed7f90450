"""A recogniser's process: its life over there, and what the centre sees of it.

Both kinds of recogniser are known to hang, to grow, or to abort their process, so none runs in the centre's.
The event loop never waits for a pipe: threads read and write.
"""

import asyncio
import contextlib
import multiprocessing
import os
import queue
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from voice.hearing.engines import Listener, Make

if TYPE_CHECKING:
    from voice.hearing.utterance import Utterance

_PAGE = 4096

Message = tuple[Any, ...]


def work(connection: Connection, make: Make) -> None:
    """The life of a worker process: load the engine, then do what is sent, in order."""
    # Engines print; what this process says goes over its connection only.
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, sys.stdout.fileno())
    os.dup2(quiet, sys.stderr.fileno())
    with contextlib.suppress(EOFError, BrokenPipeError, KeyboardInterrupt):
        engine = make()
        connection.send(("ready",))
        open_now: dict[int, Listener] = {}
        partials: dict[int, str] = {}
        while True:
            kind, number, *rest = connection.recv()
            if kind == "open":
                open_now[number] = engine.listen(rest[0])
            elif number not in open_now:
                continue
            elif kind == "feed":
                open_now[number].feed(rest[0])
                newest = open_now[number].partial
                if partials.get(number) != newest:
                    partials[number] = newest
                    connection.send(("partial", number, newest))
            elif kind == "settle":
                connection.send(("settled", number, rest[0], open_now[number].settle(), _memory()))
            elif kind == "close":
                open_now.pop(number).close()
                partials.pop(number, None)


def _memory() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * _PAGE


class Worker:
    """One process, seen from the centre. Sending never blocks; what comes back arrives on the event loop."""

    def __init__(self, make: Make, received: Callable[["Worker", Message], None]) -> None:
        """Start the process; `received` gets its messages, and ("gone",) as the last."""
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=work, args=(theirs, make), daemon=True, name="hearing")
        self._process.start()
        theirs.close()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._received = received
        self._outgoing: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self.ready = asyncio.Event()
        self.is_gone = False
        self.is_retired = False
        self.opened = 0
        self.utterances: set[Utterance] = set()

    @property
    def pid(self) -> int | None:
        """Its process."""
        return None if self.is_gone else self._process.pid

    def attend(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to pass messages both ways."""
        self._loop = loop
        threading.Thread(target=self._read, daemon=True, name="hearing reads").start()
        threading.Thread(target=self._write, daemon=True, name="hearing writes").start()

    def send(self, *message: Any) -> None:
        """Have this sent."""
        self._outgoing.put(message)

    def kill(self) -> None:
        """End the process, whatever it does; ("gone",) follows."""
        self._process.kill()

    def reap(self) -> None:
        """The process has ended: leave nothing of it."""
        self._outgoing.put(None)
        self._process.join()
        self._connection.close()

    def _read(self) -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                self._tell(self._connection.recv())
        self._tell(("gone",))

    def _write(self) -> None:
        with contextlib.suppress(OSError):
            while (message := self._outgoing.get()) is not None:
                self._connection.send(message)

    def _tell(self, message: Message) -> None:
        # The loop may be over already; then nobody wants to know.
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._received, self, message)
