"""Token buckets: what is held back, what comes back, and that strangers do not pay for each other."""

import pytest

from records.rate import Bucket, Buckets, network_of


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_gives_what_it_holds_and_fills_with_time() -> None:
    seconds = Seconds()
    bucket = Bucket(0.5, 2, seconds)
    assert [bucket.take() for _ in range(3)] == [True, True, False]
    seconds.now = 1.9
    assert not bucket.take()
    seconds.now = 2.0
    assert bucket.take() and not bucket.take()
    seconds.now = 1000.0
    assert [bucket.take() for _ in range(3)] == [True, True, False]


def test_each_name_has_a_bucket_of_its_own() -> None:
    buckets = Buckets(0.0, 1, Seconds())
    assert buckets.take("one") and not buckets.take("one")
    assert buckets.take("two")


def test_only_so_many_names_are_remembered() -> None:
    buckets = Buckets(0.0, 1, Seconds(), most=2)
    for name in ("one", "two", "two", "three"):
        buckets.take(name)
    assert not buckets.take("three") and not buckets.take("two"), "still remembered"
    assert buckets.take("one"), "forgotten: it was not heard of for longest"


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::99", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
    ],
)
def test_an_address_is_counted_with_what_one_customer_can_change(host: str, name: str) -> None:
    assert network_of(host) == name
