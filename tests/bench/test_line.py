"""The ideal line: first come, first served, by the first who is free."""

from bench.line import Caller, waits


def test_who_comes_first_is_served_first_and_who_gives_up_takes_nobodys_time() -> None:
    callers = [Caller(0, 9, 10), Caller(1, 5, 10), Caller(2, 20, 10), Caller(30, 1, 1)]
    assert waits(callers, agents=1) == [0.0, None, 8.0, 0.0]


def test_more_agents_serve_side_by_side() -> None:
    callers = [Caller(0, 9, 10), Caller(1, 9, 10), Caller(2, 9, 10)]
    assert waits(callers, agents=2) == [0.0, 0.0, 8.0]
