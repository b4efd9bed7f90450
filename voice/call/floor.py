"""Who has the floor in one call: audio, keys and marks go in, turns of the caller come out.

Carries out what `voice.turns` decides with the call's ear and lips. Knows no dialogue.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from voice.call.ear import Ear
from voice.call.latency import Stopwatch
from voice.call.lips import Lips
from voice.call.playback import Outcome, Utterance
from voice.call.wire import Wire
from voice.hearing.base import Ears, Heard
from voice.hearing.vad import Vad
from voice.listening import FREE, Listening
from voice.speaking.base import Mouth, Pace
from voice.turns import (
    BargeIn,
    BotHeld,
    BotResumed,
    Decision,
    Interruption,
    NoInput,
    SettleDiscarded,
    SettleEarly,
    SpeechDropped,
    SpeechStarted,
    TurnEnded,
    TurnTaking,
)
from voice.turns.echo import EchoProof

log = logging.getLogger(__name__)

STILL_SECONDS = 1.0
"""Without audio for so long the loop's clock stands in for the audio's."""


@dataclass(frozen=True, slots=True)
class Spoke:
    """The caller has spoken; None where nothing could be made out."""

    heard: Heard | None


@dataclass(frozen=True, slots=True)
class Keyed:
    """The caller has keyed something."""

    keys: str


@dataclass(frozen=True, slots=True)
class Silent:
    """The caller said nothing."""

    times: int
    last: bool


@dataclass(frozen=True, slots=True)
class Said:
    """What was being said is over: heard, or cut off."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Mute:
    """A sentence could not be made: this line cannot speak."""


Happening = Spoke | Keyed | Silent | Said | Mute


@dataclass(frozen=True, slots=True)
class Settled:
    """For the owner's inbox: a result of the recogniser."""

    number: int
    heard: Heard | None


@dataclass(frozen=True, slots=True)
class Made:
    """For the owner's inbox: a sentence was made sound, or could not be."""

    number: int
    index: int
    sound: bytes | None


class Floor:
    """The audio side of one call. Everything is called by the call's owner, one after another."""

    def __init__(
        self,
        wire: Wire,
        ears: Ears,
        vad: Vad,
        mouth: Mouth,
        post: Callable[[Settled | Made], None],
        watch: Stopwatch,
    ) -> None:
        """`post` puts what tasks bring into the owner's inbox, who gives it to `settled` and `made`."""
        self._turns = TurnTaking()
        echo = EchoProof(vad)
        self._ear = Ear(ears, echo, lambda number, heard: post(Settled(number, heard)))
        self._lips = Lips(wire, mouth, lambda number, index, sound: post(Made(number, index, sound)), echo)
        self._watch = watch
        self._listening: Listening = FREE
        self._asked: int | None = None
        self._heard: Heard | None = None
        self._owes = False
        self._partial = ""
        self._happened: list[Happening] = []
        self._still = 0.0
        self._last_audio = asyncio.get_running_loop().time()

    @property
    def is_speaking(self) -> bool:
        """Whether something is being said, or held."""
        return self._lips.utterance is not None

    @property
    def caller_speaks(self) -> bool:
        """Whether the caller has the floor, or a turn of theirs is being made out."""
        return self._turns.caller_speaks or self._owes

    @property
    def deadline(self) -> float | None:
        """On the loop's clock: when the line is lost if a mark has not come back."""
        return self._lips.deadline

    def listen(self, listening: Listening, interruption: Interruption | None = None) -> None:
        """How to listen from now on."""
        self._listening = listening
        self._turns.expect(listening.endpointing, listening.keys, interruption or listening.interruption)

    def say(self, utterance: Utterance, pace: Pace) -> None:
        """Begin to say something; nothing else is being said."""
        self._lips.begin(utterance, pace)

    def wait(self) -> None:
        """Nothing is to be said: listen."""
        self._do_later(self._turns.bot_finished(self._at()))

    async def audio(self, audio: bytes) -> list[Happening]:
        """A piece of the caller's audio."""
        self._last_audio = asyncio.get_running_loop().time()
        for at, probability in self._ear.take(audio):
            await self._do(self._turns.frame(at + self._still, probability))
            if self._ear.is_open and (partial := self._ear.partial) != self._partial:
                self._partial = partial
                await self._do(self._turns.partial(at + self._still, partial))
        return self._take()

    async def tick(self) -> list[Happening]:
        """Some time has passed, perhaps without audio."""
        now = asyncio.get_running_loop().time()
        if now - self._last_audio >= STILL_SECONDS:
            self._still += now - self._last_audio
            self._last_audio = now
            await self._do(self._turns.tick(self._at()))
        if self.deadline is not None and now >= self.deadline:
            log.warning("marks have not come back: what was said counts as not heard")
            await self._finish()
        return self._take()

    async def key(self, key: str) -> list[Happening]:
        """A key was pressed."""
        await self._do(self._turns.key(self._at(), key))
        return self._take()

    async def mark(self, name: str) -> list[Happening]:
        """A mark came back."""
        if self._lips.returned(name):
            await self._do(self._turns.bot_heard(self._at(), name))
            if self._lips.is_heard:
                await self._finish()
        return self._take()

    async def made(self, made: Made) -> list[Happening]:
        """A sentence was made."""
        if not self._lips.is_wanted(made.number):
            return []
        if made.sound is None:
            self._happened.append(Mute())
            return self._take()
        begins = self._lips.first_sound_at is None
        if await self._lips.send(made.index, made.sound) and begins:
            self._watch.sounded()
            await self._do(self._turns.bot_started(self._at()))
        return self._take()

    async def settled(self, settled: Settled) -> list[Happening]:
        """A result of the recogniser."""
        if settled.number != self._asked:
            return []
        self._asked, self._heard = None, settled.heard
        self._watch.settled()
        if self._owes:
            self._owes = False
            self._over(settled.heard)
        else:
            heard = settled.heard
            text, confidence = (heard.text, heard.confidence) if heard else ("", 0.0)
            await self._do(self._turns.settled(self._at(), text, confidence))
        return self._take()

    async def stop(self) -> Outcome | None:
        """Fall silent; how much of what was being said was heard.

        Raises:
            LineBroke: the other side is gone.
        """
        return await self._lips.stop()

    async def close(self) -> Outcome | None:
        """The line is over: leave nothing behind; how much of what was being said was heard."""
        outcome = self._lips.end()
        await self._ear.end()
        await self._lips.close()
        return outcome

    def _at(self) -> float:
        return self._ear.seconds + self._still

    def _take(self) -> list[Happening]:
        happened, self._happened = self._happened, []
        return happened

    def _do_later(self, decisions: Iterable[Decision]) -> None:
        # Only a wait for input can follow: nothing to be carried out on the line.
        self._happened += [Silent(one.times, one.last) for one in decisions if isinstance(one, NoInput)]

    async def _finish(self) -> None:
        outcome = self._lips.end()
        if outcome is not None:
            self._happened.append(Said(outcome))
        await self._do(self._turns.bot_finished(self._at()))

    async def _do(self, decisions: Iterable[Decision]) -> None:
        for decision in decisions:
            match decision:
                case SpeechStarted(began=began):
                    self._heard, self._asked, self._partial = None, None, ""
                    self._ear.open(began - self._still, self._listening.grammar)
                case SpeechDropped():
                    self._ear.close()
                    self._asked = None
                case BotHeld():
                    await self._lips.hold()
                case BotResumed():
                    await self._lips.resume()
                case BargeIn():
                    outcome = await self._lips.stop()
                    if outcome is not None:
                        self._happened.append(Said(outcome))
                case SettleEarly():
                    self._watch.asked()
                    self._asked = self._ear.settle()
                case SettleDiscarded():
                    self._asked, self._heard = None, None
                case TurnEnded():
                    self._turn_ended(decision)
                case NoInput(times=times, last=last):
                    self._happened.append(Silent(times, last))

    def _turn_ended(self, decision: TurnEnded) -> None:
        if decision.keys:
            self._watch.keyed()
            self._happened.append(Keyed(decision.keys))
            return
        self._watch.ended(decision.at - (decision.spoken_until or decision.at))
        if decision.text is not None:
            self._over(self._heard)
            return
        self._owes = True
        if self._asked is None:
            self._watch.asked()
            self._asked = self._ear.settle()

    def _over(self, heard: Heard | None) -> None:
        self._ear.close()
        self._happened.append(Spoke(heard))
