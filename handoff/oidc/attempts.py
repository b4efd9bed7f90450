"""Attempts to log in at the provider: begun in a browser, ended in the same one, within minutes, once.

An attempt travels in a cookie that only we can read; nothing is stored for somebody who only clicks.
"""

import base64
import hashlib
import hmac
import secrets
from collections import OrderedDict
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

import orjson
from cryptography.fernet import Fernet, InvalidToken

from handoff.oidc.failures import NotBegunHere
from records.clock import Clock
from records.tokens import digest

LIFE = timedelta(minutes=10)
"""For a password and a second factor at the provider."""


def _random() -> str:
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What ties the provider's answer to this browser."""

    state: str = field(default_factory=_random)
    nonce: str = field(default_factory=_random)
    verifier: str = field(default_factory=_random)
    """Of PKCE: only who has it can redeem the code."""


class Attempts:
    """Seals and opens them, and remembers which were used up in this process.

    In another process a used one would still open; the provider's code is good once everywhere.
    """

    def __init__(self, key: str, clock: Clock) -> None:
        """Seal under a key made of `key`."""
        derived = hashlib.sha256(f"single sign-on:{key}".encode()).digest()
        self._box = Fernet(base64.urlsafe_b64encode(derived))
        self._clock = clock
        self._used: OrderedDict[str, datetime] = OrderedDict()

    def seal(self, attempt: Attempt) -> str:
        """The attempt as a cookie's value."""
        now = int(self._clock.now().timestamp())
        return self._box.encrypt_at_time(orjson.dumps(asdict(attempt)), now).decode()

    def take(self, sealed: str, state: str) -> Attempt:
        """Open the attempt that an answer with this state belongs to, and use it up.

        Raises:
            NotBegunHere: there is none, it is too old, it was used, or the state is another one's.
        """
        now = self._clock.now()
        try:
            opened = self._box.decrypt_at_time(
                sealed.encode(), int(LIFE.total_seconds()), int(now.timestamp())
            )
        except InvalidToken:
            raise NotBegunHere("no living attempt") from None
        attempt = Attempt(**orjson.loads(opened))
        if not hmac.compare_digest(attempt.state.encode(), state.encode()):
            raise NotBegunHere("another state")
        while self._used and next(iter(self._used.values())) < now - 2 * LIFE:
            self._used.popitem(last=False)
        name = digest(attempt.state)
        if name in self._used:
            raise NotBegunHere("used before")
        self._used[name] = now
        return attempt
