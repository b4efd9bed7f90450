"""Passwords of agents: made at random and kept as argon2 hashes.

None is chosen by a person, and none can be read back.
"""

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

HASHER = PasswordHasher()
"""As RFC 9106 recommends where memory is short: 64 MiB, three passes."""
NOBODYS = HASHER.hash(secrets.token_urlsafe(32))
"""Verified against when there is no such login, so that it costs what a real one costs."""


def new() -> str:
    """A password, to be shown once."""
    return secrets.token_urlsafe(12)


def hashed(password: str) -> str:
    """What is kept of it."""
    return HASHER.hash(password)


def fits(password: str, password_hash: str) -> bool:
    """Whether it is the password that the hash was made of."""
    try:
        HASHER.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return True
