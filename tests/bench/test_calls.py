"""The proof of calls fails on what calls leave behind."""

from dataclasses import fields

import pytest

from bench.calls import MOST_GROWTH, Books, is_ok, leaks


def test_everything_that_is_counted_has_a_limit() -> None:
    assert set(MOST_GROWTH) == {field.name for field in fields(Books)}


@pytest.mark.parametrize("name", MOST_GROWTH)
def test_each_limit_counts_alone(name: str) -> None:
    within = dict(MOST_GROWTH)
    assert leaks(within) == []
    assert leaks(within | {name: MOST_GROWTH[name] + 1}) == [name]


def test_less_than_before_is_no_leak() -> None:
    assert leaks({name: -5 for name in MOST_GROWTH}) == []


def test_a_leak_or_a_call_that_failed_is_not_ok() -> None:
    assert is_ok({}) and is_ok({"failed": 0, "leaks": []})
    assert not is_ok({"failed": 1, "leaks": []})
    assert not is_ok({"failed": 0, "leaks": ["tasks"]})
