"""What breaks inside the centre: recogniser, synthesiser, dialogue, the process itself."""

import asyncio

from records.models import CallState, Owner
from records.store import Store
from tests.voice.call.house import House, run
from voice.call import prompts


def test_a_recogniser_that_dies_in_an_utterance_costs_a_question_and_no_call(people: Store) -> None:
    async def story(house: House) -> None:
        call = house.call()
        await house.quiet(call)
        house.ears.breaks = 1
        await house.say(call, "is my policy in force")
        await house.quiet(call)
        assert prompts.NOT_CAUGHT in house.said
        await house.say(call, "is my policy in force")
        await house.quiet(call)
        assert "policy number" in house.said[-1]
        await call.hang_up()

    run(people, story)


def test_a_recogniser_that_is_gone_for_good_brings_in_a_person(people: Store) -> None:
    async def story(house: House) -> None:
        house.ears.breaks = 1000
        call = house.call()
        await house.quiet(call)
        for _ in range(2):
            await house.say(call, "is my policy in force")
            await house.quiet(call)
        await house.say(call, "is my policy in force")
        await call.wait_for("queued", within=60)
        assert house.conversation().owner is Owner.QUEUED
        await call.hang_up()

    run(people, story)


def test_a_synthesiser_that_hangs_brings_in_a_person_with_an_apology_of_the_network(people: Store) -> None:
    async def story(house: House) -> None:
        call = house.call()
        await house.quiet(call)
        house.mouth.hangs = True
        await house.say(call, "is my policy in force")
        await call.wait_for("queued", within=60)
        assert "went wrong on our side" in call.happened("say")[0]["text"]
        await call.hang_up()

    run(people, story)


def test_a_synthesiser_that_is_broken_from_the_start_brings_in_a_person(people: Store) -> None:
    async def story(house: House) -> None:
        house.mouth.fails = True
        call = house.call()
        await call.wait_for("queued", within=60)
        await call.hang_up()

    run(people, story)


def test_a_centre_that_dies_in_a_call_leaves_the_caller_to_a_person(people: Store) -> None:
    async def story(house: House) -> None:
        call = house.call()
        await house.quiet(call)
        house.die()
        await call.wait_for("queued", within=60)
        assert "went wrong on our side" in call.happened("say")[0]["text"]
        assert house.conversation().owner is Owner.QUEUED
        assert house.record().state is CallState.QUEUED
        await call.hang_up()

    run(people, story)


def test_a_centre_that_is_shut_down_in_order_takes_its_callers_back(people: Store) -> None:
    async def story(house: House) -> None:
        call = house.call()
        await house.quiet(call)
        await asyncio.gather(house.line.close())
        await call.wait_for("stream-started")
        await call.wait_for("stream-started", within=30)
        await house.quiet(call)
        assert house.said[-1] == prompts.HOW_CAN_I_HELP
        await call.hang_up()

    run(people, story)
