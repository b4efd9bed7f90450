"""The life of a transaction: a table of (state, event) -> state, and the words for each state.

What is not in the table does not happen.
"""

from enum import StrEnum


class State(StrEnum):
    """Where a transaction is."""

    PENDING = "pending"
    WAITING_FOR_AGENT = "waiting_for_agent"
    WAITING_FOR_CALLBACK = "waiting_for_callback"
    WAITING_FOR_SECOND = "waiting_for_second"
    """One agent agreed; a second one must as well."""

    WAITING_FOR_PAYMENT = "waiting_for_payment"
    """Agreed to; carried out when the customer's money has come."""

    APPLIED = "applied"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Event(StrEnum):
    """What can happen to a transaction."""

    CARRY_OUT = "carry_out"
    APPROVE = "approve"
    AGREE_FIRST = "agree_first"
    """The first of two agents agrees."""

    AGREE_UNTIL_PAID = "agree_until_paid"
    """The agents agree; money of the customer comes before the effect."""

    REFUSE = "refuse"
    ASK_FOR_MORE = "ask_for_more"
    COMPLETE = "complete"
    WITHDRAW = "withdraw"


class NotPossible(Exception):
    """A transaction that cannot be carried out, or not in this way, any more."""

    retryable = False

    def __init__(self, code: str, message: str) -> None:
        """Say why, for machines and for people."""
        super().__init__(message)
        self.code = code
        self.message = message


_BEFORE_ANY_AGENT = (State.PENDING, State.WAITING_FOR_AGENT, State.WAITING_FOR_CALLBACK)
_UNDECIDED = (*_BEFORE_ANY_AGENT, State.WAITING_FOR_SECOND)
OPEN = (*_UNDECIDED, State.WAITING_FOR_PAYMENT)
"""Not carried out yet: nothing has changed, and the customer may take it back."""

TRANSITIONS = {
    (State.PENDING, Event.CARRY_OUT): State.APPLIED,
    (State.PENDING, Event.COMPLETE): State.WAITING_FOR_AGENT,
    (State.WAITING_FOR_AGENT, Event.ASK_FOR_MORE): State.PENDING,
    (State.WAITING_FOR_SECOND, Event.ASK_FOR_MORE): State.PENDING,
    **{(state, Event.AGREE_FIRST): State.WAITING_FOR_SECOND for state in _BEFORE_ANY_AGENT},
    **{(state, Event.APPROVE): State.APPLIED for state in _UNDECIDED},
    **{(state, Event.AGREE_UNTIL_PAID): State.WAITING_FOR_PAYMENT for state in _UNDECIDED},
    (State.WAITING_FOR_PAYMENT, Event.CARRY_OUT): State.APPLIED,
    **{(state, Event.REFUSE): State.REFUSED for state in OPEN},
    **{(state, Event.WITHDRAW): State.WITHDRAWN for state in OPEN},
}

WORDS = {
    State.PENDING: "waiting",
    State.WAITING_FOR_AGENT: "waiting for a colleague's decision",
    State.WAITING_FOR_CALLBACK: "waiting for our call to you; nothing happens before it",
    State.WAITING_FOR_SECOND: "agreed to by one colleague; a second one looks at it as well",
    State.WAITING_FOR_PAYMENT: "agreed to; done as soon as your payment has come",
    State.APPLIED: "done",
    State.REFUSED: "refused",
    State.WITHDRAWN: "withdrawn by you",
}


def after(state: str, event: Event) -> State:
    """The state that follows.

    Raises:
        NotPossible: the event cannot happen in this state.
    """
    try:
        return TRANSITIONS[State(state), event]
    except (KeyError, ValueError):
        raise NotPossible("decided", "This request has been decided already.") from None
