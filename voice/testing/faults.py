"""What may go wrong between Twilio and the centre, chosen for one call.

Only describes; `stream.py` and `webhooks.py` do it.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Faults:
    """None by default."""

    drop_after_seconds: float | None = None
    """The stream breaks this long after its start, without `stop`; the call itself goes on."""

    jitter_seconds: float = 0.0
    """The caller's frames arrive in bursts this long instead of every 20 ms."""

    packet_bytes: Sequence[int] = ()
    """Sizes of the caller's packets, used in turn, instead of 160 bytes."""

    malformed: Sequence[str | bytes] = ()
    """Messages sent between the frames, one each 20 ms, text or binary."""

    bad_webhook_signature: bool = False
    """Webhooks carry the signature of another token."""

    bad_stream_signature: bool = False
    """The stream's handshake carries the signature of another token."""

    refuses_handshake: bool = False
    """The stream is never opened: Twilio could not reach the centre (31920)."""

    replays_start: bool = False
    """When the stream has ended, somebody opens another one with the same parameters."""

    silent_after_seconds: float | None = None
    """No message is sent any more, though the socket stays open: a network that swallows."""


NONE = Faults()
