"""Signed tokens of links: their holder can read them, and nobody else than the centre can make or alter one.

A token of one purpose is never good for another, and none is good for ever.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

LONGEST = 500
"""In characters; what stands behind them is not read."""


def sign(purpose: bytes, content: Mapping[str, Any], until: datetime, key: bytes) -> str:
    """A token of the content, good until a moment."""
    body = _text(json.dumps({**content, "until": int(until.timestamp())}).encode())
    return f"{body}.{_mark(purpose, body, key)}"


def read(purpose: bytes, token: str, key: bytes, now: datetime) -> dict[str, Any] | None:
    """The content of a token; None when it is forged, altered or past."""
    body, _, mark = token[:LONGEST].partition(".")
    if not hmac.compare_digest(_mark(purpose, body, key).encode(), mark.encode("utf-8", "replace")):
        return None
    try:
        content: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (ValueError, binascii.Error):
        return None
    return content if now.timestamp() < content["until"] else None


def _mark(purpose: bytes, body: str, key: bytes) -> str:
    return _text(hmac.new(key, purpose + body.encode("utf-8", "replace"), hashlib.sha256).digest())


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
