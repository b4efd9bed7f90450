"""A day of routing on a virtual clock, and a steady queue beside the Erlang A model.

Ends with one line of JSON. Everything under `wrong` must be empty, every lease must have one end, nobody
may be left over; the told ranges should cover four waits of five, the service level lie near the model.
"""

import argparse
import json
import math
import time
from collections.abc import Iterable

from bench.day import Day
from bench.day_plan import Customer, Plan
from bench.line import Caller, waits
from handoff.staffing import Load, erlang_a

WITHIN_SECONDS = 60.0
"""Target of the service level in chat: 80 % in 60 seconds."""

WARM_UP = 0.1
"""Share of the steady day left out at its beginning, when the queue is still empty."""


def busy(conversations: int) -> Plan:
    """A day with all that happens: peaks, calls, breaks, cut lines, transfers, call-backs, offers let go."""
    agents = max(6, round(conversations * 120 / 10_000))
    return Plan(
        conversations,
        agents,
        capacity=3,
        hours=conversations / (agents * 6.944),
        handle_seconds=1320.0,
        patience_seconds=1200.0,
        answer_seconds=5.0,
        calls=0.05,
        ignored=0.02,
        declined=0.02,
        passed_on=0.05,
        called_back=0.02,
        breaks=0.4,
        cuts=0.03,
    )


def steady(conversations: int) -> Plan:
    """One rate, customers alike, one kind of place, nobody away: what the model describes."""
    agents = max(6, round(conversations * 120 / 10_000))
    return Plan(
        conversations,
        agents,
        capacity=1,
        hours=conversations * 300.0 / (0.98 * agents) / 3600,
        handle_seconds=300.0,
        patience_seconds=240.0,
        steady=True,
    )


def coverage(customers: Iterable[Customer]) -> dict[str, float | int]:
    """How often the told range held, in the whole minutes in which it was told.

    Who left after the end of their range counts as not covered; who left before it says nothing.
    """
    told = held = waited_told = waited_held = 0
    for one in customers:
        end = one.answered if one.answered is not None else one.left
        if one.told is None or end is None or one.called_back:
            continue
        wait = end - one.arrived
        low, high = (60 * math.floor(one.told[0] / 60), 60 * max(1, math.ceil(one.told[1] / 60)))
        if one.answered is None and wait <= high:
            continue
        fits = one.answered is not None and low <= wait <= high
        told, held = told + 1, held + fits
        if one.moves:
            waited_told, waited_held = waited_told + 1, waited_held + fits
    return {
        "told": told,
        "covered": round(held / told, 4) if told else 0.0,
        "told_behind_others": waited_told,
        "covered_behind_others": round(waited_held / waited_told, 4) if waited_told else 0.0,
    }


def report(day: Day) -> dict[str, object]:
    """The figures of a day that is over."""
    customers = list(day.customers.values())
    waits = sorted(one.answered - one.arrived for one in customers if one.answered is not None)
    books = day.books
    return {
        "conversations": len(customers),
        "agents": day.plan.agents,
        "answered": len(waits),
        "left": sum(one.left is not None for one in customers),
        "left_over": sum(not one.ended for one in customers),
        "wrong": dict(books.wrong),
        "leases": books.offers,
        "leases_without_end": books.offers - sum(books.leases.values()),
        "lease_ends": dict(books.leases),
        "events": dict(books.events),
        "wait_seconds": {
            "mean": round(sum(waits) / len(waits), 1) if waits else 0.0,
            "p95": round(waits[int(0.95 * (len(waits) - 1))], 1) if waits else 0.0,
            "longest": round(waits[-1], 1) if waits else 0.0,
        },
        "range": coverage(customers),
    }


def beside_the_model(day: Day) -> dict[str, float]:
    """Service level of a steady day, beside what Erlang A says of the arrivals and handling times it had.

    And what an ideal line does with the very same customers: what differs from that is the routing's own.
    """
    end = max(one.arrived for one in day.customers.values())
    counted = [one for one in day.customers.values() if one.arrived >= WARM_UP * end]
    in_time = sum(
        one.answered is not None and one.answered - one.arrived <= WITHIN_SECONDS for one in counted
    )
    handled = [one.handled for one in counted if one.answered is not None]
    load = Load(len(counted) / (end * (1 - WARM_UP)) * 3600, sum(handled) / len(handled))
    model = erlang_a(load, day.plan.agents, WITHIN_SECONDS, day.plan.patience_seconds)
    left = sum(one.left is not None for one in counted) / len(counted)
    everybody = list(day.customers.values())
    ideal = waits([Caller(one.arrived, one.patience, one.takes) for one in everybody], day.plan.agents)
    ideally = sum(
        wait is not None and wait <= WITHIN_SECONDS
        for one, wait in zip(everybody, ideal, strict=True)
        if one.arrived >= WARM_UP * end
    )
    return {
        "ideal_line": round(ideally / len(counted), 4),
        "points_from_ideal": round(abs(in_time - ideally) / len(counted) * 100, 2),
        "service_level": round(in_time / len(counted), 4),
        "erlang_a": round(model.service_level, 4),
        "abandoned": round(left, 4),
        "erlang_a_abandoned": round(model.abandonment, 4),
        "points_apart": round(abs(in_time / len(counted) - model.service_level) * 100, 2),
    }


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=600)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    begun = time.monotonic()
    day = Day(busy(arguments.conversations), arguments.seed)
    day.run()
    figures = report(day)
    print(f"busy day: {figures}")
    even = Day(steady(arguments.conversations), arguments.seed)
    even.run()
    beside = report(even)
    print(f"steady day: {beside}")
    figures |= {
        "steady": beside_the_model(even) | {"wrong": beside["wrong"], "range": beside["range"]},
        "seconds": round(time.monotonic() - begun, 1),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
