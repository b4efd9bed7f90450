"""Who owns a conversation, as a table: (owner, event) -> owner.

What is not in the table cannot happen; docs/decisions/ draws it and a test walks it.
"""

from enum import StrEnum

from records.models import Owner


class Event(StrEnum):
    """What may move a conversation from one owner to another."""

    HAND_OVER = "hand_over"
    OFFER = "offer"
    LAPSE = "lapse"
    ACCEPT = "accept"
    LEAVE_CALLBACK = "leave_callback"
    CALLBACK_DUE = "callback_due"
    LEAVE_QUEUE = "leave_queue"
    TRANSFER = "transfer"
    REQUEUE = "requeue"
    AGENT_LOST = "agent_lost"
    RESOLVE = "resolve"
    RETURN_TO_BOT = "return_to_bot"
    CLOSE = "close"
    CUSTOMER_WROTE = "customer_wrote"


TRANSITIONS: dict[tuple[Owner, Event], Owner] = {
    (Owner.BOT, Event.HAND_OVER): Owner.QUEUED,
    (Owner.QUEUED, Event.OFFER): Owner.OFFERED,
    (Owner.OFFERED, Event.LAPSE): Owner.QUEUED,
    (Owner.OFFERED, Event.ACCEPT): Owner.AGENT,
    (Owner.QUEUED, Event.LEAVE_QUEUE): Owner.BOT,
    (Owner.OFFERED, Event.LEAVE_QUEUE): Owner.BOT,
    (Owner.QUEUED, Event.LEAVE_CALLBACK): Owner.CALLBACK,
    (Owner.OFFERED, Event.LEAVE_CALLBACK): Owner.CALLBACK,
    (Owner.AGENT, Event.LEAVE_CALLBACK): Owner.CALLBACK,
    (Owner.CALLBACK, Event.CALLBACK_DUE): Owner.QUEUED,
    (Owner.CALLBACK, Event.CUSTOMER_WROTE): Owner.BOT,
    (Owner.BOT, Event.CALLBACK_DUE): Owner.QUEUED,
    (Owner.WRAP_UP, Event.CALLBACK_DUE): Owner.QUEUED,
    (Owner.CLOSED, Event.CALLBACK_DUE): Owner.QUEUED,
    (Owner.AGENT, Event.TRANSFER): Owner.AGENT,
    (Owner.AGENT, Event.REQUEUE): Owner.QUEUED,
    (Owner.AGENT, Event.AGENT_LOST): Owner.QUEUED,
    (Owner.AGENT, Event.RESOLVE): Owner.WRAP_UP,
    (Owner.AGENT, Event.RETURN_TO_BOT): Owner.BOT,
    (Owner.WRAP_UP, Event.RETURN_TO_BOT): Owner.BOT,
    (Owner.WRAP_UP, Event.CUSTOMER_WROTE): Owner.BOT,
    (Owner.WRAP_UP, Event.CLOSE): Owner.CLOSED,
    (Owner.BOT, Event.CLOSE): Owner.CLOSED,
    (Owner.CLOSED, Event.CUSTOMER_WROTE): Owner.BOT,
}


class ImpossibleChange(Exception):
    """The event does not fit the conversation's owner: somebody else was faster."""

    code = "impossible_change"
    retryable = False


def after(owner: Owner, event: Event) -> Owner:
    """The owner that `event` leads to.

    Raises:
        ImpossibleChange: the table has no such step.
    """
    try:
        return TRANSITIONS[owner, event]
    except KeyError:
        raise ImpossibleChange(f"{event} does not follow {owner}") from None
