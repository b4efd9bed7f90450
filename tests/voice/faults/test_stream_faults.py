"""What breaks between network and centre: the caller is taken back, gets a person, or is refused."""

import pytest
from sqlalchemy import select

from records.models import AuditEntry, CallState, Conversation, Owner
from records.store import Store
from tests.voice.call.house import PUBLIC, TOKEN, House, run
from voice.call import prompts
from voice.call.course import MOST_STREAMS
from voice.testing.faults import Faults
from voice.testing.line import HandshakeRefused
from voice.testing.signing import signature


def audited(house: House) -> set[str]:
    with house.store.reading() as session:
        return set(session.scalars(select(AuditEntry.action)))


def test_a_stream_that_breaks_in_a_sentence_is_taken_back_into_the_same_dialogue(people: Store) -> None:
    async def story(house: House) -> None:
        call = house.call(faults=Faults(drop_after_seconds=16.0))
        await house.quiet(call)
        await house.say(call, "is my policy in force")
        await call.wait_for("stream-dropped", within=60)
        await call.wait_for("stream-started")
        await call.wait_for("stream-started")
        await house.quiet(call)
        assert prompts.CUT_OFF.split(". ")[0] + "." in house.said
        assert house.said[-1] == "What is your policy number, or the phone number you gave us?"
        with house.store.reading() as session:
            assert len(session.scalars(select(Conversation)).all()) == 1
        assert house.record().streams == 2
        assert "call_taken_back" in audited(house)
        await call.hang_up()

    run(people, story)


def test_a_line_that_breaks_again_and_again_ends_at_a_person(people: Store) -> None:
    async def story(house: House) -> None:
        call = house.call(faults=Faults(drop_after_seconds=3.0))
        await call.wait_for("queued", within=120)
        assert len(call.happened("stream-started")) == MOST_STREAMS
        assert house.conversation().owner is Owner.QUEUED
        assert "went wrong on our side" in call.happened("say")[0]["text"]
        await call.hang_up()

    run(people, story)


def test_a_centre_that_cannot_be_reached_by_socket_sends_the_caller_to_a_person(people: Store) -> None:
    async def story(house: House) -> None:
        call = house.call(faults=Faults(refuses_handshake=True))
        await call.wait_for("queued", within=60)
        assert house.conversation().owner is Owner.QUEUED
        await call.hang_up()

    run(people, story)


def test_a_network_that_swallows_everything_does_not_hold_the_call(people: Store) -> None:
    async def story(house: House) -> None:
        call = house.call(faults=Faults(silent_after_seconds=5.0))
        await call.wait_for("stream-started")
        await call.wait_for("stream-started", within=60)
        await call.hang_up()

    run(people, story)


def test_a_thousand_malformed_frames_are_counted_and_the_line_is_closed_politely(people: Store) -> None:
    async def story(house: House) -> None:
        rubbish: list[str | bytes] = ["{", "[]", b"\x00\x01", '{"event":"media"}', "é" * 50] * 200
        call = house.call(faults=Faults(malformed=rubbish))
        await call.wait_for("queued", within=60)
        assert house.conversation().owner is Owner.QUEUED
        await call.hang_up()

    run(people, story)


def test_a_few_malformed_frames_harm_nothing(people: Store) -> None:
    async def story(house: House) -> None:
        call = house.call(faults=Faults(malformed=["{", b"\x00"] * 10))
        await house.quiet(call)
        await house.say(call, "is my policy in force")
        await house.quiet(call)
        assert "policy number" in house.said[-1]
        await call.hang_up()

    run(people, story)


@pytest.mark.parametrize("sizes", [(1, 7, 320), (80,), (640, 33)])
def test_packets_of_any_size_and_in_bursts_are_heard(people: Store, sizes: tuple[int, ...]) -> None:
    async def story(house: House) -> None:
        call = house.call(faults=Faults(packet_bytes=sizes, jitter_seconds=0.3))
        await house.quiet(call)
        await house.say(call, "is my policy in force")
        await house.quiet(call)
        assert "policy number" in house.said[-1]
        await call.hang_up()

    run(people, story)


def test_a_webhook_with_a_bad_signature_is_refused_and_leaves_no_trace(people: Store) -> None:
    async def story(house: House) -> None:
        call = house.call(faults=Faults(bad_webhook_signature=True))
        assert await call.ended() == "failed"
        with house.store.reading() as session:
            assert session.scalars(select(Conversation)).all() == []

    run(people, story)


def test_a_socket_with_a_bad_signature_is_refused_and_the_caller_gets_a_person(people: Store) -> None:
    async def story(house: House) -> None:
        call = house.call(faults=Faults(bad_stream_signature=True))
        await call.wait_for("queued", within=60)
        assert house.mouth.said == []
        await call.hang_up()

    run(people, story)


def test_a_replayed_token_opens_nothing(people: Store) -> None:
    async def story(house: House) -> None:
        call = house.call(faults=Faults(replays_start=True))
        await house.quiet(call)
        await house.say(call, "I want to talk to a person")
        replay = await call.wait_for("replay")
        assert replay.detail["outcome"] == "refused"
        assert "stream_refused" in audited(house)
        assert len(call.happened("stream-started")) == 1
        await call.hang_up()

    run(people, story)


def test_a_socket_that_says_nothing_is_closed(people: Store) -> None:
    async def story(house: House) -> None:
        url = f"wss://{PUBLIC.removeprefix('https://')}/voice/stream"
        signed = {"X-Twilio-Signature": signature(TOKEN, url, ())}
        socket = await house.twilio.line.connect(url, signed)
        assert await socket.receive() is None
        with pytest.raises(HandshakeRefused):
            await house.twilio.line.connect(url, {})

    run(people, story)


def test_a_caller_who_hangs_up_in_the_greeting_leaves_nothing_behind(people: Store) -> None:
    async def story(house: House) -> None:
        call = house.call()
        await call.wait_for("stream-started")
        await call.hang_up()
        await call.ended()
        assert house.record().state is CallState.ENDED

    run(people, story)
