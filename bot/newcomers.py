"""How many conversations an address may begin: a program that opens them by the thousand is held back.

Going on with a conversation is never refused here.
"""

from records.rate import Buckets, network_of

WINDOW_SECONDS = 600.0


class TooManyConversations(Exception):
    """The address has begun as many conversations as it may for now."""

    code = "rate_limited"
    message = "Many conversations were begun from your network just now. Please try again in a few minutes."
    retryable = True


class Newcomers:
    """Counts new conversations by address; one for the whole process."""

    def __init__(self, within_ten_minutes: int) -> None:
        """So many an address may begin within ten minutes."""
        self._buckets = Buckets(within_ten_minutes / WINDOW_SECONDS, within_ten_minutes)

    def admit(self, host: str) -> None:
        """Let one more conversation begin.

        Raises:
            TooManyConversations: not now.
        """
        if not self._buckets.take(network_of(host)):
            raise TooManyConversations
