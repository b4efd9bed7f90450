"""The account: numbers, the parties one can reach, calls, queues, and what Twilio's debugger would show.

Nothing here reaches the network except through the `Line` it was given.
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from voice.testing import mulaw
from voice.testing.call import Call, Callbacks
from voice.testing.dialling import leg_rings
from voice.testing.endings import Hangup
from voice.testing.faults import NONE, Faults
from voice.testing.line import Line
from voice.testing.parties import NOBODY, Answer, Party, verdict
from voice.testing.queueing import Queue
from voice.testing.rest import RestApi
from voice.testing.sids import new_sid
from voice.testing.twiml import TwimlError, Verb, read
from voice.testing.verbs import Interpreter

_SAY_SECONDS_PER_LETTER = 0.06


@dataclass(frozen=True, slots=True)
class Number:
    """A telephone number of the account, and whom its calls are for."""

    voice_url: str
    fallback_url: str = ""
    status_callback: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """A call that the REST API was asked to make."""

    caller: str
    to: str
    url: str = ""
    method: str = "POST"
    twiml: str = ""
    callbacks: Callbacks = Callbacks()  # noqa: RUF009 - frozen
    ring_seconds: float = 60.0
    detection: str = ""
    """`Enable`, `DetectMessageEnd` or nothing."""
    asynchronous: bool = False
    detection_callback: str = ""
    detection_seconds: float = 30.0


def hum(text: str) -> bytes:
    """A quiet tone as long as the words would take; spoken where no synthesiser is given."""
    times = np.arange(round(len(text) * _SAY_SECONDS_PER_LETTER * mulaw.RATE)) / mulaw.RATE
    return mulaw.encode((2000 * np.sin(2 * np.pi * 440 * times)).astype(np.int16))


class OfflineTwilio:
    """One account. Make it on the event loop it is used on."""

    def __init__(
        self,
        line: Line,
        auth_token: str,
        account_sid: str = "",
        *,
        speaks: Callable[[str], bytes] = hum,
        calls_per_second: float | None = 1.0,
        keeps_audio: bool = True,
    ) -> None:
        """`speaks` is the voice of `<Say>`, in a thread; `calls_per_second` paces calls made by REST."""
        self.line = line
        self.auth_token = auth_token
        self.account_sid = account_sid or new_sid("AC")
        self.speaks = speaks
        self.keeps_audio = keeps_audio
        self.numbers: dict[str, Number] = {}
        self.parties: dict[str, Party] = {}
        self.calls: dict[str, Call] = {}
        self.queues: dict[str, Queue] = {}
        self.errors: list[TwimlError] = []
        self.rest = RestApi(self)
        self._gap = 1 / calls_per_second if calls_per_second else 0.0
        self._next_start = 0.0

    def number(
        self, number: str, voice_url: str, *, fallback_url: str = "", status_callback: str = ""
    ) -> None:
        """Have a number."""
        self.numbers[number] = Number(voice_url, fallback_url, status_callback)

    def party(self, number: str) -> Party:
        """Who is reached by a number."""
        return self.parties.get(number, NOBODY)

    def queue(self, name: str) -> Queue:
        """A queue, made at its first use."""
        return self.queues.setdefault(name, Queue(name))

    def dial(self, caller: str, called: str, *, faults: Faults = NONE) -> Call:
        """Somebody calls one of the account's numbers."""
        number = self.numbers[called]
        call = self._keep(
            Call(self, caller, called, callbacks=Callbacks(number.status_callback), faults=faults)
        )
        call.status = "ringing"
        call.run(self._run(call, number.voice_url, fallback=number.fallback_url))
        return call

    def leg(self, parent: Call, called: str, caller: str, noun: Verb) -> Call:
        """A call that `<Dial>` makes."""
        steps = frozenset(noun.get("statusCallbackEvent", "completed").split())
        callbacks = Callbacks(noun.get("statusCallback"), steps)
        leg = Call(self, caller, called, "outbound-dial", callbacks=callbacks, parent=parent)
        return self._keep(leg)

    def place(self, order: Order) -> Call:
        """A call that the REST API makes, in its turn."""
        call = self._keep(Call(self, order.caller, order.to, "outbound-api", callbacks=order.callbacks))
        call.run(self._call_out(call, order))
        return call

    async def redirect(self, call: Call, *, url: str = "", method: str = "POST", twiml: str = "") -> None:
        """Let a call that is under way go on with another document.

        Raises:
            TwimlError: the document given is none.
        """
        verbs = read(twiml.encode()) if twiml else None
        await call.interrupt("redirected")
        call.report("redirected", {"url": url})
        call.run(self._run(call, url, method, verbs=verbs))

    def note(self, call: Call, error: TwimlError) -> None:
        """What Twilio's debugger would show."""
        self.errors.append(error)
        call.report("error", {"code": str(error.code), "problem": error.problem})

    def idempotency_token(self) -> str:
        """Of one webhook."""
        return secrets.token_hex(16)

    def forget_ended(self) -> None:
        """Let go of calls that are over, where many are made."""
        self.calls = {sid: call for sid, call in self.calls.items() if not call.is_over}

    async def close(self) -> None:
        """Everybody hangs up."""
        for call in list(self.calls.values()):
            await call.hang_up()
        await self.line.close()

    def _keep(self, call: Call) -> Call:
        self.calls[call.sid] = call
        return call

    async def _run(
        self,
        call: Call,
        url: str,
        method: str = "POST",
        more: Mapping[str, str] | None = None,
        *,
        verbs: list[Verb] | None = None,
        fallback: str = "",
    ) -> None:
        status = "completed"
        try:
            if verbs is not None:
                await Interpreter(call).execute(verbs)
            else:
                await Interpreter(call).follow(url, method, more)
        except Hangup as end:
            status = end.status
        except TwimlError as error:
            self.note(call, error)
            if fallback:
                failed = {"ErrorCode": str(error.code), "ErrorUrl": url}
                await self._run(call, fallback, more=failed)
                return
            status = "completed" if call.answered_at is not None else "failed"
        await call.finish(status)

    async def _call_out(self, call: Call, order: Order) -> None:
        loop = asyncio.get_running_loop()
        start = max(loop.time(), self._next_start)
        self._next_start = start + self._gap
        await asyncio.sleep(start - loop.time())
        answer = await leg_rings(call, order.ring_seconds)
        if answer is not Answer.ANSWERS:
            await call.finish(answer.value)
            return
        party = self.party(order.to)
        call.aside(party.live(call))
        more: dict[str, str] = {}
        if order.detection:
            found, seconds = verdict(party, order.detection)
            if seconds > order.detection_seconds:
                found, seconds = "unknown", order.detection_seconds
            detected = {"AnsweredBy": found, "MachineDetectionDuration": str(round(seconds * 1000))}
            if order.asynchronous:
                call.aside(self._detect(call, order, detected, seconds))
            else:
                await call.pause(seconds)
                more = detected
        verbs = read(order.twiml.encode()) if order.twiml else None
        await self._run(call, order.url, order.method, more, verbs=verbs)

    async def _detect(self, call: Call, order: Order, detected: Mapping[str, str], seconds: float) -> None:
        await call.pause(seconds)
        call.report("detected", detected)
        if order.detection_callback:
            await call.webhooks.tell(order.detection_callback, detected)
