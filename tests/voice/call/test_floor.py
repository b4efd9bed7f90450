"""Who has the floor: interruptions, noises, keys, silence; and what the record says was heard."""

from handoff import sources
from records.models import Author, Kind, Owner
from records.store import Store
from tests.voice.call.house import House, run, tone
from voice.call import prompts
from voice.speaking.base import Pace
from voice.testing.call import Call


async def with_the_bot(house: House) -> Call:
    call = house.call()
    await house.quiet(call)
    return call


def notes(house: House) -> list[str]:
    return [one.body["text"] for one in house.ledger() if one.kind is Kind.NOTE]


def customers(house: House) -> list[str]:
    return [one.body["text"] for one in house.ledger() if one.author is Author.CUSTOMER]


def test_a_caller_who_interrupts_is_heard_and_the_record_says_what_they_did_not_hear(people: Store) -> None:
    async def story(house: House) -> None:
        call = await with_the_bot(house)
        await house.say(call, "is my policy in force")
        await call.wait_for("mark")
        await call.pause(2.5)
        clears = len(call.happened("clear"))
        house.ears.script.append(("no wait my claim please", 0.9))
        await call.say(tone(1.0, 440))
        await house.quiet(call)
        assert len(call.happened("clear")) > clears
        assert customers(house)[-1] == "no wait my claim please"
        cut = next(one for one in house.ledger() if one.kind is Kind.NOTE)
        assert cut.body["heard"]["lost"], "what was cut off does not count as heard"
        assert cut.body["heard"]["seqs"]
        await call.hang_up()

    run(people, story)


def test_a_short_noise_holds_the_bot_and_it_goes_on_with_the_sentence(people: Store) -> None:
    async def story(house: House) -> None:
        call = await with_the_bot(house)
        await house.say(call, "is my policy in force")
        await call.wait_for("mark")
        await call.pause(2.5)
        sentences = len(house.said)
        house.ears.script.append(("", 0.0))
        await call.say(tone(0.2, 440))
        await house.quiet(call, 3.0)
        assert len(house.said) == sentences, "nothing new was made: the rest was said again"
        assert notes(house) == []
        assert len(customers(house)) == 1
        await call.hang_up()

    run(people, story)


def test_the_disclosure_cannot_be_interrupted(people: Store) -> None:
    async def story(house: House) -> None:
        call = house.call()
        await call.wait_for("stream-started")
        await call.pause(1.0)
        await call.say(tone(1.0, 440))
        assert call.happened("clear") == []
        await call.hang_up()

    run(people, story)


def test_somebody_who_says_nothing_is_asked_again_twice_and_then_gets_a_person(people: Store) -> None:
    async def story(house: House) -> None:
        call = await with_the_bot(house)
        await call.wait_for("queued", within=120)
        assert prompts.NOTHING_HEARD in house.said
        assert "Are you still there?" in house.said
        assert house.conversation().owner is Owner.QUEUED
        await call.hang_up()

    run(people, story)


def test_three_doubtful_answers_in_a_row_bring_in_a_person(people: Store) -> None:
    async def story(house: House) -> None:
        call = await with_the_bot(house)
        for words in ("mumble", "mumble mumble"):
            await house.say(call, words, confidence=0.1)
            await house.quiet(call)
        await house.say(call, "mumble", confidence=0.1)
        await call.wait_for("queued")
        assert house.conversation().owner is Owner.QUEUED
        await call.hang_up()

    run(people, story)


def test_again_and_slower_are_granted_without_the_dialogue(people: Store) -> None:
    async def story(house: House) -> None:
        call = await with_the_bot(house)
        await house.say(call, "say that again please")
        await house.quiet(call)
        assert house.said[-1] == prompts.HOW_CAN_I_HELP
        await house.say(call, "slower please")
        await house.quiet(call)
        assert house.mouth.said[-1] == (prompts.HOW_CAN_I_HELP, Pace.SLOW)
        assert customers(house) == []
        assert house.conversation().gentle
        await call.hang_up()

    run(people, story)


def test_a_number_is_read_back_and_counts_only_after_a_yes(people: Store) -> None:
    async def story(house: House) -> None:
        call = await with_the_bot(house)
        await house.say(call, "is my policy in force")
        await house.quiet(call)
        await house.say(call, "880000100101", confidence=0.7)
        await house.quiet(call)
        assert any(one.startswith("I heard") for one in house.said)
        assert customers(house) == ["is my policy in force"]
        await house.say(call, "yes")
        await house.quiet(call)
        assert customers(house)[-1] == "880000100101"
        hidden = [sources.text_of(one.body) for one in house.ledger() if one.body.get("secret")]
        assert hidden[-1] == "•" * 12
        assert not any(character.isdigit() for text in hidden for character in text)
        await call.hang_up()

    run(people, story)


def test_a_denied_number_is_asked_for_on_the_keypad_and_keys_are_believed(people: Store) -> None:
    async def story(house: House) -> None:
        call = await with_the_bot(house)
        await house.say(call, "is my policy in force")
        await house.quiet(call)
        await house.say(call, "880000100191", confidence=0.7)
        await house.quiet(call)
        await house.say(call, "no")
        await house.quiet(call)
        assert prompts.KEY_IT_IN in house.said
        call.press("880000100101#")
        await house.quiet(call)
        assert customers(house)[-1] == "880000100101"
        body = [one for one in house.ledger() if one.author is Author.CUSTOMER][-1].body
        assert body["hearing"] == {"confidence": 1.0, "engine": "keypad"}
        await call.hang_up()

    run(people, story)
