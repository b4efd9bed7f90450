"""A call with the bot: greeting, turns, what is on the record, and the farewell."""

from records.models import Author, CallState, Kind
from records.store import Store
from tests.voice.call.house import House, run


def test_a_caller_is_greeted_by_an_automatic_assistant_and_asked_what_they_want(people: Store) -> None:
    async def story(house: House) -> None:
        call = house.call()
        await house.quiet(call)
        assert house.said[0] == "Hello, this is Harbour Life."
        assert "You are speaking with our automatic assistant." in house.said
        assert house.said[-1] == "How can I help you?"
        assert house.record().state is CallState.BOT
        assert house.twilio.errors == []
        await call.hang_up()
        await call.ended()

    run(people, story)


def test_what_the_caller_says_is_answered_and_stands_in_the_ledger_with_its_confidence(people: Store) -> None:
    async def story(house: House) -> None:
        call = house.call()
        await house.quiet(call)
        await house.say(call, "is my policy in force", confidence=0.83)
        await house.quiet(call)
        spoken = [one for one in house.ledger() if one.author is Author.CUSTOMER]
        assert [one.body["text"] for one in spoken] == ["is my policy in force"]
        assert spoken[0].body["hearing"] == {"confidence": 0.83, "engine": "scripted"}
        answer = house.ledger()[-1]
        assert answer.author is Author.BOT
        assert answer.kind is Kind.MESSAGE
        assert "policy" in " ".join(house.said[-3:])
        assert house.record().heard_seq == answer.seq
        await call.hang_up()

    run(people, story)
