"""The wire of a media stream: what is understood, what is refused, and what is sent."""

import base64
import json
from typing import Any

import pytest

from voice.telephony import messages
from voice.telephony.messages import Connected, Dtmf, Malformed, Mark, Media, Other, Start, Stop, parse

FORMAT = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}


def frame(**content: Any) -> str:
    return json.dumps(content)


def start(**changed: Any) -> str:
    told = {
        "streamSid": "MZ1",
        "callSid": "CA1",
        "accountSid": "AC1",
        "tracks": ["inbound"],
        "mediaFormat": FORMAT,
        "customParameters": {"token": "t"},
    }
    return frame(event="start", sequenceNumber="1", streamSid="MZ1", start=told | changed)


def test_the_messages_of_a_stream_are_understood() -> None:
    audio = bytes(range(160))
    payload = base64.b64encode(audio).decode()
    assert parse(frame(event="connected", protocol="Call", version="1.0.0")) == Connected()
    assert parse(start()) == Start("MZ1", "CA1", "AC1", {"token": "t"})
    assert parse(frame(event="media", media={"payload": payload, "track": "inbound"})) == Media(audio)
    assert parse(frame(event="dtmf", dtmf={"digit": "#", "track": "inbound_track"})) == Dtmf("#")
    assert parse(frame(event="mark", mark={"name": "g1:s0"})) == Mark("g1:s0")
    assert parse(frame(event="stop", stop={"callSid": "CA1"})) == Stop()


def test_numbers_may_come_as_texts_and_packets_in_any_size() -> None:
    assert isinstance(parse(start(mediaFormat={**FORMAT, "sampleRate": "8000", "channels": "1"})), Start)
    for size in (0, 1, 159, 161, 4000):
        payload = base64.b64encode(b"\xff" * size).decode()
        assert parse(frame(event="media", media={"payload": payload})) == Media(b"\xff" * size)


def test_a_message_of_a_kind_yet_unknown_is_no_error() -> None:
    assert parse(frame(event="weather", weather={})) == Other()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "not json",
        "[]",
        "1",
        "null",
        "{}",
        frame(event=7),
        frame(event="media"),
        frame(event="media", media={}),
        frame(event="media", media={"payload": 7}),
        frame(event="media", media={"payload": "not base64!"}),
        frame(event="media", media={"payload": "é"}),
        frame(event="dtmf", dtmf={"digit": "12"}),
        frame(event="dtmf", dtmf={"digit": "x"}),
        frame(event="mark", mark={"name": ""}),
        frame(event="mark", mark={"name": "n" * 1000}),
        start(callSid=None),
        start(mediaFormat={**FORMAT, "encoding": "audio/l16"}),
        start(mediaFormat={**FORMAT, "channels": 2}),
        start(mediaFormat=None),
        start(customParameters={"token": 1}),
        start(customParameters=["token"]),
        b"\xff\xfe",
    ],
)
def test_what_is_no_message_is_malformed_and_nothing_worse(content: str | bytes) -> None:
    with pytest.raises(Malformed):
        parse(content)


def test_what_is_sent_is_what_twilio_reads() -> None:
    sent = json.loads(messages.media("MZ1", b"\x00\xff"))
    assert sent == {"event": "media", "streamSid": "MZ1", "media": {"payload": "AP8="}}
    assert json.loads(messages.mark("MZ1", "g1:s0")) == {
        "event": "mark",
        "streamSid": "MZ1",
        "mark": {"name": "g1:s0"},
    }
    assert json.loads(messages.clear("MZ1")) == {"event": "clear", "streamSid": "MZ1"}
