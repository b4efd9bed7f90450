import asyncio
import io
import wave

import pytest

from tests.voice.testing.centre import Centre
from tests.voice.testing.conftest import CALLER, LINE
from tests.voice.testing.test_stream import tone
from voice.testing import Faults, OfflineTwilio, mulaw


async def test_every_webhook_says_whose_call_it_is(centre: Centre, twilio: OfflineTwilio) -> None:
    centre.documents["/incoming"] = "<Hangup/>"
    call = twilio.dial(CALLER, LINE)
    assert await call.ended() == "completed"
    first = centre.fields("/incoming")[0]
    assert first["CallSid"] == call.sid
    assert first["From"] == CALLER
    assert first["To"] == LINE
    assert first["CallStatus"] == "ringing"
    assert first["Direction"] == "inbound"
    assert (
        centre.fields("/status")[0] | {"CallStatus": "completed", "CallDuration": "1"}
        == centre.fields("/status")[0]
    )
    assert centre.forged == []


async def test_a_webhook_signed_with_another_token_is_noticed(centre: Centre, twilio: OfflineTwilio) -> None:
    call = twilio.dial(CALLER, LINE, faults=Faults(bad_webhook_signature=True))
    assert await call.ended() == "failed"
    assert centre.asked == []
    assert centre.forged == ["/incoming", "/status"]
    assert [error.code for error in twilio.errors] == [11200, 11200]


async def test_saying_and_pausing_take_their_time(centre: Centre, twilio: OfflineTwilio) -> None:
    centre.documents["/incoming"] = '<Say>One two three</Say><Pause length="3"/>'
    call = twilio.dial(CALLER, LINE)
    await call.ended()
    assert call.recording.seconds == pytest.approx(13 * 0.06 + 3, abs=0.1)
    assert call.happened("say") == [{"text": "One two three"}]


async def test_keys_go_to_the_action_and_its_answer_is_followed(
    centre: Centre, twilio: OfflineTwilio
) -> None:
    centre.documents["/incoming"] = (
        '<Gather numDigits="3" action="/keys"><Say>Your number, please, take all the time you need.</Say>'
        "</Gather><Say>Nothing was keyed.</Say>"
    )
    centre.documents["/keys"] = "<Say>Thank you.</Say>"
    call = twilio.dial(CALLER, LINE)
    await call.wait_for("gather")
    call.press("123")
    await call.ended()
    assert centre.fields("/keys")[0]["Digits"] == "123"
    assert [said["text"] for said in call.happened("say")][1:] == ["Thank you."]
    assert call.recording.seconds < 2.5, "the first key ends the prompt"


async def test_without_keys_the_next_verb_follows(centre: Centre, twilio: OfflineTwilio) -> None:
    centre.documents["/incoming"] = '<Gather timeout="4" action="/keys"/><Say>Nothing.</Say>'
    call = twilio.dial(CALLER, LINE)
    await call.ended()
    assert centre.fields("/keys") == []
    assert call.recording.seconds == pytest.approx(4 + 8 * 0.06, abs=0.1)


async def test_a_redirect_replaces_the_document(centre: Centre, twilio: OfflineTwilio) -> None:
    centre.documents["/incoming"] = "<Redirect>other?n=1</Redirect><Say>Never</Say>"
    centre.documents["/other"] = "<Say>Here</Say>"
    call = twilio.dial(CALLER, LINE)
    await call.ended()
    assert call.happened("say") == [{"text": "Here"}]


async def test_documents_without_end_are_an_error(centre: Centre, twilio: OfflineTwilio) -> None:
    centre.documents["/incoming"] = "<Redirect>/incoming</Redirect>"
    await twilio.dial(CALLER, LINE).ended()
    assert [error.code for error in twilio.errors] == [11205]


async def test_a_file_is_played_as_it_is(centre: Centre, twilio: OfflineTwilio) -> None:
    sound = tone(0.4)
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(8000)
        written.writeframes(mulaw.decode(sound).astype("<i2").tobytes())
    centre.files["/hold.wav"] = ("audio/wav", file.getvalue())
    centre.documents["/incoming"] = "<Play>/hold.wav</Play>"
    call = twilio.dial(CALLER, LINE)
    await call.ended()
    assert sound in bytes(call.recording.heard)


async def test_a_message_is_taken_until_the_caller_is_quiet(centre: Centre, twilio: OfflineTwilio) -> None:
    centre.documents["/incoming"] = '<Record action="/message" timeout="2" playBeep="true"/>'
    call = twilio.dial(CALLER, LINE)
    await call.wait_for("answered")
    await call.pause(0.3)
    await call.say(tone(3.0))
    await call.ended()
    message = centre.fields("/message")[0]
    assert message["RecordingDuration"] == "5"
    assert message["RecordingUrl"].endswith(message["RecordingSid"])


async def test_a_call_can_be_refused(centre: Centre, twilio: OfflineTwilio) -> None:
    centre.documents["/incoming"] = '<Reject reason="busy"/>'
    call = twilio.dial(CALLER, LINE)
    assert await call.ended() == "busy"
    assert call.happened("answered") == []


@pytest.mark.parametrize(
    ("status", "kind", "code"), [(500, "text/xml", 11200), (200, "application/json", 12300)]
)
async def test_a_failing_webhook_ends_the_call_with_an_error(
    centre: Centre, twilio: OfflineTwilio, status: int, kind: str, code: int
) -> None:
    centre.statuses["/incoming"] = status
    centre.content_type = kind
    call = twilio.dial(CALLER, LINE)
    assert await call.ended() == "failed"
    assert twilio.errors[0].code == code


async def test_a_number_may_have_a_fallback(centre: Centre, twilio: OfflineTwilio) -> None:
    twilio.number(LINE, "https://centre.test/incoming", fallback_url="https://centre.test/fallback")
    centre.statuses["/incoming"] = 500
    centre.documents["/fallback"] = "<Say>Sorry.</Say>"
    call = twilio.dial(CALLER, LINE)
    assert await call.ended() == "completed"
    assert centre.fields("/fallback")[0]["ErrorCode"] == "11200"


async def test_hanging_up_tells_action_and_status(centre: Centre, twilio: OfflineTwilio) -> None:
    call = twilio.dial(CALLER, LINE)
    await call.wait_for("stream-started")
    await call.hang_up()
    assert centre.heard("stop")
    assert [fields["CallStatus"] for fields in centre.fields("/action")] == ["completed"]
    assert [fields["CallStatus"] for fields in centre.fields("/status")] == ["completed"]


async def test_a_call_leaves_no_task_behind(centre: Centre, twilio: OfflineTwilio) -> None:
    before = asyncio.all_tasks()
    for _ in range(5):
        call = twilio.dial(CALLER, LINE)
        await call.wait_for("stream-started")
        await call.hang_up()
    await asyncio.sleep(1)
    assert asyncio.all_tasks() == before
