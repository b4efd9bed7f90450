"""When the network does not do as it is told: retries, and nobody is left between two chairs."""

from dataclasses import dataclass, field

from records.models import CallState, HandoffState
from records.store import Store
from tests.voice.call.house import AMY, House, run
from tests.voice.call.test_transfer import handoff, wants_a_person
from voice.call.connector import RETRIES
from voice.telephony.client import CarrierFailed
from voice.testing.parties import Party


@dataclass
class Broken:
    """A REST interface that fails."""

    retryable: bool
    asked: list[str] = field(default_factory=list)

    async def redirect(self, call_sid: str, twiml: str) -> None:
        self.asked.append(call_sid)
        raise CarrierFailed("no_answer", "no answer", retryable=self.retryable)

    async def begin(self, to: str, caller_id: str, url: str, **more: str) -> str:
        self.asked.append(to)
        raise CarrierFailed("http_400", "no", retryable=False)


def test_a_redirect_that_fails_is_tried_again_and_then_the_agent_counts_as_not_reached(people: Store) -> None:
    async def story(house: House) -> None:
        house.on_duty(AMY)
        call = await wants_a_person(house)
        carrier = house.connector._carrier = Broken(retryable=True)
        await house.accepts("amy")
        for _ in range(RETRIES - 1):
            assert house.record().state is CallState.QUEUED
            await house.connector.sweep()
        assert len(carrier.asked) == RETRIES
        assert handoff(house).state is HandoffState.QUEUED
        assert house.record().state is CallState.QUEUED
        await house.connector.sweep()
        assert len(carrier.asked) == RETRIES, "nobody holds the conversation: nothing to do"
        await call.hang_up()

    run(people, story)


def test_the_waiting_caller_is_put_through_without_the_rest_interface(people: Store) -> None:
    async def story(house: House) -> None:
        house.on_duty(AMY)
        house.twilio.parties[AMY.phone or ""] = Party(keys="1", talks_seconds=5)
        call = await wants_a_person(house)
        house.connector._carrier = Broken(retryable=True)
        await house.accepts("amy")
        await call.wait_for("bridged", within=60)
        assert house.record().state is CallState.AGENT
        await call.hang_up()

    run(people, story)


def test_a_call_that_the_network_does_not_know_is_over(people: Store) -> None:
    async def story(house: House) -> None:
        house.on_duty(AMY)
        call = await wants_a_person(house)
        house.connector._carrier = Broken(retryable=False)
        await house.accepts("amy")
        assert house.record().state is CallState.ENDED
        assert handoff(house).state is HandoffState.WRAP_UP
        await call.hang_up()

    run(people, story)


def test_a_call_back_that_cannot_be_made_is_told_to_the_agent_once(people: Store) -> None:
    async def story(house: House) -> None:
        house.on_duty(AMY)
        call = await wants_a_person(house)
        await call.wait_for("gather")
        call.press("1")
        await call.ended()
        await house.comes_due()
        carrier = house.connector._carrier = Broken(retryable=False)
        await house.accepts("amy")
        await house.connector.sweep()
        assert carrier.asked == [AMY.phone]
        notes = [one.body["text"] for one in house.ledger() if one.kind.value == "note"]
        assert notes == ["The call-back could not be made. Please call by hand."]

    run(people, story)
