"""Staffing: how many agents a load needs, and how long customers wait with a given number of them.

Pure calculations with two models of a queue, Erlang C (nobody gives up) and Erlang A (customers give up
after a while); nothing here reads the records or the clock. Times are in seconds, loads in arrivals an hour.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

HOUR_SECONDS = 3600.0

_STEPS = 2000
"""Intervals of Simpson's rule; the integrands are smooth, so this is far below a millionth."""

_NEGLIGIBLE = 45.0
"""Natural logarithm of a ratio that a double cannot show any more (e^-45 is 3e-20)."""

MOST_AGENTS = 100_000
"""Beyond this a target is not of this world."""


@dataclass(frozen=True, slots=True)
class Load:
    """Work that arrives."""

    per_hour: float
    """Conversations that arrive in an hour."""
    handle_seconds: float
    """Mean time an agent is busy with one, wrap-up included."""

    @property
    def erlangs(self) -> float:
        """Agents that would be busy on average if nobody had to wait: rate times handling time."""
        return self.per_hour / HOUR_SECONDS * self.handle_seconds


@dataclass(frozen=True, slots=True)
class Target:
    """A service level: this share of all arrivals is answered within so many seconds."""

    share: float = 0.8
    seconds: float = 20.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a queue does in the long run."""

    service_level: float
    """Share of all arrivals answered within the target's seconds; who gave up counts as not answered."""
    wait_probability: float
    """Share of arrivals that find no agent free."""
    answer_seconds: float
    """Average speed of answer: mean wait of those who were answered; infinite in an overloaded Erlang C."""
    wait_seconds: float
    """Mean wait of all arrivals, those who gave up included."""
    abandonment: float
    """Share of arrivals that give up."""
    occupancy: float
    """Share of the agents' time in which they are busy."""


IDLE = Outcome(1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
"""A queue to which nobody comes."""


def erlang_b(agents: int, erlangs: float) -> float:
    """The share of arrivals that find all agents busy where nobody can wait.

    B(0) = 1;  B(n) = a B(n-1) / (n + a B(n-1)).  The recursion only multiplies numbers between 0 and 1 and
    a, so it neither overflows nor cancels. Source: A. K. Erlang, "Solution of some problems in
    the theory of probabilities of significance in automatic telephone exchanges", 1917; Cooper, Introduction
    to Queueing Theory.
    """
    blocked = 1.0
    for n in range(1, agents + 1):
        blocked = erlangs * blocked / (n + erlangs * blocked)
    return blocked


def erlang_c(load: Load, agents: int, within_seconds: float) -> Outcome:
    """A queue in which nobody gives up (M/M/n).

    C = B / (1 - rho (1 - B)), rho = a / n;  service level = 1 - C e^(-(n - a) t / h);
    average speed of answer = C h / (n - a).  With a >= n the queue grows without end: service level 0.
    Source: Erlang 1917; Cooper, Introduction to Queueing Theory.
    """
    erlangs = load.erlangs
    if erlangs <= 0:
        return IDLE
    if erlangs >= agents:
        return Outcome(0.0, 1.0, math.inf, math.inf, 0.0, 1.0)
    blocked = erlang_b(agents, erlangs)
    occupancy = erlangs / agents
    waits = blocked / (1 - occupancy * (1 - blocked))
    drain = (agents - erlangs) / load.handle_seconds
    level = 1 - waits * math.exp(-drain * within_seconds)
    return Outcome(level, waits, waits / drain, waits / drain, 0.0, occupancy)


def erlang_a(load: Load, agents: int, within_seconds: float, patience_seconds: float) -> Outcome:
    """A queue whose customers give up after an exponential time with mean `patience_seconds` (M/M/n+M).

    With m = 1/h, th = 1/patience, l = arrivals a second, rho = a/n and
    A = 1 + sum over j >= 1 of (l/th)^j / ((n m/th + 1) ... (n m/th + j)):
    P(wait) = A B / (1 + (A - 1) B);  P(give up | wait) = 1/(rho A) + 1 - 1/rho;  mean wait = P(give up) / th.
    The wait that an endlessly patient customer would have has the density
    v(x) = n m P(wait)/A exp(l (1 - e^(-th x))/th - n m x), and such a wait is lived through with e^(-th x):
    service level = P(no wait) + integral of v(x) e^(-th x) from 0 to t.
    Sources: Palm 1946; Baccelli and Hebuterne, "On queues with impatient customers", 1981; Mandelbaum and
    Zeltyn, "Service Engineering in Action: the Palm/Erlang-A Queue", 2007.
    """
    erlangs = load.erlangs
    if erlangs <= 0:
        return IDLE
    if agents <= 0:
        return Outcome(0.0, 1.0, math.inf, patience_seconds, 1.0, 0.0)
    arrivals = load.per_hour / HOUR_SECONDS
    service = agents / load.handle_seconds
    rho = arrivals / service
    blocked = erlang_b(agents, erlangs)
    log_a = _log_palm(service * patience_seconds, arrivals * patience_seconds)
    shrink = math.exp(-log_a)
    # Both sides of P(wait) divided by A, which may be beyond all numbers in an overloaded queue.
    waits = blocked / (shrink + (1 - shrink) * blocked)
    if not waits:  # less likely than the smallest number there is
        return Outcome(1.0, 0.0, 0.0, 0.0, 0.0, rho)
    given_up = min(1.0, max(0.0, shrink / rho + 1 - 1 / rho)) * waits

    def log_density(x: float) -> float:
        return -arrivals * patience_seconds * math.expm1(-x / patience_seconds) - service * x

    scale = math.log(service * waits) - log_a

    def answered_after(x: float) -> float:
        return math.exp(min(700.0, scale + log_density(x) - x / patience_seconds))

    answered = 1 - given_up
    end = _end_of(log_density, max(0.0, patience_seconds * math.log(rho)), 1 / service)
    level = 1 - waits + _integral(answered_after, 0.0, min(within_seconds, end))
    total_wait = _integral(lambda x: x * answered_after(x), 0.0, end)
    return Outcome(
        service_level=min(level, answered),
        wait_probability=waits,
        answer_seconds=total_wait / answered if answered else math.inf,
        wait_seconds=given_up * patience_seconds,
        abandonment=given_up,
        occupancy=rho * answered,
    )


def expect(load: Load, agents: int, within_seconds: float, patience_seconds: float | None) -> Outcome:
    """Erlang A where patience is known, or else Erlang C."""
    if patience_seconds is None:
        return erlang_c(load, agents, within_seconds)
    return erlang_a(load, agents, within_seconds, patience_seconds)


def agents_needed(load: Load, target: Target, patience_seconds: float | None = None) -> int:
    """The smallest number of agents that reaches the target; both models only get better with more agents.

    Raises:
        ValueError: no number of agents within reason reaches it.
    """
    if load.erlangs <= 0:
        return 0

    def enough(agents: int) -> bool:
        outcome = expect(load, agents, target.seconds, patience_seconds)
        return outcome.service_level >= target.share

    high = max(1, math.ceil(load.erlangs))
    low = 0
    while not enough(high):
        low, high = high, high + max(1, high // 4)
        if high > MOST_AGENTS:
            raise ValueError(f"no number of agents reaches {target} with {load}")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


@dataclass(frozen=True, slots=True)
class Pooling:
    """One pool for all against a pool for each."""

    separate: dict[str, int]
    """Agents that each part needs for itself."""
    pooled: int
    """Agents that one pool for all of them needs."""

    @property
    def saved(self) -> int:
        """Agents that pooling makes free for other work."""
        return sum(self.separate.values()) - self.pooled


def pool(
    loads: Mapping[str, Load], target: Target | None = None, patience_seconds: float | None = None
) -> Pooling:
    """What each part (a province, say) needs alone, and what all of them need together."""
    target = target or Target()
    separate = {name: agents_needed(load, target, patience_seconds) for name, load in loads.items()}
    return Pooling(separate, agents_needed(together(loads), target, patience_seconds))


def together(loads: Mapping[str, Load]) -> Load:
    """The loads as one: rates add up, handling times weigh by rate."""
    rate = sum(load.per_hour for load in loads.values())
    if not rate:
        return Load(0.0, 0.0)
    return Load(rate, sum(load.per_hour * load.handle_seconds for load in loads.values()) / rate)


@dataclass(frozen=True, slots=True)
class Slot:
    """A half hour of the week; what staffing is planned by."""

    weekday: int
    """0 is Monday."""
    half_hour: int
    """0 to 47, from midnight at the insurer's place."""

    @classmethod
    def of(cls, moment: datetime) -> "Slot":
        """The slot of a moment, which is given in the zone that the week is counted in."""
        return cls(moment.weekday(), moment.hour * 2 + moment.minute // 30)

    @property
    def words(self) -> str:
        """When it begins: 09:30."""
        return f"{self.half_hour // 2:02d}:{self.half_hour % 2 * 30:02d}"


@dataclass(frozen=True, slots=True)
class Interval:
    """What came in one half hour of one day."""

    start: datetime
    """In the zone that the week is counted in."""
    arrivals: int
    handled: int
    """How many of them have been served to the end."""
    busy_seconds: float
    """Time that agents spent on those."""


def forecast(history: Iterable[Interval], first: date, after_last: date) -> dict[Slot, Load]:
    """The load of each half hour of the week: the mean over the same half hours of the days given.

    A half hour in which nobody came counts as one with no arrivals; a slot in which nobody was served to
    the end gets the mean handling time of all. The seasonal mean is the plainest of forecasts and hard to
    beat at a horizon of a week or more (Ibrahim, Ye, L'Ecuyer and Shen, "Modeling and forecasting call center
    arrivals: a literature survey", International Journal of Forecasting 32, 2016).
    """
    days = [0] * 7
    for offset in range((after_last - first).days):
        days[(first + timedelta(days=offset)).weekday()] += 1
    arrivals: defaultdict[Slot, int] = defaultdict(int)
    handled: defaultdict[Slot, int] = defaultdict(int)
    busy: defaultdict[Slot, float] = defaultdict(float)
    for interval in history:
        if first <= interval.start.date() < after_last:
            slot = Slot.of(interval.start)
            arrivals[slot] += interval.arrivals
            handled[slot] += interval.handled
            busy[slot] += interval.busy_seconds
    everywhere = sum(busy.values()) / max(1, sum(handled.values()))
    return {
        slot: Load(
            2 * arrivals[slot] / days[slot.weekday],
            busy[slot] / handled[slot] if handled[slot] else everywhere,
        )
        for slot in sorted(arrivals, key=lambda slot: (slot.weekday, slot.half_hour))
    }


def _log_palm(x: float, y: float) -> float:
    """The logarithm of A = 1 + sum over j >= 1 of y^j / ((x + 1) ... (x + j)); all terms are positive."""
    total, top, term, j = 1.0, 0.0, 0.0, 0
    while term > top - _NEGLIGIBLE or x + j < y:
        j += 1
        term += math.log(y / (x + j))
        if term > top:
            total, top = total * math.exp(top - term) + 1.0, term
        else:
            total += math.exp(term - top)
    return top + math.log(total)


def _end_of(log_density: Callable[[float], float], peak: float, step: float) -> float:
    """Where a density with one peak has become negligible."""
    height = log_density(peak)
    while log_density(peak + step) > height - _NEGLIGIBLE:
        step *= 1.5
    return peak + step


def _integral(of: Callable[[float], float], start: float, end: float) -> float:
    """Simpson's rule."""
    if end <= start:
        return 0.0
    width = (end - start) / _STEPS
    inner = sum((4 if i % 2 else 2) * of(start + i * width) for i in range(1, _STEPS))
    return (of(start) + inner + of(end)) * width / 3
