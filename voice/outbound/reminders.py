"""The carrier of the outbox for what goes out as a call: it hands a message to the dialler, once.

How the call went stands in `outbound_calls`; a reminder that was heard is confirmed.
"""

import logging
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from records.clock import Clock
from records.models import OutboundCall, OutgoingMessage, Reminder
from records.outbox import Parcel, Refused, Result, Sent
from records.store import Store
from voice.outbound import consent
from voice.outbound.planning import PLANNED, REMINDER

log = logging.getLogger(__name__)

GOOD_FOR = timedelta(days=2)
PREFIX = "outgoing:"
_REMINDER_KEY = "reminder:"


class PhoneReminders:
    """Brings messages by phone."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Where calls are planned."""
        self._store = store
        self._clock = clock

    def send(self, parcel: Parcel) -> Result:
        """Plan the call of one message; records that do not answer are asked again later."""
        try:
            return self._plan(parcel)
        except OperationalError:
            # Nothing was planned, or it stands there under its key: another try makes no second call.
            log.warning("the records did not take the call of message %d", parcel.id)
            return Refused("the records did not answer", for_good=False)

    def _plan(self, parcel: Parcel) -> Result:
        with self._store.writing() as session:
            message = session.get(OutgoingMessage, parcel.id)
            if message is None or message.customer_id is None:
                return Refused("for nobody that we know")
            if not consent.may_call(session, message.customer_id):
                return Refused("wants no calls")
            key, now = f"{PREFIX}{parcel.id}", self._clock.now()
            if session.scalar(select(OutboundCall.id).where(OutboundCall.key == key)) is None:
                due = consent.next_permitted(now)
                good_for = (message.good_until or now + GOOD_FOR) - now
                session.add(
                    OutboundCall(
                        key=key, purpose=REMINDER, customer_id=message.customer_id, number=parcel.recipient,
                        text=parcel.text, state=PLANNED, due_at=due,
                        # Counted from the first moment at which one may call: holidays are long.
                        good_until=due + good_for, changed_at=now,
                    )
                )  # fmt: skip
        return Sent(key)


def reminder_of(session: Session, order: OutboundCall) -> Reminder | None:
    """The reminder that a call is about, if it is about one."""
    message = session.get(OutgoingMessage, int(order.key.removeprefix(PREFIX)))
    if message is None or not message.key.startswith(_REMINDER_KEY):
        return None
    key = message.key.removeprefix(_REMINDER_KEY)
    return session.scalars(select(Reminder).where(Reminder.key == key)).one_or_none()
