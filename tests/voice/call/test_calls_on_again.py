"""A customer who wanted no more calls turns them on again by telephone, with the same words as in a chat."""

import pytest
from sqlalchemy import select

from actions.reminders import choices
from records.models import AuditEntry, Customer
from records.store import Store
from tests.bot import dialogue_engine
from tests.voice.call.house import LI_WEI, House, run

POLICY, BIRTH, ENDING = "880000100101", "19850312", "0011"


@pytest.fixture(autouse=True)
def understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(dialogue_engine.WORDS, "phone calls", "check_reminders")


def test_calls_are_turned_on_by_voice_once_the_caller_is_verified(people: Store) -> None:
    def takes_calls() -> bool:
        with people.reading() as session:
            return choices.takes_calls(session, li_wei)

    with people.writing() as session:
        li_wei = session.scalars(select(Customer.id).where(Customer.mobile == LI_WEI)).one()

    async def story(house: House) -> None:
        with people.writing() as session:
            choices.choose_calls(session, li_wei, wanted=False, now=house.clock.now(), actor="customer")
        call = house.call(LI_WEI)
        await house.quiet(call)
        await house.say(call, "turn the phone calls on again")
        await house.quiet(call)
        for keys in (POLICY, BIRTH, ENDING):
            assert not takes_calls(), "the number that they call from proves nothing"
            call.press(f"{keys}#")
            await house.quiet(call)
        assert takes_calls()
        assert any("We may call you again" in one for one in house.said)
        await house.say(call, "turn phone calls off")
        await house.quiet(call)
        assert not takes_calls()
        await call.hang_up()
        with people.reading() as session:
            chosen = select(AuditEntry).where(AuditEntry.action == "calls.chosen").order_by(AuditEntry.id)
            lines = [(one.actor, one.detail["wanted"]) for one in session.scalars(chosen)]
        assert lines == [("customer", False), ("customer:C1001", True), ("customer:C1001", False)]

    run(people, story)
