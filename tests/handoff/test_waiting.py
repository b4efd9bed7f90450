"""What is said of the wait: true, or nothing."""

import random
from datetime import timedelta

import pytest

from handoff import desk, pace, waiting
from handoff.waiting import Pace, Range, Wait
from tests.handoff.conftest import AMY, BEN, PRESENCE_SECONDS, Floor


def measure(floor: Floor) -> Pace:
    with floor.store.writing() as session:
        pace.measure(session, floor.clock.now(), presence_seconds=PRESENCE_SECONDS)
        return pace.read(session, floor.clock.now())


def serve(floor: Floor, agent_id: int, minutes: float) -> None:
    standing = floor.held(agent_id)
    floor.clock.advance(minutes=minutes)
    floor.beat(agent_id)
    with floor.store.writing() as session:
        desk.resolve(session, agent_id, standing.id, "solved", "", floor.clock.now(), epoch=standing.epoch)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0, 55, "It should take less than a minute."),
        (20, 130, "It should take up to 3 minutes."),
        (130, 421, "It should take between 2 and 8 minutes."),
    ],
)
def test_the_words_round_outwards(low: float, high: float, words: str) -> None:
    assert Range(low, high).words == words


def test_the_range_of_many_moves_holds_what_it_promises() -> None:
    chance = random.Random(3)
    for moves in (1, 4, 30, 150):
        expected = waiting.expect(moves, Pace(20.0, 0))
        assert expected is not None
        waits = [sum(chance.expovariate(1 / 20) for _ in range(moves)) for _ in range(2000)]
        inside = sum(expected.low_seconds <= one <= expected.high_seconds for one in waits) / 2000
        assert inside == pytest.approx(1 - 2 * waiting.OUTSIDE, abs=0.03)


def test_a_quantile_is_the_inverse_of_the_share() -> None:
    for moves in (1, 7, 99, 101, 400):
        for level in (0.05, 0.5, 0.95):
            assert waiting.share(moves, waiting.quantile(moves, level)) == pytest.approx(level, abs=1e-6)


def test_ranges_that_did_not_hold_widen_the_next_ones() -> None:
    chance = random.Random(5)
    waits = [Wait(5, 10.0, 10.0 * 5 * chance.choice((0.1, 1.0, 3.5))) for _ in range(200)]
    low, high = waiting.levels(waits)
    assert low < waiting.OUTSIDE
    assert high > 1 - waiting.OUTSIDE
    assert waiting.levels(waits[:10]) == (waiting.OUTSIDE, 1 - waiting.OUTSIDE)


def test_who_left_counts_as_having_waited_so_long_and_no_shorter() -> None:
    """Waits of which the long ones are cut off by leaving: those that are left over look too short."""
    chance = random.Random(11)
    real = [sum(chance.expovariate(1 / 20) for _ in range(5)) for _ in range(400)]
    cut = [chance.expovariate(1 / 60) for _ in real]
    seen = [
        Wait(5, 16.0, min(wait, leaves), answered=wait <= leaves)
        for wait, leaves in zip(real, cut, strict=True)
    ]
    answered = [one for one in seen if one.answered]
    assert len(answered) < 150
    told = waiting.quantile(5, waiting.levels(seen)[1]) * 16
    hopeful = waiting.quantile(5, waiting.levels(answered)[1]) * 16
    assert hopeful < told
    assert sum(wait <= told for wait in real) / len(real) > 0.9


def test_nothing_is_said_while_it_cannot_be_known(floor: Floor) -> None:
    assert waiting.expect(3, Pace(None, 0)) is None
    assert measure(floor) == Pace(None, 0)
    words = floor.texts(floor.hand_over())[-1]
    assert words == "A colleague will take over. You are next in the queue."


def test_the_pace_follows_from_talks_and_capacity_and_grows_old(floor: Floor) -> None:
    amy = floor.staff(AMY)["amy"]
    for _ in range(12):
        serve(floor, amy, 6)
    known = measure(floor)
    assert (known.place_seconds, known.room) == (120.0, 3)
    floor.staff(BEN)
    assert measure(floor).place_seconds == 60.0
    with floor.store.reading() as session:
        later = floor.clock.now() + timedelta(seconds=pace.STALE_SECONDS + 1)
        assert pace.read(session, later) == Pace(None, 0)


def test_who_waits_hears_place_and_range_and_both_again_when_they_change(floor: Floor) -> None:
    amy = floor.staff(AMY)["amy"]
    for _ in range(12):
        serve(floor, amy, 6)
    held = [floor.held(amy) for _ in range(3)]
    measure(floor)
    conversations = [floor.hand_over() for _ in range(4)]
    assert "number 4 in the queue. It should take between" in floor.texts(conversations[3])[-1]
    assert floor.handoff(conversations[3]).packet["wait_promised"] == floor.texts(conversations[3])[-1]
    with floor.store.writing() as session:
        now = floor.clock.now()
        desk.return_to_bot(session, amy, held[0].id, now, epoch=held[0].epoch)
    floor.assign()
    floor.accept(amy, conversations[0])
    assert conversations[3] in floor.tell()
    assert "number 3 in the queue. It should take" in floor.texts(conversations[3])[-1]


def test_with_room_it_takes_less_than_a_minute(floor: Floor) -> None:
    floor.staff(AMY)
    measure(floor)
    assert "less than a minute" in floor.texts(floor.hand_over())[-1]
