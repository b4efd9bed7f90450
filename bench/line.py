"""An ideal line: first come, first served, by the first who is free; fed with the customers of a day.

Tells what of a difference from a model is chance, and what the routing does.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """Who comes, how long they would wait, and how long their talk takes. In seconds."""

    arrived: float
    patience: float
    takes: float


def waits(callers: Iterable[Caller], agents: int) -> list[float | None]:
    """How long each waited, in the order given, which is that of arrival; None for who gave up."""
    free = [0.0] * agents
    found: list[float | None] = []
    for one in callers:
        soonest = free[0]
        begins = max(one.arrived, soonest)
        if begins - one.arrived > one.patience:
            found.append(None)
            continue
        heapq.heapreplace(free, begins + one.takes)
        found.append(begins - one.arrived)
    return found
