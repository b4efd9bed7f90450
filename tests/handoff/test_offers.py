from datetime import timedelta

import pytest

from handoff import offers
from handoff.reasons import Reason
from handoff.refusals import OfferGone
from records.ledger import StaleEpoch
from records.models import HandoffState, Owner
from records.store import Store
from tests.handoff.conftest import AMY, BEN, OFFER_SECONDS, Floor


@pytest.fixture
def store(any_store: Store) -> Store:
    """Both kinds of database: they lock differently and must decide alike."""
    return any_store


def test_a_handed_over_conversation_is_offered_to_the_agent_with_the_skill(floor: Floor) -> None:
    agents = floor.staff(AMY, BEN)
    complaint = floor.hand_over(Reason.COMPLAINT)
    question = floor.hand_over(Reason.ASKED_FOR)
    assert dict(floor.assign()) == {complaint: agents["ben"], question: agents["amy"]}
    assert floor.standing(complaint).owner is Owner.OFFERED


def test_anybody_is_asked_when_nobody_free_has_the_skill(floor: Floor) -> None:
    agents = floor.staff(AMY)
    complaint = floor.hand_over(Reason.COMPLAINT)
    assert floor.assign() == [(complaint, agents["amy"])]


def test_oldest_first_inside_a_priority_and_higher_priorities_before(floor: Floor) -> None:
    first = floor.hand_over()
    floor.clock.advance(seconds=1)
    second = floor.hand_over()
    floor.clock.advance(seconds=1)
    urgent = floor.hand_over(Reason.DEATH_CLAIM)
    assert [floor.position(one) for one in (urgent, first, second)] == [1, 2, 3]
    floor.staff(AMY)
    assert [conversation for conversation, _ in floor.assign()] == [urgent, first, second]


def test_an_agent_is_never_given_more_than_their_capacity(floor: Floor) -> None:
    amy = floor.staff(AMY)["amy"]
    waiting = [floor.hand_over() for _ in range(5)]
    assert [conversation for conversation, _ in floor.assign()] == waiting[:3]
    for conversation in waiting[:3]:
        floor.accept(amy, conversation)
    assert floor.assign() == []


def test_away_and_absent_agents_are_not_asked(floor: Floor) -> None:
    agents = floor.staff(AMY, BEN)
    floor.switch(agents["ben"], False)
    floor.clock.advance(seconds=46)
    floor.hand_over(Reason.COMPLAINT)
    assert floor.assign() == []
    floor.beat(agents["ben"])
    assert floor.assign() == []
    floor.beat(agents["amy"])
    assert [agent for _, agent in floor.assign()] == [agents["amy"]]


def test_a_lapsed_offer_goes_back_with_its_arrival_and_to_somebody_else(floor: Floor) -> None:
    agents = floor.staff(AMY, BEN)
    arrived = floor.clock.now()
    conversation = floor.hand_over()
    assert floor.assign() == [(conversation, agents["amy"])]
    floor.clock.advance(seconds=OFFER_SECONDS)
    assert floor.lapse() == [conversation]
    handoff = floor.handoff(conversation)
    assert (handoff.state, handoff.queued_at, handoff.agent_id) == (HandoffState.QUEUED, arrived, None)
    assert handoff.declined_by == [agents["amy"]]
    assert floor.standing(conversation).owner is Owner.QUEUED
    assert floor.assign() == [(conversation, agents["ben"])]
    with pytest.raises(OfferGone):
        floor.accept(agents["amy"], conversation)


def test_a_declined_offer_is_made_again_to_the_only_agent_after_a_pause(floor: Floor) -> None:
    amy = floor.staff(AMY)["amy"]
    conversation = floor.hand_over()
    floor.assign()
    floor.decline(amy, conversation)
    assert floor.assign() == []
    floor.clock.advance(seconds=15)
    assert floor.assign() == [(conversation, amy)]


def test_a_declined_conversation_does_not_hold_up_the_next_one(floor: Floor) -> None:
    amy = floor.staff(AMY)["amy"]
    declined = floor.hand_over()
    floor.assign()
    floor.decline(amy, declined)
    floor.clock.advance(seconds=1)
    following = floor.hand_over()
    assert floor.assign() == [(following, amy)]
    assert floor.position(declined) == 1


def test_an_offer_cannot_be_accepted_after_its_time_even_before_it_is_taken_back(floor: Floor) -> None:
    amy = floor.staff(AMY)["amy"]
    conversation = floor.hand_over()
    floor.assign()
    floor.clock.advance(seconds=OFFER_SECONDS)
    with pytest.raises(OfferGone):
        floor.accept(amy, conversation)
    assert floor.standing(conversation).owner is Owner.OFFERED


def test_accepting_says_who_is_there_and_starts_their_epoch(floor: Floor) -> None:
    amy = floor.staff(AMY)["amy"]
    conversation = floor.hand_over()
    floor.assign()
    before = floor.standing(conversation).epoch
    after = floor.accept(amy, conversation)
    assert (after.owner, after.epoch) == (Owner.AGENT, before + 1)
    assert floor.texts(conversation)[-1] == "Amy Gao has joined and can see everything you wrote."


def test_accepting_with_a_past_epoch_is_refused(floor: Floor) -> None:
    amy = floor.staff(AMY)["amy"]
    conversation = floor.hand_over()
    floor.assign()
    with pytest.raises(StaleEpoch), floor.store.writing() as session:
        offers.accept(session, amy, conversation, floor.clock.now(), epoch=0)


def test_a_lost_agents_conversations_return_to_their_old_place(floor: Floor) -> None:
    agents = floor.staff(AMY, BEN)
    standing = floor.held(agents["amy"])
    arrived = floor.handoff(standing.id).queued_at
    floor.clock.advance(seconds=30)
    later = floor.hand_over()
    floor.beat(agents["ben"])
    floor.clock.advance(seconds=20)
    assert floor.lose() == [standing.id]
    assert floor.handoff(standing.id).queued_at == arrived
    assert (floor.position(standing.id), floor.position(later)) == (1, 2)
    assert "Amy Gao has lost the connection" in floor.texts(standing.id)[-1]
    assert floor.assign() == [(standing.id, agents["ben"]), (later, agents["ben"])]


def test_who_holds_nothing_any_more_is_idle_from_then_on(floor: Floor) -> None:
    amy = floor.staff(AMY)["amy"]
    conversation = floor.hand_over()
    floor.assign()
    assert floor.agent("amy").idle_since is None
    floor.clock.advance(seconds=7)
    floor.decline(amy, conversation)
    assert floor.agent("amy").idle_since == floor.clock.now()


def test_customers_are_told_their_place_on_entry_and_on_change_only(floor: Floor) -> None:
    first, second = floor.hand_over(), floor.hand_over()
    assert "next in the queue" in floor.texts(first)[-1]
    assert "number 2" in floor.texts(second)[-1]
    assert floor.tell() == []
    amy = floor.staff(AMY)["amy"]
    floor.assign()
    floor.accept(amy, first)
    floor.decline(amy, second)
    assert floor.tell() == [second]
    assert floor.texts(second)[-1] == "You are next in the queue."
    assert floor.tell() == []


def test_far_back_only_leaps_are_told(floor: Floor) -> None:
    waiting = []
    for _ in range(17):
        waiting.append(floor.hand_over())
        floor.clock.advance(seconds=1)
    amy = floor.staff(AMY)["amy"]
    floor.assign()
    floor.accept(amy, waiting[0])
    told = floor.tell()
    assert set(told) == set(waiting[3:11])
    floor.accept(amy, waiting[1])
    floor.accept(amy, waiting[2])
    assert set(floor.tell()) == set(waiting[3:13])


def test_the_wait_in_the_queue_is_measured_on_accepting(floor: Floor) -> None:
    amy = floor.staff(AMY)["amy"]
    conversation = floor.hand_over()
    floor.clock.advance(seconds=12)
    floor.assign()
    floor.accept(amy, conversation)
    handoff = floor.handoff(conversation)
    assert handoff.accepted_at is not None
    assert handoff.accepted_at - handoff.queued_at == timedelta(seconds=12)
