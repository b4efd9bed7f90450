"""Recording: after the notice, not through secrets, not against the caller's word."""

from dataclasses import dataclass, field, replace

from records.models import Leaving
from records.store import Store
from tests.voice.call.house import House, run
from voice.call import prompts
from voice.call.recording import CarrierRecorder
from voice.telephony.client import CarrierFailed


@dataclass
class Tape:
    """The carrier's recorder."""

    did: list[str] = field(default_factory=list)
    cannot: str = ""

    async def record(self, _call_sid: str) -> str:
        self.did.append("begin")
        return "RE1"

    async def change_recording(self, _call_sid: str, recording_sid: str, status: str) -> None:
        if status == self.cannot:
            raise CarrierFailed("http_500", "no", retryable=True)
        assert recording_sid == "RE1"
        self.did.append(status)


def recorded(house: House, tape: Tape) -> None:
    house.line.parts = replace(house.line.parts, recorder=CarrierRecorder(tape, house.line.write))


def test_it_begins_after_the_notice_and_pauses_while_a_secret_is_asked_for(people: Store) -> None:
    async def story(house: House) -> None:
        tape = Tape()
        recorded(house, tape)
        call = house.call()
        await call.wait_for("mark")
        assert tape.did == []
        await house.quiet(call)
        assert "This call is recorded." in house.said
        assert tape.did == ["begin"]
        await house.say(call, "is my policy in force")
        await house.quiet(call)
        assert tape.did == ["begin", "paused"]
        for words in ("880000100101", "yes", "1985-03-12", "0011"):
            await house.say(call, words, confidence=0.8 if words[0] == "8" else 0.95)
            await house.quiet(call)
        assert tape.did == ["begin", "paused", "in-progress"]
        await call.hang_up()

    run(people, story)


def test_a_caller_may_say_no(people: Store) -> None:
    async def story(house: House) -> None:
        tape = Tape()
        recorded(house, tape)
        call = house.call()
        await house.quiet(call)
        await house.say(call, "do not record")
        await house.quiet(call)
        assert tape.did == ["begin", "stopped"]
        assert prompts.NOT_RECORDED.split(". ")[-1] in house.said
        assert house.record().recording_sid == ""
        await call.hang_up()

    run(people, story)


def test_a_recording_that_cannot_be_paused_is_stopped(people: Store) -> None:
    async def story(house: House) -> None:
        tape = Tape(cannot="paused")
        recorded(house, tape)
        call = house.call()
        await house.quiet(call)
        await house.say(call, "is my policy in force")
        await house.quiet(call)
        assert tape.did == ["begin", "stopped"]
        assert house.record().leaving is not Leaving.PEOPLE
        await call.hang_up()

    run(people, story)


def test_without_the_setting_nothing_is_said_about_it(people: Store) -> None:
    async def story(house: House) -> None:
        call = house.call()
        await house.quiet(call)
        assert not any("recorded" in one for one in house.said)
        await call.hang_up()

    run(people, story)
