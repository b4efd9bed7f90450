"""Runs a TwiML document on a call, verb after verb, as Twilio does.

Knows what each verb does to a call; how a stream, a dialled leg or a queue works is in their own modules.
"""

import asyncio
import io
import wave
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from voice.testing import connecting, dialling, mulaw, queueing
from voice.testing.endings import Hangup, Leave
from voice.testing.media import Keys, Nothing, Sound, Taped
from voice.testing.tape import Tape
from voice.testing.twiml import TwimlError, Verb

if TYPE_CHECKING:
    from voice.testing.call import Call

_BEEP_SECONDS = 0.2
_LONGEST_DOCUMENTS = 1000


class Interpreter:
    """Runs documents on one call."""

    def __init__(self, call: "Call", allowed: frozenset[str] | None = None) -> None:
        """`allowed` verbs; all where it is left out."""
        self.call = call
        self._allowed = allowed

    def on(self, call: "Call", allowed: frozenset[str]) -> "Interpreter":
        """Another one, for a document inside this one's."""
        return Interpreter(call, allowed)

    async def follow(self, url: str, method: str = "POST", more: Mapping[str, str] | None = None) -> None:
        """Fetch a document and run it to its end.

        Raises:
            TwimlError: Twilio would give up over it.
            Hangup, Leave: what it asked for.
        """
        await self.execute(await self.call.webhooks.document(url, method, more))

    async def execute(self, verbs: list[Verb]) -> None:
        """Run a document that is at hand; raises as `follow`."""
        documents = 0
        while verbs:
            verb, *rest = verbs
            if self._allowed is not None and verb.name not in self._allowed:
                raise TwimlError(12201, f"<{verb.name}> is not allowed here")
            if verb.name != "Reject":
                self.call.answer()
            following = await self._do(verb)
            if following is not None:
                documents += 1
                if documents > _LONGEST_DOCUMENTS:
                    raise TwimlError(11205, "documents that lead to one another without end")
            verbs = rest if following is None else following

    async def _do(self, verb: Verb) -> list[Verb] | None:
        call = self.call
        match verb.name:
            case "Say" | "Play" | "Pause":
                await self._play(await self._sound_of(verb))
            case "Gather":
                return await self._gather(verb)
            case "Record":
                return await self._record(verb)
            case "Redirect":
                return await call.webhooks.document(verb.text, verb.get("method"))
            case "Connect":
                return await connecting.connect(call, verb)
            case "Dial":
                return await dialling.dial(self, verb)
            case "Enqueue":
                return await queueing.enqueue(self, verb)
            case "Start":
                await self._start(verb)
            case "Stop":
                await call.end_tapes()
            case "Leave":
                raise Leave
            case "Reject":
                raise Hangup("busy" if verb.get("reason") == "busy" else "no-answer")
            case _:
                raise Hangup
        return None

    async def _play(self, sound: bytes) -> None:
        media = Sound(sound)
        self.call.media = media
        try:
            await media.over.wait()
        finally:
            self.call.media = Nothing()

    async def _sound_of(self, verb: Verb) -> bytes:
        times = max(1, int(verb.get("loop", "1")))
        match verb.name:
            case "Say":
                self.call.report("say", {"text": verb.text})
                return await asyncio.to_thread(self.call.twilio.speaks, verb.text) * times
            case "Pause":
                return bytes([mulaw.SILENCE]) * round(verb.seconds("length", 1) * mulaw.RATE)
            case _:
                self.call.report("play", {"url": verb.text})
                if not verb.text:
                    return mulaw.QUIET * 10 * len(verb.get("digits"))
                return _decoded(verb.text, *await self.call.webhooks.sound(verb.text)) * times

    async def _gather(self, verb: Verb) -> list[Verb] | None:
        if verb.get("input", "dtmf") != "dtmf":
            raise TwimlError(13335, "only keys can be gathered here")
        prompt = b"".join([await self._sound_of(noun) for noun in verb.nouns])
        length = verb.get("numDigits")
        keys = Keys(prompt, verb.get("finishOnKey", "#"), int(length) if length else None)
        self.call.media = keys
        self.call.report("gather", {"action": verb.get("action")})
        try:
            await keys.over.wait()
            while not keys.complete.is_set():
                keys.pressed.clear()
                async with asyncio.timeout(verb.seconds("timeout", 5)):
                    await keys.pressed.wait()
        except TimeoutError:
            pass
        finally:
            self.call.media = Nothing()
        if not keys.digits and not keys.finished_by and verb.get("actionOnEmptyResult") != "true":
            return None
        more = {"Digits": keys.digits, "FinishedOnKey": keys.finished_by, "msg": "Gather End"}
        return await self.call.webhooks.document(verb.get("action"), verb.get("method"), more)

    async def _record(self, verb: Verb) -> list[Verb] | None:
        beep = _beep() if verb.get("playBeep", "true") == "true" else b""
        taped = Taped(
            beep,
            verb.get("finishOnKey", "1234567890*#"),
            verb.seconds("timeout", 5),
            verb.seconds("maxLength", 3600),
        )
        tape = Tape(verb.get("recordingStatusCallback"))
        self.call.media = taped
        try:
            await taped.over.wait()
        except asyncio.CancelledError:
            taped.finished_by = self.call.leaving
            if verb.get("action") and self.call.leaving == "hangup":
                await self.call.webhooks.tell(
                    verb.get("action"), self._taped(tape, taped), verb.get("method")
                )
            raise
        finally:
            self.call.media = Nothing()
        tape.status = "completed"
        more = self._taped(tape, taped)
        await self.call.tell_tape(tape)
        return await self.call.webhooks.document(verb.get("action"), verb.get("method"), more)

    def _taped(self, tape: Tape, taped: Taped) -> dict[str, str]:
        length = {"RecordingDuration": str(round(taped.seconds)), "Digits": taped.finished_by}
        return {**tape.fields(self.call.twilio.account_sid), **length}

    async def _start(self, verb: Verb) -> None:
        for noun in verb.nouns:
            events = noun.get("recordingStatusCallbackEvent", "completed").split()
            tape = Tape(noun.get("recordingStatusCallback"), frozenset(events))
            self.call.tapes.append(tape)
            await self.call.tell_tape(tape)


def _beep() -> bytes:
    times = np.arange(round(_BEEP_SECONDS * mulaw.RATE)) / mulaw.RATE
    return mulaw.encode((6000 * np.sin(2 * np.pi * 1000 * times)).astype(np.int16))


def _decoded(url: str, kind: str, content: bytes) -> bytes:
    if kind == "audio/basic":
        return content
    if kind not in ("audio/wav", "audio/x-wav", "audio/wave"):
        raise TwimlError(12300, f"{url} is {kind or 'of no type'}")
    try:
        with wave.open(io.BytesIO(content)) as file:
            if (file.getnchannels(), file.getsampwidth(), file.getframerate()) != (1, 2, mulaw.RATE):
                raise TwimlError(12400, f"{url} is not 8 kHz, 16 bits, one channel")
            return mulaw.encode(np.frombuffer(file.readframes(file.getnframes()), dtype="<i2"))
    except (wave.Error, EOFError) as error:
        raise TwimlError(12400, f"{url}: {error}") from error
