"""The call's ear: cuts the audio into frames for the voice detector, and keeps it for whoever hears it.

Opens an utterance only while somebody speaks. Never waits: results come through the callback it is given.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator

from voice import codec
from voice.hearing.base import Ears, Grammar, Heard, Hearing, HearingFailed
from voice.hearing.vad import FRAME_SAMPLES, Vad

log = logging.getLogger(__name__)

FRAME_BYTES = 2 * FRAME_SAMPLES
BEFORE_SECONDS = 0.3
"""Audio before the first voice that is heard with it: words begin softly."""

KEPT_SECONDS = 2.5
"""Audio kept in case it turns out to be the beginning of an utterance."""

SETTLE_SECONDS = 6.0
"""Longest wait for a result, whatever the engine's own deadlines are."""


Settled = Callable[[int, Heard | None], None]
"""Called with the number of the question and the result, None where there is none."""


class Ear:
    """Hears one caller."""

    def __init__(self, ears: Ears, vad: Vad, settled: Settled) -> None:
        """`settled` is called on the loop, between two awaits."""
        self._ears = ears
        self._vad = vad
        self._settled = settled
        self._rest = b""
        self._kept = bytearray()
        self._samples = 0
        self._opening: asyncio.Task[Hearing] | None = None
        self._hearing: Hearing | None = None
        self._unfed = bytearray()
        self._asked = 0
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def seconds(self) -> float:
        """Audio taken so far."""
        return self._samples / codec.SAMPLES_PER_SECOND

    @property
    def is_open(self) -> bool:
        """Whether an utterance is being heard."""
        return self._opening is not None

    @property
    def partial(self) -> str:
        """The newest words of the utterance that is being heard."""
        return self._hearing.partial if self._hearing is not None else ""

    def take(self, audio: bytes) -> Iterator[tuple[float, float]]:
        """The frames that are complete with this piece of mu-law: when each ends, and its probability."""
        pcm = self._rest + codec.decode(audio)
        while len(pcm) >= FRAME_BYTES:
            frame, pcm = pcm[:FRAME_BYTES], pcm[FRAME_BYTES:]
            self._samples += FRAME_SAMPLES
            self._keep(frame)
            self._rest = pcm
            yield self.seconds, self._vad.probability(frame)
        self._rest = pcm

    def open(self, began: float, grammar: Grammar) -> None:
        """Begin to hear an utterance whose first voice was at `began`."""
        self.close()
        back = int((self.seconds - began + BEFORE_SECONDS) * codec.SAMPLES_PER_SECOND) * 2
        self._unfed = bytearray(self._kept[-back:]) if back > 0 else bytearray()
        self._opening = asyncio.create_task(self._open(grammar), name="hearing opens")

    def settle(self) -> int:
        """Ask for the result of all that was heard so far; returns the number of the question."""
        self._asked += 1
        task = asyncio.create_task(self._settle(self._asked, self._opening), name="hearing settles")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return self._asked

    def close(self) -> None:
        """Nothing more is wanted of the utterance."""
        if self._opening is not None:
            self._opening.cancel()
        if self._hearing is not None:
            self._hearing.close()
        self._opening = self._hearing = None
        self._unfed.clear()

    async def end(self) -> None:
        """The call is over: leave nothing behind."""
        opening = self._opening
        self.close()
        tasks = [*self._tasks, *([opening] if opening else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _keep(self, frame: bytes) -> None:
        self._kept += frame
        excess = len(self._kept) - int(KEPT_SECONDS * codec.SAMPLES_PER_SECOND) * 2
        if excess > 0:
            del self._kept[:excess]
        if self._hearing is not None:
            self._hearing.feed(frame)
        elif self._opening is not None:
            self._unfed += frame

    async def _open(self, grammar: Grammar) -> Hearing:
        hearing = await self._ears.listen(grammar)
        if self._opening is not asyncio.current_task():
            hearing.close()
            raise HearingFailed("too_late", "the utterance was over before it could be heard")
        self._hearing = hearing
        if self._unfed:
            hearing.feed(bytes(self._unfed))
            self._unfed.clear()
        return hearing

    async def _settle(self, number: int, opening: asyncio.Task[Hearing] | None) -> None:
        heard: Heard | None = None
        try:
            async with asyncio.timeout(SETTLE_SECONDS):
                if opening is not None:
                    # Shielded: one question that is given up must not take the utterance with it.
                    heard = await (await asyncio.shield(opening)).settle()
        except HearingFailed as error:
            log.warning("not heard: %s", error)
        except TimeoutError:
            log.warning("the recogniser did not answer in %.0f s", SETTLE_SECONDS)
        except asyncio.CancelledError:
            if opening is None or not opening.cancelled():
                raise
        self._settled(number, heard)
