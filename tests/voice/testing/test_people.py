"""Dialled parties and queues."""

import pytest

from tests.voice.testing.centre import Centre
from tests.voice.testing.conftest import AGENT, CALLER, LINE
from tests.voice.testing.test_stream import tone
from voice.testing import Answer, OfflineTwilio, Party

DIAL = f'<Dial action="/after" timeout="20"><Number url="/whisper">{AGENT}</Number></Dial>'
WHISPER = '<Gather numDigits="1" action="/choice"><Say>A caller.</Say></Gather><Hangup/>'


@pytest.fixture
def dialling(centre: Centre) -> Centre:
    centre.documents |= {"/incoming": DIAL, "/whisper": WHISPER, "/choice": ""}
    return centre


async def test_an_agent_who_accepts_is_put_through(dialling: Centre, twilio: OfflineTwilio) -> None:
    twilio.parties[AGENT] = Party(keys="1", talks_seconds=5)
    call = twilio.dial(CALLER, LINE)
    bridged = await call.wait_for("bridged")
    agent = twilio.calls[bridged.detail["CallSid"]]
    await call.say(tone(0.3))
    await agent.say(tone(0.2))
    assert await call.ended() == "completed"
    assert tone(0.3) in bytes(agent.recording.heard)
    assert tone(0.2) in bytes(call.recording.heard)
    after = dialling.fields("/after")[0]
    assert (after["DialCallStatus"], after["DialBridged"], after["DialCallSid"]) == (
        "completed",
        "true",
        agent.sid,
    )
    assert dialling.fields("/whisper")[0]["ParentCallSid"] == call.sid
    assert dialling.fields("/choice")[0]["Digits"] == "1"


async def test_an_agent_who_declines_was_reached_but_never_put_through(
    dialling: Centre, twilio: OfflineTwilio
) -> None:
    dialling.documents["/choice"] = "<Hangup/>"
    twilio.parties[AGENT] = Party(keys="2")
    call = twilio.dial(CALLER, LINE)
    await call.ended()
    after = dialling.fields("/after")[0]
    assert (after["DialCallStatus"], after["DialBridged"]) == ("completed", "false")
    assert call.happened("bridged") == []


@pytest.mark.parametrize("answer", [Answer.BUSY, Answer.NO_ANSWER, Answer.FAILED])
async def test_an_agent_who_is_not_reached_comes_back_as_such(
    dialling: Centre, twilio: OfflineTwilio, answer: Answer
) -> None:
    twilio.parties[AGENT] = Party(answer=answer)
    call = twilio.dial(CALLER, LINE)
    await call.ended()
    assert dialling.fields("/after")[0]["DialCallStatus"] == answer.value
    seconds = 20 if answer is Answer.NO_ANSWER else 1
    assert call.recording.seconds == pytest.approx(seconds, abs=0.6)


async def test_an_agent_whose_machine_answers_never_presses_a_key(
    dialling: Centre, twilio: OfflineTwilio
) -> None:
    twilio.parties[AGENT] = Party()
    call = twilio.dial(CALLER, LINE)
    await call.ended()
    assert dialling.fields("/after")[0]["DialBridged"] == "false"


async def test_a_caller_who_hangs_up_ends_the_ringing(dialling: Centre, twilio: OfflineTwilio) -> None:
    twilio.parties[AGENT] = Party(ring_seconds=15)
    call = twilio.dial(CALLER, LINE)
    await call.wait_for("dialling")
    await call.pause(3)
    await call.hang_up()
    assert dialling.fields("/after")[0]["DialCallStatus"] == "canceled"
    assert {leg.status for leg in twilio.calls.values()} == {"completed", "canceled"}


async def test_of_several_the_first_who_stays_gets_the_call(centre: Centre, twilio: OfflineTwilio) -> None:
    centre.documents["/incoming"] = (
        "<Dial><Number>+861</Number><Number>+862</Number><Client>amy</Client></Dial>"
    )
    twilio.parties |= {
        "+861": Party(answer=Answer.BUSY),
        "+862": Party(ring_seconds=4),
        "client:amy": Party(ring_seconds=2, talks_seconds=1),
    }
    call = twilio.dial(CALLER, LINE)
    bridged = await call.wait_for("bridged")
    assert twilio.calls[bridged.detail["CallSid"]].called == "client:amy"
    await call.ended()
    assert {leg.called: leg.status for leg in twilio.calls.values() if leg.parent} == {
        "+861": "busy",
        "+862": "canceled",
        "client:amy": "completed",
    }


QUEUE = '<Enqueue waitUrl="/wait" action="/left">help</Enqueue>'


async def test_waiting_is_asked_for_again_with_the_place_in_line(
    centre: Centre, twilio: OfflineTwilio
) -> None:
    centre.documents |= {"/incoming": QUEUE, "/wait": '<Pause length="5"/>'}
    first, second = twilio.dial(CALLER, LINE), twilio.dial("+8613800000002", LINE)
    await first.pause(12)
    of_second = [asked for asked in centre.fields("/wait") if asked["CallSid"] == second.sid]
    assert [asked["QueuePosition"] for asked in of_second] == ["2", "2", "2"]
    assert [asked["QueueTime"] for asked in of_second] == ["0", "5", "10"]
    assert {asked["CurrentQueueSize"] for asked in of_second[1:]} == {"2"}
    await first.hang_up()
    await second.pause(5)
    assert centre.fields("/wait")[-1]["QueuePosition"] == "1"
    assert centre.fields("/left")[0]["QueueResult"] == "hangup"


async def test_a_key_in_the_queue_can_leave_it(centre: Centre, twilio: OfflineTwilio) -> None:
    centre.documents |= {
        "/incoming": QUEUE,
        "/wait": '<Gather numDigits="1" action="/key" timeout="30"/>',
        "/key": "<Leave/>",
        "/left": "<Say>We call you back.</Say>",
    }
    call = twilio.dial(CALLER, LINE)
    await call.wait_for("gather")
    call.press("1")
    await call.ended()
    assert centre.fields("/left")[0]["QueueResult"] == "leave"
    assert call.happened("say") == [{"text": "We call you back."}]


async def test_only_some_verbs_may_entertain_the_waiting(centre: Centre, twilio: OfflineTwilio) -> None:
    centre.documents |= {"/incoming": QUEUE, "/wait": f"<Dial>{AGENT}</Dial>"}
    call = twilio.dial(CALLER, LINE)
    await call.pause(2)
    await call.hang_up()
    assert twilio.errors[0].code == 12201


async def test_a_full_queue_takes_nobody(centre: Centre, twilio: OfflineTwilio) -> None:
    centre.documents["/incoming"] = QUEUE
    twilio.queue("help").longest = 0
    await twilio.dial(CALLER, LINE).ended()
    assert centre.fields("/left")[0]["QueueResult"] == "queue-full"


async def test_whoever_waits_longest_is_fetched(centre: Centre, twilio: OfflineTwilio) -> None:
    centre.documents |= {"/incoming": [QUEUE, "<Dial><Queue>help</Queue></Dial>"], "/wait": "<Pause/>"}
    waiting = twilio.dial(CALLER, LINE)
    await waiting.wait_for("queued")
    fetching = twilio.dial(AGENT, LINE)
    await fetching.wait_for("bridged")
    await fetching.say(tone(0.3))
    await fetching.pause(0.2)
    await fetching.hang_up()
    await waiting.ended()
    assert tone(0.3) in bytes(waiting.recording.heard)
    assert centre.fields("/left")[0]["QueueResult"] == "bridged"
