"""One utterance, with its sound kept: should its hearer die, another hears it again from the beginning.

Never blocks while it is fed, and never waits for a result longer than its ears allow.
"""

import asyncio
import logging
from typing import Protocol

from voice.hearing.base import Grammar, Heard, HearingFailed
from voice.hearing.process import Worker

log = logging.getLogger(__name__)

ATTEMPTS = 2
"""Processes that may try one utterance: what kills two would kill all."""

LONGEST_SECONDS = 60
"""Sound kept of an utterance; what comes after is not heard."""

_MOST_BYTES = LONGEST_SECONDS * 16000


class Workers(Protocol):
    """Who hears: what an utterance needs of `voice.hearing.workers.ProcessEars`."""

    deadline_seconds: float

    def next_number(self) -> int:
        """A number that names an utterance or a question."""
        ...

    async def ready_worker(self) -> Worker:
        """The ready worker with the least to do."""
        ...

    def released(self, worker: Worker) -> None:
        """The worker has an utterance less."""
        ...

    def lose(self, worker: Worker) -> None:
        """The worker is of no more use."""
        ...


class Utterance:
    """An utterance that is being heard."""

    def __init__(self, ears: Workers, number: int, grammar: Grammar, worker: Worker) -> None:
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
