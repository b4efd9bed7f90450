"""The documents that tell Twilio what to do with a call. Built by Twilio's own classes, which escape.

Pure. Every document ends in a verb that leaves nobody on a dead line.
"""

from collections.abc import Mapping

from twilio.twiml.voice_response import (  # type: ignore[import-untyped]
    Connect,
    Dial,
    Gather,
    Stream,
    VoiceResponse,
)

RING_SECONDS = 25
"""So long an agent's phone rings; they have just accepted in the console."""

LONGEST_TALK_SECONDS = 4 * 3600
"""Of a caller with an agent."""


def stream(socket_url: str, parameters: Mapping[str, str], *, action: str, status: str, say: str = "") -> str:
    """Connect the call to our socket; `action` is asked when that ends, however it ends."""
    response = VoiceResponse()
    if say:
        response.say(say)
    connect = Connect(action=action, method="POST")
    opened = Stream(url=socket_url, status_callback=status, status_callback_method="POST")
    for name, value in parameters.items():
        opened.parameter(name=name, value=value)
    connect.append(opened)
    response.append(connect)
    response.redirect(action, method="POST")
    return str(response)


def enqueue(queue: str, *, wait: str, action: str, say: str = "") -> str:
    """Let the caller wait for a person; `wait` says what they hear, `action` is asked when they leave."""
    response = VoiceResponse()
    if say:
        response.say(say)
    response.enqueue(queue, wait_url=wait, wait_url_method="POST", action=action, method="POST")
    response.redirect(action, method="POST")
    return str(response)


def wait(text: str, *, keys: str, again: str, pause_seconds: int) -> str:
    """What a waiting caller hears; a key goes to `keys`, and without one `again` is asked."""
    response = VoiceResponse()
    gather = Gather(num_digits=1, action=keys, method="POST", timeout=1)
    gather.say(text)
    gather.pause(length=pause_seconds)
    response.append(gather)
    response.redirect(again, method="POST")
    return str(response)


def hold(again: str, seconds: int = 5) -> str:
    """Somebody is being fetched: be quiet, then ask again."""
    response = VoiceResponse()
    response.pause(length=seconds)
    response.redirect(again, method="POST")
    return str(response)


def onward(url: str) -> str:
    """Ask for another document."""
    response = VoiceResponse()
    response.redirect(url, method="POST")
    return str(response)


def leave_queue(say: str) -> str:
    """Take the caller out of the queue; the queue's `action` is asked next."""
    response = VoiceResponse()
    response.say(say)
    response.leave()
    return str(response)


def dial(number: str, *, whisper: str, action: str, caller_id: str, say: str = "") -> str:
    """Put a call through to another telephone; `whisper` speaks to whoever answers first."""
    response = VoiceResponse()
    if say:
        response.say(say)
    dialled = Dial(
        action=action,
        method="POST",
        timeout=RING_SECONDS,
        time_limit=LONGEST_TALK_SECONDS,
        answer_on_bridge=True,
        **({"caller_id": caller_id} if caller_id else {}),
    )
    dialled.number(number, **({"url": whisper, "method": "POST"} if whisper else {}))
    response.append(dialled)
    return str(response)


def whisper(text: str, *, keys: str) -> str:
    """What the agent hears before the caller: 1 takes the call, anything else lets it go."""
    response = VoiceResponse()
    gather = Gather(num_digits=1, action=keys, method="POST", timeout=6)
    gather.say(text)
    response.append(gather)
    response.say("No key was pressed. The caller stays with us. Goodbye.")
    response.hangup()
    return str(response)


def bridge() -> str:
    """The agent takes the call: with nothing left to do, both are connected."""
    return str(VoiceResponse())


def goodbye(say: str = "") -> str:
    """End the call."""
    response = VoiceResponse()
    if say:
        response.say(say)
    response.hangup()
    return str(response)


def busy() -> str:
    """Refuse the call before it is answered."""
    response = VoiceResponse()
    response.reject(reason="busy")
    return str(response)
