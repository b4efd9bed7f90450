"""The call's lips: an utterance becomes sound sentence by sentence, and goes out as fast as it is made.

Keeps what was made while it may be needed again; what was heard is the playback ledger's to know.
"""

import asyncio
import logging
from collections.abc import Callable

from voice.call.playback import Outcome, Playback, Utterance
from voice.call.wire import Wire
from voice.speaking.base import SAMPLES_PER_SECOND, Mouth, Pace, SpeakingFailed
from voice.turns.echo import EchoProof

log = logging.getLogger(__name__)

SPEAKING_SECONDS = 8.0
"""Longest wait for one sentence, whatever the engine's own deadlines are."""

LATE_SECONDS = 5.0
"""So long after its end a sentence whose mark has not come back counts as lost with the line."""

PIECE_BYTES = 3200
"""0.4 s of sound in one message: small enough to let other calls' messages between."""

Sound = bytes | None
Made = Callable[[int, int, Sound], None]
"""Called with the utterance's number, the sentence's index and its sound, None where it could not be made."""


class Lips:
    """Speaks in one call, one utterance at a time."""

    def __init__(self, wire: Wire, mouth: Mouth, made: Made, echo: EchoProof) -> None:
        """`made` is called on the loop, between two awaits; the owner then calls `send`.

        `echo` is told what the caller is about to hear.
        """
        self._echo = echo
        self._wire = wire
        self._mouth = mouth
        self._made = made
        self._playback = Playback()
        self._number = 0
        self._sounds: dict[int, bytes] = {}
        self._task: asyncio.Task[None] | None = None
        self._sounding_until = 0.0
        self.first_sound_at: float | None = None
        """On the loop's clock: when the present utterance's first sound went out."""

    @property
    def utterance(self) -> Utterance | None:
        """What is being said."""
        return self._playback.utterance

    @property
    def is_held(self) -> bool:
        """Whether it was stopped, and may go on."""
        return self._playback.is_held

    @property
    def deadline(self) -> float | None:
        """On the loop's clock: by when the last mark that is owed must have come back."""
        if self._playback.utterance is None or self._playback.is_held or not self._playback.is_sent:
            return None
        return self._sounding_until + LATE_SECONDS

    def begin(self, utterance: Utterance, pace: Pace) -> None:
        """Start to make the sound of an utterance; nothing else is being said."""
        self._drop()
        self._number += 1
        self._playback.begin(utterance)
        self.first_sound_at = None
        self._task = asyncio.create_task(self._make(self._number, utterance, pace), name="speech is made")

    def is_wanted(self, number: int) -> bool:
        """Whether what was made belongs to what is being said."""
        return number == self._number and self._playback.utterance is not None

    async def send(self, index: int, sound: bytes) -> bool:
        """A sentence was made: send what is next; True when something went out.

        Raises:
            LineBroke: the other side is gone.
        """
        self._sounds[index] = sound
        return await self._send_on()

    def returned(self, mark: str) -> bool:
        """A mark came back; whether something was heard by it."""
        return self._playback.returned(mark)

    @property
    def is_heard(self) -> bool:
        """Whether the caller heard all of it."""
        return self._playback.is_heard

    async def hold(self) -> None:
        """Be silent at once, and keep what was not heard.

        Raises:
            LineBroke: the other side is gone.
        """
        if self._playback.utterance is not None and not self._playback.is_held:
            self._playback.hold()
            await self._clear()

    async def resume(self) -> None:
        """Go on with the first sentence that was not heard to its end.

        Raises:
            LineBroke: the other side is gone.
        """
        if self._playback.is_held:
            self._playback.resume()
            self._sounding_until = 0.0
            await self._send_on()

    async def stop(self) -> Outcome | None:
        """Give up what is being said; returns how much of it was heard.

        Raises:
            LineBroke: the other side is gone.
        """
        unheard = self._playback.utterance is not None and not self._playback.is_heard
        if unheard and not self._playback.is_held and self.first_sound_at is not None:
            await self._clear()
        return self.end()

    def end(self) -> Outcome | None:
        """It is over: how much was heard. Sends nothing."""
        self._drop()
        return self._playback.end()

    async def close(self) -> None:
        """The call is over: leave nothing behind."""
        task = self._task
        self._drop()
        if task is not None:
            await asyncio.gather(task, return_exceptions=True)

    async def _clear(self) -> None:
        self._echo.cleared()
        await self._wire.clear()

    def _drop(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self._task = None
        self._sounds.clear()

    async def _send_on(self) -> bool:
        sent = False
        while not self._playback.is_held and self._playback.next_index in self._sounds:
            sound = self._sounds[self._playback.next_index]
            now = asyncio.get_running_loop().time()
            if self.first_sound_at is None:
                self.first_sound_at = now
            self._sounding_until = max(now, self._sounding_until) + len(sound) / SAMPLES_PER_SECOND
            for start in range(0, len(sound), PIECE_BYTES):
                piece = sound[start : start + PIECE_BYTES]
                self._echo.sent(piece)
                await self._wire.play(piece)
            await self._wire.mark(self._playback.sent())
            sent = True
        return sent

    async def _make(self, number: int, utterance: Utterance, pace: Pace) -> None:
        for index, sentence in enumerate(utterance.sentences):
            sound: Sound = None
            try:
                async with asyncio.timeout(SPEAKING_SECONDS):
                    sound = await self._mouth.speech(sentence, pace)
            except SpeakingFailed as error:
                log.warning("a sentence could not be spoken: %s", error)
            except TimeoutError:
                log.warning("a sentence was not made in %.0f s", SPEAKING_SECONDS)
            self._made(number, index, sound)
