"""The messages of a media stream, as values: what Twilio sends, what it is sent, and their wire forms.

Pure. What does not fit is `Malformed`, never guessed at; audio may come in pieces of any length.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

DIGITS = frozenset("0123456789*#ABCD")
LONGEST_NAME = 200
"""Of a mark or a stream; ours are far shorter."""


class Malformed(Exception):
    """A frame that is no message of this protocol."""

    code = "malformed"
    retryable = False


@dataclass(frozen=True, slots=True)
class Connected:
    """The first word of the other side; nothing can be sent yet."""


@dataclass(frozen=True, slots=True)
class Start:
    """Which stream of which call this is, and the parameters that our document gave it."""

    stream_sid: str
    call_sid: str
    account_sid: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Media:
    """A piece of the caller's voice: 8 kHz mu-law."""

    audio: bytes


@dataclass(frozen=True, slots=True)
class Dtmf:
    """A key was pressed."""

    digit: str


@dataclass(frozen=True, slots=True)
class Mark:
    """All audio before this mark has been played, or was thrown away by a clear."""

    name: str


@dataclass(frozen=True, slots=True)
class Stop:
    """The stream or the call has ended."""


@dataclass(frozen=True, slots=True)
class Other:
    """A message of a kind that this version does not know; not an error."""


Message = Connected | Start | Media | Dtmf | Mark | Stop | Other


def parse(frame: str | bytes) -> Message:
    """The message in a frame.

    Raises:
        Malformed: it is none.
    """
    try:
        content = orjson.loads(frame)
    except orjson.JSONDecodeError as error:
        raise Malformed("not JSON") from error
    if not isinstance(content, dict):
        raise Malformed("not an object")
    match content.get("event"):
        case "media":
            return Media(_audio(_part(content, "media")))
        case "mark":
            return Mark(_text(_part(content, "mark"), "name"))
        case "dtmf":
            digit = _text(_part(content, "dtmf"), "digit")
            if digit not in DIGITS:
                raise Malformed("not a key")
            return Dtmf(digit)
        case "connected":
            return Connected()
        case "start":
            return _start(content)
        case "stop":
            return Stop()
        case str():
            return Other()
    raise Malformed("no event")


def media(stream_sid: str, audio: bytes) -> str:
    """Audio to be played after what was sent before: 8 kHz mu-law without a header."""
    payload = base64.b64encode(audio).decode()
    return _frame({"event": "media", "streamSid": stream_sid, "media": {"payload": payload}})


def mark(stream_sid: str, name: str) -> str:
    """Ask to be told when the audio up to here has been played."""
    return _frame({"event": "mark", "streamSid": stream_sid, "mark": {"name": name}})


def clear(stream_sid: str) -> str:
    """Throw away what has not been played yet; its marks come back at once."""
    return _frame({"event": "clear", "streamSid": stream_sid})


def _start(content: Mapping[str, Any]) -> Start:
    start = _part(content, "start")
    shape = start.get("mediaFormat")
    known = {"encoding": "audio/x-mulaw", "sampleRate": "8000", "channels": "1"}
    if not isinstance(shape, dict) or any(str(shape.get(name)) != value for name, value in known.items()):
        raise Malformed("not 8 kHz mu-law in one channel")
    given = start.get("customParameters") or {}
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise Malformed("parameters are texts")
    return Start(_text(start, "streamSid"), _text(start, "callSid"), _text(start, "accountSid"), given)


def _audio(part: Mapping[str, Any]) -> bytes:
    payload = part.get("payload")
    if not isinstance(payload, str):
        raise Malformed("no payload")
    try:
        return base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed("payload is not base64") from error


def _part(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = content.get(name)
    if not isinstance(part, dict):
        raise Malformed(f"no {name}")
    return part


def _text(part: Mapping[str, Any], name: str) -> str:
    value = part.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME:
        raise Malformed(f"no {name}")
    return value


def _frame(content: Mapping[str, Any]) -> str:
    return orjson.dumps(content).decode()
