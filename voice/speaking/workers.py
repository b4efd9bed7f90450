"""Speech engines in processes of their own, each with a deadline for every sentence.

A process that misses it or dies is killed and replaced; the centre itself never waits for an engine.
"""

import asyncio
import contextlib
import multiprocessing
import os
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from voice.speaking.base import Pace, SpeakingFailed
from voice.speaking.engines import ENGINES, WORDS_PER_MINUTE, Engine

START_SECONDS = 15.0
"""Longest wait for a process with its engine."""

REFUSED = "refused"
"""Code of a failure after which the same process goes on: the engine raised."""

SENTENCES_A_PROCESS = 2000
"""Then it is replaced, whatever it kept of them."""


def work(connection: Connection, make: Callable[[], Engine]) -> None:
    """The life of a worker process: make the engine, then sentence after sentence."""
    # Engines print; what this process says goes over its connection only.
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, sys.stdout.fileno())
    os.dup2(quiet, sys.stderr.fileno())
    try:
        engine = make()
    except Exception as error:
        connection.send(("failed", repr(error)))
        return
    connection.send(("ready", None))
    with contextlib.suppress(EOFError, KeyboardInterrupt):
        while True:
            text, words_per_minute = connection.recv()
            try:
                connection.send(("spoken", engine(text, words_per_minute)))
            except Exception as error:
                connection.send(("failed", repr(error)))


class Worker:
    """One process with one engine."""

    def __init__(self, make: Callable[[], Engine]) -> None:
        """Start it; `make` is looked up by name in the new process."""
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process: SpawnProcess = context.Process(target=work, args=(theirs, make), daemon=True)
        self._process.start()
        theirs.close()
        self.sentences = 0
        self._is_ready = False

    @property
    def pid(self) -> int | None:
        """Its process."""
        return self._process.pid

    def speak(self, text: str, words_per_minute: int, deadline_seconds: float) -> tuple[bytes, int]:
        """A sentence; blocks for at most the deadline, and the start of the engine before the first.

        Raises:
            SpeakingFailed: it did not; the worker is of no further use unless the code is `REFUSED`.
        """
        if not self._is_ready:
            self._receive(START_SECONDS, "no_engine")
            self._is_ready = True
        self.sentences += 1
        try:
            self._connection.send((text, words_per_minute))
        except OSError as error:
            raise SpeakingFailed("crashed", repr(error), retryable=True) from error
        spoken = self._receive(deadline_seconds, REFUSED)
        if spoken is None:
            raise SpeakingFailed("crashed", "out of step", retryable=True)
        return spoken

    def kill(self) -> None:
        """End it, whatever it does; returns when it is gone."""
        self._process.kill()
        self._process.join()
        self._process.close()
        self._connection.close()

    def _receive(self, seconds: float, failed: str) -> tuple[bytes, int] | None:
        try:
            if not self._connection.poll(seconds):
                raise SpeakingFailed("timeout", f"no answer within {seconds} s", retryable=True)
            kind, value = self._connection.recv()
        except (EOFError, OSError) as error:
            raise SpeakingFailed("crashed", repr(error), retryable=True) from error
        if kind == "failed":
            raise SpeakingFailed(failed, str(value), retryable=failed == REFUSED)
        spoken: tuple[bytes, int] | None = value
        return spoken


class ProcessVoice:
    """An engine, in some processes."""

    def __init__(
        self,
        name: str,
        make: Callable[[], Engine] | None = None,
        *,
        processes: int = 1,
        deadline_seconds: float = 4.0,
    ) -> None:
        """`make` is the engine of that name unless given; processes start with the first sentences."""
        self.identity = f"{name} 1"
        self._make = make or ENGINES[name]
        self._deadline_seconds = deadline_seconds
        self._idle: asyncio.LifoQueue[Worker | None] = asyncio.LifoQueue()
        self._all: set[Worker] = set()
        self._serving: set[asyncio.Task[tuple[bytes, int]]] = set()
        self._is_closed = False
        self.replaced = 0
        """Workers that had to be killed."""
        for _ in range(processes):
            self._idle.put_nowait(None)

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that live."""
        return tuple(worker.pid for worker in self._all if worker.pid is not None)

    async def pcm(self, text: str, pace: Pace) -> tuple[bytes, int]:
        """16-bit mono PCM and its sample rate.

        Raises:
            SpeakingFailed: no process did it in time.
        """
        try:
            async with asyncio.timeout(self._deadline_seconds + START_SECONDS):
                worker = await self._idle.get()
        except TimeoutError:
            raise SpeakingFailed("timeout", "all processes are busy", retryable=False) from None
        # A task of its own: a caller who hangs up must not take the worker with them.
        serving = asyncio.create_task(self._serve(worker, text, WORDS_PER_MINUTE[pace]))
        self._serving.add(serving)
        serving.add_done_callback(self._serving.discard)
        return await asyncio.shield(serving)

    async def close(self) -> None:
        """End all processes."""
        self._is_closed = True
        for worker in tuple(self._all):
            await self._end(worker)
        if self._serving:
            await asyncio.wait(self._serving)

    async def _serve(self, worker: Worker | None, text: str, words_per_minute: int) -> tuple[bytes, int]:
        try:
            if self._is_closed:
                raise SpeakingFailed("closed", "the voice is closed", retryable=False)
            if worker is None:
                worker = await asyncio.to_thread(Worker, self._make)
                self._all.add(worker)
            return await asyncio.to_thread(worker.speak, text, words_per_minute, self._deadline_seconds)
        except SpeakingFailed as error:
            if worker is not None and error.code != REFUSED:
                self.replaced += 1
                await self._end(worker)
                worker = None
            raise
        finally:
            if worker is not None and (self._is_closed or worker.sentences >= SENTENCES_A_PROCESS):
                await self._end(worker)
                worker = None
            self._idle.put_nowait(worker)

    async def _end(self, worker: Worker) -> None:
        if worker in self._all:
            self._all.discard(worker)
            await asyncio.to_thread(worker.kill)
