"""`<Enqueue>` and `<Dial><Queue>`: callers wait in line hearing what the centre chooses, and are fetched.

Order is order of arrival; the centre's own idea of whose turn it is comes as a redirect by REST.
"""

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from voice.testing.endings import WAITING, WHISPER, Hangup, Leave
from voice.testing.media import Nothing, Wire
from voice.testing.sids import new_sid
from voice.testing.twiml import TwimlError, Verb

if TYPE_CHECKING:
    from voice.testing.call import Call
    from voice.testing.verbs import Interpreter

LONGEST = 100
_EMPTY_DOCUMENT_SECONDS = 1.0


@dataclass(eq=False, slots=True)
class Place:
    """One caller's place in a queue."""

    call: "Call"
    since: float
    fetched: "asyncio.Future[tuple[Wire, Verb]]"
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Whoever fetched the caller is done with them."""
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    """The caller has heard what is said before being put through, or is gone."""


@dataclass(eq=False, slots=True)
class Queue:
    """One queue by its name."""

    name: str
    sid: str = field(default_factory=lambda: new_sid("QU"))
    places: list[Place] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    """How long those who left had waited."""
    longest: int = LONGEST


async def enqueue(interpreter: "Interpreter", verb: Verb) -> list[Verb] | None:
    """Wait in the queue; what the centre wants afterwards."""
    call = interpreter.call
    loop = asyncio.get_running_loop()
    queue = call.twilio.queue(verb.text)
    if len(queue.places) >= queue.longest:
        return await _after(call, verb, {"QueueResult": "queue-full"})
    place = Place(call, loop.time(), loop.create_future())
    queue.places.append(place)
    call.report("queued", {"queue": queue.name, "position": str(len(queue.places))})
    result = "error"
    try:
        result = await _wait(interpreter, verb, queue, place)
    except asyncio.CancelledError:
        result = call.leaving or "system-error"
        _leave(queue, place)
        if verb.get("action"):
            await call.webhooks.tell(verb.get("action"), _fields(queue, place, result), verb.get("method"))
        raise
    except Hangup:
        result = "hangup"
        _leave(queue, place)
        if verb.get("action"):
            await call.webhooks.tell(verb.get("action"), _fields(queue, place, result), verb.get("method"))
        raise
    finally:
        _leave(queue, place)
        place.ready.set()
        call.report("left-queue", {"result": result})
    return await _after(call, verb, _fields(queue, place, result))


async def take(interpreter: "Interpreter", noun: Verb) -> dict[str, str]:
    """`<Dial><Queue>`: be put through to whoever waits longest."""
    call = interpreter.call
    queue = call.twilio.queue(noun.text)
    if not queue.places:
        return {"DialCallStatus": "no-answer", "DialBridged": "false"}
    place = queue.places[0]
    mine, theirs = Wire.pair()
    place.fetched.set_result((theirs, noun))
    _leave(queue, place)
    try:
        await place.ready.wait()
        call.media = mine
        call.report("bridged", {"CallSid": place.call.sid})
        await place.call.ended(within=None)
    finally:
        call.media = Nothing()
        place.over.set()
    return {"DialCallStatus": "completed", "DialBridged": "true", "DialCallSid": place.call.sid}


async def _wait(interpreter: "Interpreter", verb: Verb, queue: Queue, place: Place) -> str:
    call = interpreter.call
    waiting = asyncio.create_task(_entertain(interpreter, verb, queue, place))
    either: set[asyncio.Future[Any]] = {waiting, place.fetched}
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not place.fetched.done():
            error = waiting.exception()
            if isinstance(error, Leave):
                return "leave"
            if error is not None:
                raise error
    finally:
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        call.media = Nothing()
    wire, noun = place.fetched.result()
    await _put_through(interpreter, place, wire, noun)
    return "bridged"


async def _put_through(interpreter: "Interpreter", place: Place, wire: Wire, noun: Verb) -> None:
    call = interpreter.call
    if noun.get("url"):
        await interpreter.on(call, WHISPER).follow(noun.get("url"), noun.get("method"))
    call.media = wire
    place.ready.set()
    call.report("bridged", {})
    try:
        await place.over.wait()
    finally:
        call.media = Nothing()


async def _entertain(interpreter: "Interpreter", verb: Verb, queue: Queue, place: Place) -> None:
    """Run the waiting document again and again."""
    call = interpreter.call
    loop = asyncio.get_running_loop()
    if not verb.get("waitUrl"):
        await asyncio.Event().wait()
    base = call.webhooks.base
    while True:
        begun = loop.time()
        try:
            # Every address in a waiting document is read against that document.
            await interpreter.on(call, WAITING).follow(
                verb.get("waitUrl"), verb.get("waitUrlMethod"), _standing(queue, place)
            )
        except TwimlError as error:
            call.twilio.note(call, error)
        finally:
            call.webhooks.base = base
        if loop.time() == begun:
            await asyncio.sleep(_EMPTY_DOCUMENT_SECONDS)


async def _after(call: "Call", verb: Verb, more: dict[str, str]) -> list[Verb] | None:
    if not verb.get("action"):
        return None
    return await call.webhooks.document(verb.get("action"), verb.get("method"), more)


def _leave(queue: Queue, place: Place) -> None:
    if place in queue.places:
        queue.places.remove(place)
        queue.waits.append(asyncio.get_running_loop().time() - place.since)


def _fields(queue: Queue, place: Place, result: str) -> dict[str, str]:
    waited = asyncio.get_running_loop().time() - place.since
    return {"QueueResult": result, "QueueSid": queue.sid, "QueueTime": str(round(waited))}


def _standing(queue: Queue, place: Place) -> dict[str, str]:
    waited = asyncio.get_running_loop().time() - place.since
    average = sum(queue.waits) / len(queue.waits) if queue.waits else 0.0
    position = queue.places.index(place) + 1 if place in queue.places else 0
    return {
        "QueueSid": queue.sid,
        "QueuePosition": str(position),
        "QueueTime": str(round(waited)),
        "AvgQueueTime": str(round(average)),
        "CurrentQueueSize": str(len(queue.places)),
    }
