"""Many threads at one queue: nobody is given twice, nobody gets too many, nobody is left over."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from bench.assign import Races
from handoff import offers
from handoff.refusals import OfferGone
from records.models import ConversationId, Handoff, HandoffState, Kind, Message
from records.store import Store
from tests.handoff.conftest import AMY, BEN, DORA, OFFER_SECONDS, PRESENCE_SECONDS, Floor

ASSIGNERS = 200


@pytest.fixture
def store(any_store: Store) -> Store:
    """Both kinds of database: they lock differently and must decide alike."""
    return any_store


def at_once(number: int, work: Callable[[int], object]) -> None:
    """Run `work` in many threads that start together."""
    start = threading.Barrier(min(number, 32))

    def run(index: int) -> object:
        if index < start.parties:
            start.wait()
        return work(index)

    with ThreadPoolExecutor(start.parties) as pool:
        for future in [pool.submit(run, index) for index in range(number)]:
            future.result()


def test_concurrent_assignments_never_give_a_conversation_twice_or_an_agent_too_many(floor: Floor) -> None:
    floor.staff(AMY, BEN, DORA)
    for _ in range(12):
        floor.hand_over()
    accepted: list[tuple[ConversationId, int]] = []

    def assign_and_accept(_index: int) -> None:
        with floor.store.writing() as session:
            made = offers.assign(
                session, floor.clock.now(), offer_seconds=OFFER_SECONDS, presence_seconds=PRESENCE_SECONDS
            )
        for offer in made:
            floor.accept(offer.agent_id, offer.conversation_id)
            accepted.append((offer.conversation_id, offer.agent_id))

    at_once(ASSIGNERS, assign_and_accept)
    assert len(accepted) == len({conversation for conversation, _ in accepted}) == 7
    assert Counter(agent for _, agent in accepted) == {1: 3, 2: 3, 3: 1}
    with floor.store.reading() as session:
        offered = session.scalars(select(Message.body).where(Message.kind == Kind.STATUS)).all()
        active = session.scalars(select(Handoff).where(Handoff.state == HandoffState.ACTIVE)).all()
    assert sum(body["event"] == "offer" for body in offered) == 7
    assert len(active) == 7


def test_of_many_who_accept_the_same_offer_one_gets_it(floor: Floor) -> None:
    amy = floor.staff(AMY)["amy"]
    conversation_id = floor.hand_over()
    floor.assign()
    won: list[int] = []

    def accept(index: int) -> None:
        try:
            floor.accept(amy, conversation_id)
        except OfferGone:
            return
        won.append(index)

    at_once(50, accept)
    assert len(won) == 1


def test_accepting_and_lapsing_at_the_same_moment_leave_one_owner(floor: Floor) -> None:
    amy = floor.staff(AMY)["amy"]
    outcomes = Counter[str]()
    for _ in range(20):
        conversation_id = floor.hand_over()
        floor.assign()

        def race(index: int, conversation_id: ConversationId = conversation_id) -> None:
            try:
                if index % 2:
                    floor.accept(amy, conversation_id)
                    outcomes["accepted"] += 1
                else:
                    floor.decline(amy, conversation_id)
                    outcomes["declined"] += 1
            except OfferGone:
                outcomes["gone"] += 1

        at_once(2, race)
        with floor.store.writing() as session:
            handoff = session.scalars(select(Handoff).where(Handoff.conversation_id == conversation_id)).one()
            assert (handoff.agent_id is not None) == (handoff.state is HandoffState.ACTIVE)
            handoff.state = HandoffState.DONE
    assert outcomes["accepted"] + outcomes["declined"] == outcomes["gone"] == 20


def test_whatever_happens_at_once_nobody_is_given_twice_and_nobody_is_lost(store: Store) -> None:
    figures = Races(store).run(250)
    assert (figures["double"], figures["lost"]) == (0, 0)
    assert "undone by the database" not in figures["done"]
    assert {"accept", "assign", "leave", "pass_on", "finish"} <= set(figures["done"])
