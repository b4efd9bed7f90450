import asyncio
import base64
import json

import numpy as np
import pytest

from tests.voice.testing.centre import Centre, Socket
from tests.voice.testing.conftest import CALLER, LINE
from voice.testing import CallOver, Faults, OfflineTwilio, mulaw
from voice.testing.playback import Playback


def tone(seconds: float) -> bytes:
    times = np.arange(round(seconds * 8000)) / 8000
    return mulaw.encode((8000 * np.sin(2 * np.pi * 300 * times)).astype(np.int16))


async def test_the_stream_opens_as_twilio_opens_it(centre: Centre, twilio: OfflineTwilio) -> None:
    call = twilio.dial(CALLER, LINE)
    await call.pause(0.5)
    await call.hang_up()
    connected, start = centre.messages[0], centre.messages[1]
    assert connected == {"event": "connected", "protocol": "Call", "version": "1.0.0"}
    assert start["sequenceNumber"] == "1"
    assert start["start"]["callSid"] == call.sid
    assert start["start"]["customParameters"] == {"token": "t1"}
    assert start["start"]["mediaFormat"] == {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
    media = centre.heard("media")
    assert [frame["media"]["chunk"] for frame in media[:3]] == ["1", "2", "3"]
    assert [frame["media"]["timestamp"] for frame in media[:3]] == ["0", "20", "40"]
    assert {frame["media"]["track"] for frame in media} == {"inbound"}
    assert len(media) == pytest.approx(25, abs=2)
    assert centre.messages[-1]["event"] == "stop"
    assert [fields["StreamEvent"] for fields in centre.fields("/stream-status")] == [
        "stream-started",
        "stream-stopped",
    ]
    assert twilio.errors == []


async def test_what_the_caller_says_arrives_byte_for_byte(centre: Centre, twilio: OfflineTwilio) -> None:
    call = twilio.dial(CALLER, LINE)
    await call.wait_for("stream-started")
    sound = tone(0.5)
    await call.say(sound)
    await call.pause(0.1)
    await call.hang_up()
    arrived = b"".join(base64.b64decode(frame["media"]["payload"]) for frame in centre.heard("media"))
    assert sound in arrived
    assert sound in bytes(call.recording.spoken)


async def test_a_mark_comes_back_when_the_sound_before_it_was_heard(
    centre: Centre, twilio: OfflineTwilio
) -> None:
    back: dict[str, float] = {}
    loop = asyncio.get_running_loop()

    async def talk(socket: Socket) -> None:
        await socket.next("start")
        begun = loop.time()
        await socket.play(tone(1.0))
        await socket.mark("first")
        await socket.play(tone(0.5))
        await socket.mark("second")
        for _ in range(2):
            name = (await socket.next("mark"))["mark"]["name"]
            back[name] = loop.time() - begun
        await socket.mark("nothing waits")
        await socket.next("mark")
        back["at once"] = loop.time() - begun

    centre.talks = talk
    call = twilio.dial(CALLER, LINE)
    await call.ended()
    assert back["first"] == pytest.approx(1.0, abs=0.05)
    assert back["second"] == pytest.approx(1.5, abs=0.05)
    assert back["at once"] == back["second"]
    assert call.recording.heard.count(tone(1.0)) == 1


async def test_clear_stops_the_sound_and_returns_its_marks(centre: Centre, twilio: OfflineTwilio) -> None:
    async def talk(socket: Socket) -> None:
        await socket.next("start")
        await socket.play(tone(5.0))
        await socket.mark("never heard")
        for _ in range(50):
            await socket.next("media")
        await socket.send(event="clear")
        await socket.next("mark")
        await socket.next("stop")

    centre.talks = talk
    call = twilio.dial(CALLER, LINE)
    await call.bot_finished(quiet_seconds=0.5)
    loud = np.abs(mulaw.decode(bytes(call.recording.heard)).astype(int)) > 400
    assert float(loud.nonzero()[0].max()) / 8000 == pytest.approx(1.0, abs=0.1)
    assert call.happened("mark") == [{"name": "never heard"}]
    assert float(call.happened("clear")[0]["seconds"]) == pytest.approx(4.0, abs=0.1)
    await call.hang_up()


async def test_keys_arrive_one_by_one(centre: Centre, twilio: OfflineTwilio) -> None:
    call = twilio.dial(CALLER, LINE)
    await call.wait_for("stream-started")
    call.press("12#")
    for _ in range(3):
        await call.wait_for("key")
    await call.hang_up()
    assert [message["dtmf"] for message in centre.heard("dtmf")] == [
        {"track": "inbound_track", "digit": digit} for digit in "12#"
    ]


async def test_packets_of_odd_sizes_and_bursts_carry_the_same_sound(
    centre: Centre, twilio: OfflineTwilio
) -> None:
    call = twilio.dial(CALLER, LINE, faults=Faults(packet_bytes=(33, 512, 7), jitter_seconds=0.1))
    await call.wait_for("stream-started")
    await call.say(tone(0.6))
    await call.pause(0.3)
    await call.hang_up()
    payloads = [base64.b64decode(frame["media"]["payload"]) for frame in centre.heard("media")]
    assert [len(payload) for payload in payloads[:4]] == [33, 512, 7, 33]
    assert tone(0.6) in b"".join(payloads)


async def test_nonsense_is_sent_between_the_frames(centre: Centre, twilio: OfflineTwilio) -> None:
    call = twilio.dial(CALLER, LINE, faults=Faults(malformed=("{", b"\x00", "[]"[:1])))
    await call.wait_for("stream-started")
    await call.pause(0.3)
    await call.hang_up()
    assert len(centre.heard("nonsense")) == 3


async def test_a_dropped_stream_asks_the_action_and_the_call_goes_on(
    centre: Centre, twilio: OfflineTwilio
) -> None:
    centre.documents["/action"] = "<Say>We were cut off.</Say>"
    call = twilio.dial(CALLER, LINE, faults=Faults(drop_after_seconds=1.0))
    assert await call.ended() == "completed"
    assert centre.heard("stop") == []
    assert centre.fields("/action")[0]["CallStatus"] == "in-progress"
    assert call.happened("say") == [{"text": "We were cut off."}]


async def test_a_refused_handshake_is_31920_and_asks_the_action(
    centre: Centre, twilio: OfflineTwilio
) -> None:
    call = twilio.dial(CALLER, LINE, faults=Faults(refuses_handshake=True))
    await call.ended()
    assert [error.code for error in twilio.errors] == [31920]
    assert centre.fields("/stream-status")[0]["StreamEvent"] == "stream-error"
    assert len(centre.fields("/action")) == 1


async def test_a_forged_handshake_is_forged(centre: Centre, twilio: OfflineTwilio) -> None:
    call = twilio.dial(CALLER, LINE, faults=Faults(bad_stream_signature=True))
    await call.ended()
    assert centre.forged == ["/stream"]
    assert [error.code for error in twilio.errors] == [31920]


async def test_a_start_is_replayed_with_the_same_token(centre: Centre, twilio: OfflineTwilio) -> None:
    async def talk(socket: Socket) -> None:
        await socket.next("start")

    centre.talks = talk
    call = twilio.dial(CALLER, LINE, faults=Faults(replays_start=True))
    await call.ended()
    first, second = (message["start"]["customParameters"] for message in centre.heard("start"))
    assert first == second
    assert call.happened("replay") == [{"outcome": "refused"}]


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        ("{", "no JSON"),
        (json.dumps({"event": "media", "streamSid": "MZ0"}), "not of this stream"),
        (b"\x00", "a binary message"),
    ],
)
async def test_what_the_centre_sends_wrong_is_noted(
    centre: Centre, twilio: OfflineTwilio, message: str | bytes, problem: str
) -> None:
    async def talk(socket: Socket) -> None:
        await socket.next("start")
        if isinstance(message, bytes):
            await socket.websocket.send_bytes(message)
        else:
            await socket.websocket.send_text(message)

    centre.talks = talk
    call = twilio.dial(CALLER, LINE)
    error = await call.wait_for("stream-error")
    assert error.detail["StreamError"].startswith(problem)
    await call.ended()


async def test_waiting_for_what_never_comes_fails(centre: Centre, twilio: OfflineTwilio) -> None:
    call = twilio.dial(CALLER, LINE)
    with pytest.raises(TimeoutError, match="stream-started"):
        await call.bot_finished(within=5)
    waiting = asyncio.create_task(call.bot_finished())
    await asyncio.sleep(0)
    await call.hang_up()
    with pytest.raises(CallOver):
        await waiting


def test_playback_fills_frames_across_pieces() -> None:
    playback = Playback()
    playback.add(b"\x01" * 100)
    assert not playback.mark("between")
    playback.add(b"\x02" * 100)
    frame, names = playback.play()
    assert (frame, names) == (b"\x01" * 100 + b"\x02" * 60, ["between"])
    frame, names = playback.play()
    assert frame == b"\x02" * 40 + b"\xff" * 120
    assert playback.play() == (b"", [])
    assert playback.mark("empty")


def test_mulaw_is_its_own_inverse() -> None:
    every = bytes(range(256))
    assert mulaw.encode(mulaw.decode(every)) == every.replace(b"\x7f", b"\xff")
