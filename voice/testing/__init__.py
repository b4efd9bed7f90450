"""The offline Twilio: plays Twilio's side of a call, so that the phone line is proven without a telephone.

It knows Twilio's published protocol and nothing of ours: it shares no code with the rest of `voice`, so that
a mistake made there is not made here again. Everything waits on the running event loop: on the usual one it
keeps real time, on a `VirtualLoop` a call of minutes takes a moment. Use, here with virtual time and the
centre's application called in-process (`NetworkLine()` instead of `AsgiLine(app)` reaches a running centre):

    async def story() -> None:
        twilio = OfflineTwilio(AsgiLine(app), auth_token="secret")
        twilio.number("+862160000000", voice_url="https://voice.example/voice/incoming",
                      status_callback="https://voice.example/voice/status")
        twilio.parties["+8613900000001"] = Party(keys="1", ring_seconds=2)  # accepts by key
        call = twilio.dial("+8613800000001", "+862160000000")
        await call.bot_finished(quiet_seconds=0.8)      # the bot spoke and has been quiet since
        await call.say(mulaw_or_pcm_to_mulaw(audio))    # 8 kHz mu-law; returns when the last frame went out
        call.press("1234#")                             # keys, one by one
        await call.wait_for("dtmf")                     # anything in call.events, by kind
        await call.hang_up()                            # or: await call.ended()
        assert twilio.errors == []                      # what Twilio's debugger would show, by its numbers
        call.recording.write(Path("call.wav"))          # left: the caller, right: what the caller heard

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(story())

Others are `Party(answer=Answer.BUSY)`, `Party(kind=Kind.MACHINE)` and so on, see `parties.py`. `twilio.rest`
is the REST API as an ASGI application (calls: create, update, read; recordings: pause, resume). Faults of a
call: `twilio.dial(..., faults=Faults(drop_after_seconds=3.0))`, see `faults.py`. Tests of a folder run on
virtual time where its `conftest.py` has the hook `pytest_asyncio_loop_factories` (see tests/voice/testing).
"""

from voice.testing.asgi_line import AsgiLine
from voice.testing.call import Call, CallOver
from voice.testing.faults import Faults
from voice.testing.journal import Event
from voice.testing.line import NetworkLine
from voice.testing.parties import Answer, Kind, Party
from voice.testing.twilio import OfflineTwilio
from voice.testing.virtual_time import VirtualLoop

__all__ = [
    "Answer",
    "AsgiLine",
    "Call",
    "CallOver",
    "Event",
    "Faults",
    "Kind",
    "NetworkLine",
    "OfflineTwilio",
    "Party",
    "VirtualLoop",
]
