"""Token buckets: so many at once, so many a second; one alone, or one for each address. For one process."""

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

MOST_NAMES = 20_000
"""So many names are remembered; then those are forgotten that were not heard of for longest."""


class Bucket:
    """Holds up to `burst` tokens and regains `per_second`."""

    def __init__(
        self, per_second: float, burst: int, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Start full. `monotonic` gives seconds and never goes back."""
        self._per_second = per_second
        self._burst = burst
        self._monotonic = monotonic
        self._tokens = float(burst)
        self._at = monotonic()

    def take(self) -> bool:
        """Take a token; False when there is none."""
        now = self._monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._per_second)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class Buckets:
    """A bucket for each name; may be asked from several threads."""

    def __init__(
        self,
        per_second: float,
        burst: int,
        monotonic: Callable[[], float] = time.monotonic,
        most: int = MOST_NAMES,
    ) -> None:
        """Every name starts with a full bucket."""
        self._per_second = per_second
        self._burst = burst
        self._monotonic = monotonic
        self._most = most
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, name: str) -> bool:
        """Take a token of the name's; False when there is none."""
        with self._lock:
            bucket = self._buckets.get(name) or Bucket(self._per_second, self._burst, self._monotonic)
            self._buckets[name] = bucket
            self._buckets.move_to_end(name)
            if len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
            return bucket.take()


def network_of(host: str) -> str:
    """The name under which an address is counted: itself, or the network that one customer has in IPv6."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host[:100]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
