"""Tokens that open a media stream: made in a signed webhook, good once, for one call and one minute.

Kept as a hash with the call, so that any process may check them and none can be used twice.
"""

import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from records.models import CallState, PhoneCall
from records.tokens import digest

LIFE = timedelta(seconds=60)
PARAMETER = "token"
"""Name of the stream's parameter that carries it."""


def mint(call: PhoneCall, now: datetime) -> str:
    """A token for the call's next stream; one made before is good no more."""
    token = secrets.token_urlsafe(24)
    call.token_hash, call.token_until = digest(token), now + LIFE
    return token


def redeem(session: Session, call_sid: str, token: str, now: datetime) -> PhoneCall | None:
    """The call that the token opens a stream for; None when it is unknown, used, old, or another call's."""
    call = session.get(PhoneCall, call_sid, with_for_update=True, populate_existing=True)
    expected = call.token_hash if call is not None and call.token_hash else digest("")
    # Compared in every case, so that timing does not tell which calls exist.
    right = hmac.compare_digest(expected, digest(token))
    if call is None or not token or not right or call.token_until is None or now >= call.token_until:
        return None
    if call.state is not CallState.OPENING:
        return None
    call.token_hash = call.token_until = None
    return call
