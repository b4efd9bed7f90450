"""`<Dial>`: rings one or several parties, lets them hear a whisper, puts the first who stays through.

Who answers and what they do is in `parties.py`.
"""

import asyncio
from typing import TYPE_CHECKING

from voice.testing import queueing
from voice.testing.endings import WHISPER, Hangup
from voice.testing.media import Nothing, Wire
from voice.testing.parties import Answer
from voice.testing.twiml import TwimlError, Verb

if TYPE_CHECKING:
    from voice.testing.call import Call
    from voice.testing.verbs import Interpreter

_TIME_LIMIT_SECONDS = 4 * 3600


async def dial(interpreter: "Interpreter", verb: Verb) -> list[Verb] | None:
    """Ring, put through, wait for the end; what the centre wants after it."""
    call = interpreter.call
    targets = [noun for noun in verb.nouns if noun.name in ("Number", "Client")]
    queues = [noun for noun in verb.nouns if noun.name == "Queue"]
    if queues:
        result = await queueing.take(interpreter, queues[0])
    else:
        targets = targets or [Verb("Number", {}, verb.text, ())]
        result = await Dialling(interpreter, verb, targets).run()
    call.report("dialled", result)
    if not verb.get("action"):
        return None
    return await call.webhooks.document(verb.get("action"), verb.get("method"), result)


class Dialling:
    """One `<Dial>` under way."""

    def __init__(self, interpreter: "Interpreter", verb: Verb, targets: list[Verb]) -> None:
        """`targets` are rung at the same time."""
        self._interpreter = interpreter
        self._call = interpreter.call
        self._verb = verb
        self._legs: list[Call] = []
        self._targets = targets
        self._answered: Call | None = None
        self._bridged = False

    async def run(self) -> dict[str, str]:
        """The fields of the `action` request."""
        try:
            leg, status = await self._first_who_stays()
            if leg is not None:
                await self._talk(leg)
                status = "completed"
        except asyncio.CancelledError:
            await self._hang_up_all()
            if self._call.leaving == "hangup" and self._verb.get("action"):
                status = "completed" if self._bridged else "canceled"
                await self._call.webhooks.tell(
                    self._verb.get("action"), self._result(status), self._verb.get("method")
                )
            raise
        await self._hang_up_all()
        return self._result(status)

    def _result(self, status: str) -> dict[str, str]:
        result = {"DialCallStatus": status, "DialBridged": str(self._bridged).lower()}
        leg = self._answered or (self._legs[0] if self._legs else None)
        if leg is not None:
            result["DialCallSid"] = leg.sid
        if self._answered is not None:
            result["DialCallDuration"] = str(self._answered.seconds)
        return result

    async def _first_who_stays(self) -> "tuple[Call | None, str]":
        limit = self._verb.seconds("timeout", 30)
        trying = {asyncio.create_task(self._try(target, limit)) for target in self._targets}
        status = "no-answer"
        try:
            while trying:
                done, trying = await asyncio.wait(trying, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    leg, status = task.result()
                    if leg is not None:
                        return leg, status
        finally:
            for task in trying:
                task.cancel()
            await asyncio.gather(*trying, return_exceptions=True)
        return None, status

    async def _try(self, target: Verb, limit: float) -> "tuple[Call | None, str]":
        twilio = self._call.twilio
        called = f"client:{target.text}" if target.name == "Client" else target.text
        leg = twilio.leg(self._call, called, self._verb.get("callerId") or self._call.caller, target)
        self._legs.append(leg)
        self._call.report("dialling", {"To": called, "CallSid": leg.sid})
        party = twilio.party(called)
        answer = await leg_rings(leg, limit)
        if answer is not Answer.ANSWERS:
            await leg.finish(answer.value)
            return None, answer.value
        self._answered = self._answered or leg
        leg.aside(party.live(leg))
        if target.get("url") and not await self._whisper(leg, target):
            return None, "completed"
        return (None, "completed") if leg.is_over else (leg, "completed")

    async def _whisper(self, leg: "Call", target: Verb) -> bool:
        """Whether the party still wants to be put through after what they heard."""
        leg.webhooks.base = self._call.webhooks.base
        whisper = leg.run(self._interpreter.on(leg, WHISPER).follow(target.get("url"), target.get("method")))
        try:
            await asyncio.wait({whisper})
        finally:
            whisper.cancel()
        if whisper.cancelled():
            return False
        error = whisper.exception()
        if error is None:
            return True
        if isinstance(error, TwimlError):
            leg.twilio.note(leg, error)
        elif not isinstance(error, Hangup):
            raise error
        await leg.hang_up()
        return False

    async def _talk(self, leg: "Call") -> None:
        call = self._call
        call.media, leg.media = Wire.pair()
        self._bridged = True
        call.report("bridged", {"CallSid": leg.sid})
        leg.report("bridged", {"CallSid": call.sid})
        try:
            async with asyncio.timeout(self._verb.seconds("timeLimit", _TIME_LIMIT_SECONDS)):
                await leg.ended(within=None)
        except TimeoutError:
            call.report("time-limit", {})
        finally:
            call.media = Nothing()

    async def _hang_up_all(self) -> None:
        for leg in self._legs:
            if leg.answered_at is None:
                await leg.finish("canceled")
            else:
                await leg.hang_up()


async def leg_rings(leg: "Call", limit_seconds: float) -> Answer:
    """Ring somebody and tell the centre of every step; answered legs are connected."""
    party = leg.twilio.party(leg.called)
    leg.status = "initiated"
    await leg.progress("initiated")
    if party.answer is Answer.FAILED:
        await leg.pause(party.ring_seconds)
        return Answer.FAILED
    leg.status = "ringing"
    await leg.progress("ringing")
    waits = limit_seconds if party.answer is Answer.NO_ANSWER else party.ring_seconds
    await leg.pause(min(waits, limit_seconds))
    if waits > limit_seconds:
        return Answer.NO_ANSWER
    if party.answer is Answer.ANSWERS and not leg.is_over:
        leg.answer()
        await leg.progress("answered")
    return party.answer
