"""Looks: what a session has seen already, so that a page which reads every second leaves one line of audit.

In memory of one process: after a restart there is a second line, never none.
"""

import threading
from collections import OrderedDict

from records.tokens import digest

MOST = 20_000


class Looks:
    """Pairs of a session and what it has seen; the oldest are forgotten first."""

    def __init__(self, most: int = MOST) -> None:
        """Nothing seen; `most` pairs are remembered."""
        self._most = most
        # Tokens are kept nowhere in clear.
        self._seen: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._lock = threading.Lock()

    def has(self, token: str, subject: str) -> bool:
        """Whether the session has seen it."""
        with self._lock:
            return (digest(token), subject) in self._seen

    def add(self, token: str, subject: str) -> None:
        """It has been shown, and is on the audit."""
        with self._lock:
            self._seen[digest(token), subject] = None
            while len(self._seen) > self._most:
                self._seen.popitem(last=False)

    def of(self, token: str) -> frozenset[str]:
        """Everything that the session has seen."""
        name = digest(token)
        with self._lock:
            return frozenset(subject for session, subject in self._seen if session == name)
