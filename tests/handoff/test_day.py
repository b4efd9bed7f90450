"""A small day of the simulation: what it must never find, it does not find."""

from dataclasses import replace

from bench import routing
from bench.day import Day


def test_a_small_busy_day_is_routed_without_a_fault() -> None:
    plan = replace(routing.busy(120), breaks=1.0, cuts=0.2, passed_on=0.2, called_back=0.05, declined=0.1)
    day = Day(plan, seed=11)
    day.run()
    figures = routing.report(day)
    assert figures["wrong"] == {}
    assert figures["leases_without_end"] == 0
    assert figures["left_over"] == 0
    assert figures["conversations"] == 120
    assert {"breaks", "transfers", "agents cut off", "call-backs"} <= set(day.books.events)
