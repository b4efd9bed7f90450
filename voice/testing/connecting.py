"""`<Connect><Stream>`: opens the signed socket, keeps the call on it, and asks the centre what comes next.

The stream itself, message by message, is in `stream.py`.
"""

import asyncio
from typing import TYPE_CHECKING

from voice.testing.faults import NONE
from voice.testing.line import HandshakeRefused, Unreachable
from voice.testing.media import Nothing
from voice.testing.sids import new_sid
from voice.testing.signing import signature
from voice.testing.stream import Stream
from voice.testing.twiml import TwimlError, Verb

if TYPE_CHECKING:
    from voice.testing.call import Call

REPLAY_SECONDS = 2.0
"""How long a replayed stream is tried."""


async def connect(call: "Call", verb: Verb) -> list[Verb] | None:
    """Stay on the stream until the centre closes it or it breaks; what the centre then wants."""
    noun = verb.nouns[0]
    stream = await _open(call, noun)
    if stream is not None:
        try:
            await _stay(call, noun, stream)
        except asyncio.CancelledError:
            if call.leaving == "hangup" and verb.get("action"):
                await call.webhooks.tell(verb.get("action"), {}, verb.get("method"))
            raise
        if call.faults.replays_start:
            await _replay(call, noun)
    if not verb.get("action"):
        return None
    return await call.webhooks.document(verb.get("action"), verb.get("method"))


async def _open(call: "Call", noun: Verb) -> Stream | None:
    sid, url, twilio = new_sid("MZ"), noun.get("url"), call.twilio
    token = twilio.auth_token + ("-not" if call.faults.bad_stream_signature else "")
    try:
        if call.faults.refuses_handshake:
            raise HandshakeRefused(0)
        socket = await twilio.line.connect(url, {"x-twilio-signature": signature(token, url)})
    except Unreachable as error:
        twilio.note(call, TwimlError(31920, f"{url}: {error}"))
        call.report("stream-error", {"StreamSid": sid, "StreamError": str(error), "code": "31920"})
        await _tell(call, noun, sid, "stream-error", str(error))
        return None
    parameters = {each.get("name"): each.get("value") for each in noun.nouns}
    stream = Stream(socket, sid, call.sid, twilio.account_sid, parameters, call.faults, call.report)
    await stream.begin()
    call.report("stream-started", {"StreamSid": sid, **parameters})
    return stream


async def _stay(call: "Call", noun: Verb, stream: Stream) -> None:
    call.media = stream
    # Told beside the call: a centre slow to take note must not delay the caller's voice.
    call.aside(_tell(call, noun, stream.sid, "stream-started"))
    try:
        await stream.over.wait()
    except asyncio.CancelledError:
        call.media = Nothing()
        await stream.end()
        await _tell(call, noun, stream.sid, "stream-stopped")
        raise
    finally:
        call.media = Nothing()
        call.report("stream-stopped", {"StreamSid": stream.sid})
    await stream.end()
    await _tell(call, noun, stream.sid, "stream-stopped")


async def _replay(call: "Call", noun: Verb) -> None:
    """The same parameters once more, as somebody who overheard them would send."""
    socket_url = noun.get("url")
    headers = {"x-twilio-signature": signature(call.twilio.auth_token, socket_url)}
    parameters = {each.get("name"): each.get("value") for each in noun.nouns}
    try:
        socket = await call.twilio.line.connect(socket_url, headers)
    except Unreachable:
        call.report("replay", {"outcome": "refused"})
        return
    stream = Stream(socket, new_sid("MZ"), call.sid, call.twilio.account_sid, parameters, NONE, call.report)
    await stream.begin()
    try:
        async with asyncio.timeout(REPLAY_SECONDS):
            await stream.over.wait()
        call.report("replay", {"outcome": "refused"})
    except TimeoutError:
        call.report("replay", {"outcome": "accepted"})
    await stream.end()


async def _tell(call: "Call", noun: Verb, sid: str, event: str, error: str = "") -> None:
    if not noun.get("statusCallback"):
        return
    more = {"StreamSid": sid, "StreamName": noun.get("name", sid), "StreamEvent": event}
    if error:
        more["StreamError"] = error
    await call.webhooks.tell(noun.get("statusCallback"), more, noun.get("statusCallbackMethod"))
