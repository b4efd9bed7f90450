"""Staffing: published vectors, properties of the formulas, and a simulation of the queue beside them."""

import heapq
import math
import random
from dataclasses import dataclass
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handoff import staffing
from handoff.staffing import Interval, Load, Slot, Target, agents_needed, erlang_a, erlang_b, erlang_c

RATES = st.floats(1, 5000)
HANDLING = st.floats(20, 1200)
PATIENCE = st.floats(10, 3000)
loads = st.builds(Load, RATES, HANDLING)


@pytest.mark.parametrize(
    ("per_hour", "handling", "erlangs", "agents", "waits", "level", "answer", "occupancy"),
    [
        (20, 210, 1.167, 3, 0.132, 0.889, 15.1, 0.389),
        (50, 210, 2.917, 5, 0.216, 0.823, 21.8, 0.583),
        (100, 210, 5.833, 9, 0.172, 0.873, 11.4, 0.648),
        (200, 210, 11.667, 15, 0.271, 0.803, 17.1, 0.778),
        (100, 600, 16.667, 22, 0.155, 0.870, 17.4, 0.758),
    ],
)
def test_erlang_c_agrees_with_tabulated_values(
    per_hour: float,
    handling: float,
    erlangs: float,
    agents: int,
    waits: float,
    level: float,
    answer: float,
    occupancy: float,
) -> None:
    load = Load(per_hour, handling)
    assert load.erlangs == pytest.approx(erlangs, abs=0.0006)
    outcome = erlang_c(load, agents, 20)
    assert outcome.wait_probability == pytest.approx(waits, abs=0.0006)
    assert outcome.service_level == pytest.approx(level, abs=0.0006)
    assert outcome.answer_seconds == pytest.approx(answer, abs=0.06)
    assert outcome.occupancy == pytest.approx(occupancy, abs=0.0006)
    assert agents_needed(load, Target(0.8, 20)) == agents


def test_four_queues_need_twenty_agents_and_one_pool_fifteen() -> None:
    provinces = {name: Load(50, 210) for name in ("Beijing", "Sichuan", "Hubei", "Yunnan")}
    pooling = staffing.pool(provinces, Target(0.8, 20))
    assert pooling.separate == dict.fromkeys(provinces, 5)
    assert (pooling.pooled, pooling.saved) == (15, 5)


def test_one_agent_is_the_textbook_queue() -> None:
    # M/M/1 with rho = 1/2: half of all wait, and the mean wait is the mean service time.
    outcome = erlang_c(Load(30, 60), 1, 0)
    assert outcome.wait_probability == pytest.approx(0.5)
    assert outcome.answer_seconds == pytest.approx(60)
    assert erlang_b(1, 0.5) == pytest.approx(1 / 3)


def test_patience_as_long_as_service_makes_the_queue_an_endless_row_of_servers() -> None:
    # With patience equal to handling time the number present is Poisson whatever the agents: M/M/infinity.
    load = Load(600, 60)  # ten erlangs
    outcome = erlang_a(load, 10, 30, 60)
    poisson = [math.exp(-10) * 10**k / math.factorial(k) for k in range(80)]
    assert outcome.wait_probability == pytest.approx(sum(poisson[10:]), rel=1e-9)
    queue_length = sum((k - 10) * p for k, p in enumerate(poisson) if k > 10)
    assert outcome.wait_seconds == pytest.approx(queue_length / (600 / 3600), rel=1e-9)


@given(loads, st.integers(1, 600))
def test_endless_patience_is_erlang_c(load: Load, agents: int) -> None:
    if load.erlangs > 0.97 * agents:
        return
    patient = erlang_a(load, agents, 20, 1e9)
    endless = erlang_c(load, agents, 20)
    assert patient.service_level == pytest.approx(endless.service_level, abs=1e-4)
    assert patient.answer_seconds == pytest.approx(endless.answer_seconds, rel=1e-3, abs=1e-6)


@given(loads, st.integers(1, 800), st.floats(0, 300), PATIENCE)
def test_what_comes_out_is_possible(load: Load, agents: int, within: float, patience: float) -> None:
    outcome = erlang_a(load, agents, within, patience)
    for share in (outcome.service_level, outcome.wait_probability, outcome.abandonment, outcome.occupancy):
        assert 0 <= share <= 1 + 1e-9
    assert outcome.service_level <= 1 - outcome.abandonment + 1e-9
    assert outcome.service_level >= 1 - outcome.wait_probability - 1e-9
    assert 0 <= outcome.wait_seconds <= patience * (1 + 1e-9)
    assert math.isfinite(outcome.answer_seconds)
    # Agents are busy with those who did not give up, and with nobody else.
    assert outcome.occupancy * agents == pytest.approx(load.erlangs * (1 - outcome.abandonment), rel=1e-9)


@given(loads, st.integers(1, 800), PATIENCE)
def test_everybody_is_answered_or_gives_up_in_the_end(load: Load, agents: int, patience: float) -> None:
    outcome = erlang_a(load, agents, 60 * patience, patience)
    assert outcome.service_level == pytest.approx(1 - outcome.abandonment, abs=1e-3)


@given(loads, st.integers(1, 500), st.one_of(st.none(), PATIENCE))
def test_one_agent_more_is_never_worse(load: Load, agents: int, patience: float | None) -> None:
    before = staffing.expect(load, agents, 20, patience)
    after = staffing.expect(load, agents + 1, 20, patience)
    assert after.service_level >= before.service_level - 1e-9
    assert after.wait_probability <= before.wait_probability + 1e-9
    assert after.abandonment <= before.abandonment + 1e-9


@settings(max_examples=40)
@given(loads, st.floats(0.5, 0.99), st.floats(0, 120), st.one_of(st.none(), PATIENCE))
def test_needed_is_the_smallest_number_that_suffices(
    load: Load, share: float, seconds: float, patience: float | None
) -> None:
    needed = agents_needed(load, Target(share, seconds), patience)
    assert staffing.expect(load, needed, seconds, patience).service_level >= share
    if needed > 1:
        assert staffing.expect(load, needed - 1, seconds, patience).service_level < share


@settings(max_examples=40)
@given(st.lists(loads, min_size=2, max_size=5))
def test_a_pool_never_needs_more_than_its_parts(parts: list[Load]) -> None:
    # For like with like; unlike handling times can make a pool worse, which is why the figures are shown.
    alike = {str(number): Load(part.per_hour, 210) for number, part in enumerate(parts)}
    assert staffing.pool(alike).saved >= 0


def test_nobody_comes_and_nobody_is_needed() -> None:
    assert agents_needed(Load(0, 210), Target()) == 0
    assert erlang_c(Load(0, 210), 0, 20) == erlang_a(Load(0, 210), 0, 20, 60) == staffing.IDLE


def test_overload_is_told_apart_from_service() -> None:
    assert erlang_c(Load(100, 360), 10, 20).service_level == 0
    assert math.isinf(erlang_c(Load(100, 360), 10, 20).answer_seconds)
    overloaded = erlang_a(Load(20_000, 300), 500, 20, 90)
    assert overloaded.abandonment == pytest.approx(0.7, abs=1e-9)
    assert overloaded.service_level < 1e-12


def test_a_target_out_of_reach_is_said_so() -> None:
    with pytest.raises(ValueError, match="no number of agents"):
        agents_needed(Load(100, 210), Target(1.5, 20))


@pytest.mark.parametrize(
    ("load", "agents", "patience"),
    [(Load(200, 210), 13, 120.0), (Load(200, 210), 10, 60.0), (Load(200, 210), 15, None)],
)
def test_a_simulated_queue_agrees_with_the_formulas(load: Load, agents: int, patience: float | None) -> None:
    seen = _simulate(load, agents, patience, random.Random(7), arrivals=150_000, within=20)
    told = staffing.expect(load, agents, 20, patience)
    assert seen.service_level == pytest.approx(told.service_level, abs=0.012)
    assert seen.abandonment == pytest.approx(told.abandonment, abs=0.008)
    assert seen.answer_seconds == pytest.approx(told.answer_seconds, rel=0.06)
    assert seen.occupancy == pytest.approx(told.occupancy, abs=0.01)


def test_the_forecast_is_the_mean_of_the_same_half_hours_of_the_week() -> None:
    history = [
        Interval(datetime(2026, 3, 2, 9, 30), 10, 10, 2000),  # Monday
        Interval(datetime(2026, 3, 9, 9, 30), 20, 10, 4000),  # the next Monday
        Interval(datetime(2026, 3, 3, 9, 30), 4, 0, 0),  # Tuesday; the other Tuesday nobody came
        Interval(datetime(2026, 3, 16, 9, 30), 900, 900, 9),  # after the days asked for
    ]
    loads = staffing.forecast(history, date(2026, 3, 2), date(2026, 3, 16))
    assert loads == {
        Slot(0, 19): Load(30.0, 300.0),  # (10 + 20) / 2 in half an hour, 6000 s for 20
        Slot(1, 19): Load(4.0, 300.0),  # 4 / 2 in half an hour; handling time of all
    }
    assert Slot(0, 19).words == "09:30"
    assert staffing.forecast([], date(2026, 3, 2), date(2026, 3, 16)) == {}


@dataclass(frozen=True)
class Seen:
    service_level: float
    abandonment: float
    answer_seconds: float
    occupancy: float


def _simulate(
    load: Load, agents: int, patience: float | None, dice: random.Random, *, arrivals: int, within: float
) -> Seen:
    """First come, first served: whoever is still there when an agent becomes free is answered."""
    free_at = [0.0] * agents
    now = busy = waited = 0.0
    in_time = given_up = 0
    for _ in range(arrivals):
        now += dice.expovariate(load.per_hour / 3600)
        wait = max(0.0, free_at[0] - now)
        if patience is not None and wait > dice.expovariate(1 / patience):
            given_up += 1
            continue
        handling = dice.expovariate(1 / load.handle_seconds)
        heapq.heapreplace(free_at, now + wait + handling)
        busy += handling
        waited += wait
        in_time += wait <= within
    answered = arrivals - given_up
    return Seen(in_time / arrivals, given_up / arrivals, waited / answered, busy / agents / now)
