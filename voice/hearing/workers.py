"""Recognisers in processes of their own: both kinds are known to hang, to grow, or to abort their process.

A worker that dies or misses a deadline is killed and replaced, and its utterances are heard again by another
from the sound that is kept. The event loop never waits for a pipe.
"""

import asyncio
import contextlib
import itertools
import logging
import multiprocessing
import os
import queue
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from voice.hearing.base import Grammar, Heard, HearingFailed
from voice.hearing.engines import Listener, Make

log = logging.getLogger(__name__)

START_SECONDS = 30.0
"""Longest wait for a process with its engine."""

STARTS = 3
"""Processes in a row that may end before they are ready; then one more is tried for each utterance."""

ATTEMPTS = 2
"""Processes that may try one utterance: what kills two would kill all."""

LONGEST_SECONDS = 60
"""Sound kept of an utterance; what comes after is not heard."""

_MOST_BYTES = LONGEST_SECONDS * 16000
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


class Utterance:
    """One utterance, with the sound that is kept to hear it again."""

    def __init__(self, ears: "ProcessEars", number: int, grammar: Grammar, worker: Worker) -> None:
        """Heard by this worker, until that dies."""
        self.number = number
        self.grammar = grammar
        self.partial = ""
        self.asked: dict[int, asyncio.Future[Heard]] = {}
        self._ears = ears
        self._sound = bytearray()
        self._is_closed = False
        self.worker: Worker | None = None
        self.attach(worker)

    def attach(self, worker: Worker) -> None:
        """Let this worker hear it, from the beginning."""
        self.worker = worker
        worker.utterances.add(self)
        worker.opened += 1
        worker.send("open", self.number, self.grammar)
        if self._sound:
            worker.send("feed", self.number, bytes(self._sound))

    def detach(self) -> None:
        """The worker is gone: those who wait for a result ask again."""
        self.worker = None
        for future in self.asked.values():
            if not future.done():
                future.set_exception(_WorkerGone())

    def feed(self, pcm: bytes) -> None:
        """Take 8 kHz PCM16. Never blocks."""
        room = _MOST_BYTES - len(self._sound)
        if self._is_closed or room <= 0:
            return
        self._sound += pcm[:room]
        if self.worker is not None:
            self.worker.send("feed", self.number, pcm[:room])

    async def settle(self) -> Heard:
        """The result of all that was fed so far.

        Raises:
            HearingFailed: every worker that tried died or took too long, or the utterance is closed.
        """
        for _ in range(ATTEMPTS):
            if self._is_closed:
                raise HearingFailed("closed", "the utterance is closed", retryable=False)
            worker = self.worker or await self._attached()
            ticket = self._ears.next_number()
            future: asyncio.Future[Heard] = asyncio.get_running_loop().create_future()
            self.asked[ticket] = future
            worker.send("settle", self.number, ticket)
            try:
                async with asyncio.timeout(self._ears.deadline_seconds):
                    return await future
            except _WorkerGone:
                log.warning("a recogniser died; the utterance is heard again")
            except TimeoutError:
                log.warning("a recogniser missed its deadline and is killed")
                worker.kill()
                self._ears.lose(worker)
            finally:
                self.asked.pop(ticket, None)
        raise HearingFailed("not_heard", f"{ATTEMPTS} recognisers failed on one utterance")

    async def _attached(self) -> Worker:
        worker = await self._ears.ready_worker()
        if self.worker is None:
            self.attach(worker)
            return worker
        return self.worker

    def close(self) -> None:
        """Nothing more is wanted of it."""
        if self._is_closed:
            return
        self._is_closed = True
        self._sound.clear()
        if self.worker is not None:
            self.worker.send("close", self.number)
            self.worker.utterances.discard(self)
            self._ears.released(self.worker)


class _WorkerGone(Exception):
    pass


class ProcessEars:
    """The centre's ears: some worker processes, each hearing several utterances at a time."""

    def __init__(
        self,
        make: Make,
        *,
        processes: int = 2,
        deadline_seconds: float = 2.5,
        utterances_a_process: int = 1000,
        most_bytes: int = 600_000_000,
    ) -> None:
        """`make` loads the engine in a worker. Processes start with the first utterance, or with `start`."""
        self.deadline_seconds = deadline_seconds
        self.replaced = 0
        """Workers that died or were killed."""
        self.recycled = 0
        """Workers that had heard enough, or had grown too large."""
        self._make = make
        self._processes = processes
        self._utterances_a_process = utterances_a_process
        self._most_bytes = most_bytes
        self._workers: list[Worker] = []
        self._numbers = itertools.count(1)
        self._starting: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()
        self._is_closed = False
        self._false_starts = 0

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that live."""
        return tuple(worker.pid for worker in self._workers if worker.pid is not None)

    def next_number(self) -> int:
        """A number that names an utterance or a question."""
        return next(self._numbers)

    async def start(self) -> None:
        """Start the workers, and wait until one is ready.

        Raises:
            HearingFailed: none can be started.
        """
        await self.ready_worker()

    async def listen(self, grammar: Grammar) -> Utterance:
        """Begin to hear an utterance.

        Raises:
            HearingFailed: no worker can be started.
        """
        return Utterance(self, self.next_number(), grammar, await self.ready_worker())

    async def healthy(self) -> bool:
        """Whether an utterance could be heard now."""
        return not self._is_closed and any(worker.ready.is_set() for worker in self._serving())

    async def close(self) -> None:
        """Stop all workers."""
        self._is_closed = True
        while self._starting:
            await asyncio.wait(tuple(self._starting))
        for worker in self._workers:
            worker.kill()
        while self._workers:
            self._changed.clear()
            await self._changed.wait()

    async def ready_worker(self) -> Worker:
        """The ready worker with the least to do."""
        self._false_starts = min(self._false_starts, STARTS - 1)
        try:
            async with asyncio.timeout(START_SECONDS):
                while not self._is_closed:
                    self._top_up()
                    if self._false_starts >= STARTS and not self._workers and not self._starting:
                        raise HearingFailed("no_engine", "the recogniser cannot be loaded", retryable=False)
                    ready = [worker for worker in self._serving() if worker.ready.is_set()]
                    if ready:
                        return min(ready, key=lambda worker: len(worker.utterances))
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise HearingFailed("no_worker", f"no recogniser within {START_SECONDS:.0f} s") from None
        raise HearingFailed("closed", "the ears are closed", retryable=False)

    def released(self, worker: Worker) -> None:
        """The worker has an utterance less."""
        if worker.opened >= self._utterances_a_process:
            self._retire(worker)
        if worker.is_retired and not worker.utterances:
            worker.kill()

    def lose(self, worker: Worker) -> None:
        """The worker is of no more use: its utterances go to others, and another is started."""
        if worker.is_gone:
            return
        worker.is_gone = True
        if not worker.is_retired and not self._is_closed:
            self.replaced += 1
        for utterance in tuple(worker.utterances):
            utterance.detach()
        worker.utterances.clear()
        if not self._is_closed:
            self._top_up()

    def _serving(self) -> list[Worker]:
        return [worker for worker in self._workers if not worker.is_gone and not worker.is_retired]

    def _top_up(self) -> None:
        if self._false_starts >= STARTS:
            return
        for _ in range(self._processes - len(self._serving()) - len(self._starting)):
            task = asyncio.create_task(self._begin(), name="hearing starts")
            self._starting.add(task)
            task.add_done_callback(self._starting.discard)

    async def _begin(self) -> None:
        worker = await asyncio.to_thread(Worker, self._make, self._receive)
        self._workers.append(worker)
        worker.attend(asyncio.get_running_loop())

    def _retire(self, worker: Worker) -> None:
        if not worker.is_retired and not self._is_closed:
            worker.is_retired = True
            self.recycled += 1
            self._top_up()

    def _receive(self, worker: Worker, message: Message) -> None:
        kind, *rest = message
        if kind == "ready":
            worker.ready.set()
            self._false_starts = 0
            self._changed.set()
        elif kind == "gone":
            self._workers.remove(worker)
            if not worker.ready.is_set():
                self._false_starts += 1
            self.lose(worker)
            worker.reap()
            self._changed.set()
        elif not worker.is_gone:
            self._heard(worker, kind, rest)

    def _heard(self, worker: Worker, kind: str, rest: list[Any]) -> None:
        number, value, *more = rest
        utterance = next((one for one in worker.utterances if one.number == number), None)
        if kind == "partial" and utterance is not None:
            utterance.partial = value
        elif kind == "settled":
            heard, memory = more
            future = utterance.asked.get(value) if utterance is not None else None
            if future is not None and not future.done():
                future.set_result(heard)
            if memory > self._most_bytes:
                self._retire(worker)
