"""The centre's ears: recognisers in processes of their own, watched, and replaced when they fail.

A worker that dies or misses a deadline is killed and replaced, and its utterances go to another. One that has
heard enough or has grown too large gets no more, and ends with its last utterance.
"""

import asyncio
import itertools
from typing import Any

from voice.hearing.base import Grammar, HearingFailed
from voice.hearing.engines import Make
from voice.hearing.process import Message, Worker
from voice.hearing.utterance import Utterance

START_SECONDS = 30.0
"""Longest wait for a process with its engine."""

STARTS = 3
"""Processes in a row that may end before they are ready; then one more is tried for each utterance."""


class ProcessEars:
    """Some worker processes, each hearing several utterances at a time."""

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
