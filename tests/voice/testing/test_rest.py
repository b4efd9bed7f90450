"""The REST interface, asked as the SDK asks it, over HTTP in-process."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.voice.testing.centre import TOKEN, Centre
from tests.voice.testing.conftest import AGENT, CALLER, LINE
from tests.voice.testing.test_stream import tone
from voice.testing import Answer, Kind, OfflineTwilio, Party, mulaw


@pytest.fixture
async def api(twilio: OfflineTwilio) -> AsyncIterator[httpx.AsyncClient]:
    root = f"https://api.twilio.test/2010-04-01/Accounts/{twilio.account_sid}/"
    transport = httpx.ASGITransport(app=twilio.rest)
    async with httpx.AsyncClient(
        transport=transport, base_url=root, auth=(twilio.account_sid, TOKEN)
    ) as client:
        yield client


def order(**more: str) -> dict[str, str]:
    return {
        "To": AGENT,
        "From": LINE,
        "Url": "https://centre.test/out",
        "StatusCallback": "https://centre.test/progress",
        "StatusCallbackEvent": "initiated ringing answered completed",
        **more,
    }


async def test_a_call_is_made_and_its_steps_are_told(
    api: httpx.AsyncClient, centre: Centre, twilio: OfflineTwilio
) -> None:
    twilio.parties[AGENT] = Party()
    centre.documents["/out"] = "<Say>Good morning.</Say>"
    made = await api.post("Calls.json", data=order())
    assert made.status_code == 201
    assert made.json()["status"] == "queued"
    call = twilio.calls[made.json()["sid"]]
    assert await call.ended() == "completed"
    assert [step["CallStatus"] for step in centre.fields("/progress")] == [
        "initiated",
        "ringing",
        "in-progress",
        "completed",
    ]
    assert [step["SequenceNumber"] for step in centre.fields("/progress")] == ["0", "1", "2", "3"]
    assert centre.fields("/out")[0]["Direction"] == "outbound-api"
    assert (await api.get(f"Calls/{call.sid}.json")).json()["status"] == "completed"


@pytest.mark.parametrize("answer", [Answer.BUSY, Answer.NO_ANSWER, Answer.FAILED])
async def test_who_is_not_reached_is_told_and_never_asked_about(
    api: httpx.AsyncClient, centre: Centre, twilio: OfflineTwilio, answer: Answer
) -> None:
    twilio.parties[AGENT] = Party(answer=answer)
    made = await api.post("Calls.json", data=order(Timeout="15"))
    assert await twilio.calls[made.json()["sid"]].ended() == answer.value
    assert centre.fields("/out") == []
    assert centre.fields("/progress")[-1]["CallStatus"] == answer.value


async def test_calls_start_one_a_second(
    api: httpx.AsyncClient, centre: Centre, twilio: OfflineTwilio
) -> None:
    twilio.parties[AGENT] = Party(answer=Answer.BUSY)
    calls = [twilio.calls[(await api.post("Calls.json", data=order())).json()["sid"]] for _ in range(4)]
    for call in calls:
        await call.ended()
    starts = [call.events[0].at for call in calls]
    assert starts == pytest.approx([0, 1, 2, 3], abs=0.05)


@pytest.mark.parametrize(
    ("kind", "mode", "verdict", "seconds"),
    [
        (Kind.HUMAN, "Enable", "human", 2),
        (Kind.MACHINE, "Enable", "machine_start", 4),
        (Kind.MACHINE, "DetectMessageEnd", "machine_end_beep", 6),
        (Kind.UNKNOWN, "Enable", "unknown", 30),
        (Kind.FAX, "Enable", "fax", 3),
    ],
)
async def test_who_answered_is_known_before_the_centre_is_asked(
    api: httpx.AsyncClient,
    centre: Centre,
    twilio: OfflineTwilio,
    kind: Kind,
    mode: str,
    verdict: str,
    seconds: int,
) -> None:
    twilio.parties[AGENT] = Party(kind=kind)
    made = await api.post("Calls.json", data=order(MachineDetection=mode))
    call = twilio.calls[made.json()["sid"]]
    await call.ended()
    asked = centre.fields("/out")[0]
    assert asked["AnsweredBy"] == verdict
    assert asked["MachineDetectionDuration"] == str(seconds * 1000)


async def test_a_verdict_may_come_while_the_call_goes_on(
    api: httpx.AsyncClient, centre: Centre, twilio: OfflineTwilio
) -> None:
    twilio.parties[AGENT] = Party(kind=Kind.MACHINE)
    centre.documents["/out"] = '<Pause length="10"/>'
    form = order(
        MachineDetection="Enable", AsyncAmd="true", AsyncAmdStatusCallback="https://centre.test/verdict"
    )
    made = await api.post("Calls.json", data=form)
    await twilio.calls[made.json()["sid"]].ended()
    assert "AnsweredBy" not in centre.fields("/out")[0]
    assert centre.fields("/verdict")[0]["AnsweredBy"] == "machine_start"


async def test_a_redirect_takes_the_call_off_its_stream(
    api: httpx.AsyncClient, centre: Centre, twilio: OfflineTwilio
) -> None:
    call = twilio.dial(CALLER, LINE)
    await call.wait_for("stream-started")
    answer = await api.post(
        f"Calls/{call.sid}.json", data={"Twiml": "<Response><Say>Elsewhere.</Say></Response>"}
    )
    assert answer.status_code == 200
    await call.ended()
    assert centre.heard("stop")
    assert centre.fields("/action") == [], "what was redirected does not ask its action"
    assert call.happened("say") == [{"text": "Elsewhere."}]


async def test_a_redirect_out_of_a_queue_is_told_to_its_action(
    api: httpx.AsyncClient, centre: Centre, twilio: OfflineTwilio
) -> None:
    centre.documents |= {
        "/incoming": '<Enqueue waitUrl="/wait" action="/left">help</Enqueue>',
        "/wait": '<Pause length="60"/>',
        "/left": "<Say>Not followed.</Say>",
    }
    twilio.parties[AGENT] = Party(talks_seconds=2)
    call = twilio.dial(CALLER, LINE)
    await call.wait_for("queued")
    await api.post(f"Calls/{call.sid}.json", data={"Twiml": f"<Response><Dial>{AGENT}</Dial></Response>"})
    await call.wait_for("bridged")
    await call.ended()
    assert [left["QueueResult"] for left in centre.fields("/left")] == ["redirected"]
    assert call.happened("say") == []


async def test_a_call_is_ended_from_outside(
    api: httpx.AsyncClient, centre: Centre, twilio: OfflineTwilio
) -> None:
    call = twilio.dial(CALLER, LINE)
    await call.wait_for("stream-started")
    await api.post(f"Calls/{call.sid}.json", data={"Status": "completed"})
    assert await call.ended() == "completed"
    again = await api.post(f"Calls/{call.sid}.json", data={"Status": "completed"})
    assert (again.status_code, again.json()["code"]) == (400, 21220)


async def test_what_was_said_during_a_pause_is_not_recorded(
    api: httpx.AsyncClient, centre: Centre, twilio: OfflineTwilio
) -> None:
    call = twilio.dial(CALLER, LINE)
    await call.wait_for("stream-started")
    tape_sid = (await api.post(f"Calls/{call.sid}/Recordings.json")).json()["sid"]
    await call.say(tone(0.3))
    current = f"Calls/{call.sid}/Recordings/Twilio.CURRENT.json"
    await api.post(current, data={"Status": "paused", "PauseBehavior": "silence"})
    await call.say(tone(0.7))
    await api.post(f"Calls/{call.sid}/Recordings/{tape_sid}.json", data={"Status": "in-progress"})
    await call.pause(0.2)
    await call.hang_up()
    tape = call.tapes[0]
    assert tape.sid == tape_sid
    assert tape.status == "completed"
    assert tone(0.3) in bytes(tape.sound.spoken)
    assert tone(0.7) not in bytes(tape.sound.spoken)
    assert tape.sound.seconds == pytest.approx(1.2, abs=0.1)
    assert mulaw.is_loud(bytes(call.recording.spoken[-4000:]))


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"From": LINE, "Url": "https://centre.test/out"}, 21201),
        ({"To": AGENT, "Url": "https://centre.test/out"}, 21213),
        ({"To": AGENT, "From": LINE}, 21205),
        (order(StatusCallbackEvent="finished"), 21626),
    ],
)
async def test_an_order_that_lacks_something_is_refused(
    api: httpx.AsyncClient, form: dict[str, str], code: int
) -> None:
    refused = await api.post("Calls.json", data=form)
    assert (refused.status_code, refused.json()["code"]) == (400, code)


async def test_only_the_account_is_served(api: httpx.AsyncClient) -> None:
    refused = await api.post("Calls.json", data=order(), auth=("AC0", "guess"))
    assert (refused.status_code, refused.json()["code"]) == (401, 20003)
    unknown = await api.get("Calls/CA0.json")
    assert (unknown.status_code, unknown.json()["code"]) == (404, 20404)
