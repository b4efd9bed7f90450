"""Passwords of agents as they are kept in earnest."""

from handoff import passwords
from handoff.passwords import HASHER, NOBODYS

# Taken when this module is collected: while tests run, the others' hashes are cheap.
REAL = HASHER


def test_a_hash_costs_what_the_recommendation_asks_for() -> None:
    assert REAL.memory_cost >= 64 * 1024 and REAL.time_cost >= 3
    assert not REAL.check_needs_rehash(NOBODYS)


def test_only_the_password_itself_fits() -> None:
    password = passwords.new()
    kept = REAL.hash(password)
    assert password not in kept
    assert passwords.fits(password, kept)
    assert not passwords.fits(password + "x", kept)
    assert not passwords.fits(password, "no hash at all")


def test_no_two_passwords_are_alike() -> None:
    assert len({passwords.new() for _ in range(100)}) == 100
