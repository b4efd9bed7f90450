"""Identifiers as Twilio writes them: two letters for the kind, then 32 hexadecimal digits."""

import secrets


def new_sid(kind: str) -> str:
    """A new one: CA call, MZ stream, QU queue, RE recording, AC account."""
    return kind + secrets.token_hex(16)
