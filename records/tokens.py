"""Tokens and secrets that let their holder in: only the digest of one is kept, which opens nothing."""

import hashlib


def digest(token: str) -> str:
    """What is kept of a token that was made at random."""
    return hashlib.sha256(token.encode()).hexdigest()
