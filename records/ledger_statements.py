"""The statements of the ledger, built once: building them anew costs more than running them.

For `records.ledger` alone, which knows when each may run; nothing is decided here.
"""

from functools import cache
from typing import cast

from sqlalchemy import Integer, Table, bindparam, insert, select, update

from records.models import Conversation, Message
from records.prepared import Prepared

_CONVERSATIONS = cast(Table, Conversation.__table__)
_MESSAGES = cast(Table, Message.__table__)
LOCK = Prepared(
    select(
        _CONVERSATIONS.c.channel,
        _CONVERSATIONS.c.owner,
        _CONVERSATIONS.c.epoch,
        _CONVERSATIONS.c.last_seq,
        _CONVERSATIONS.c.answered_seq,
        _CONVERSATIONS.c.pending_seq,
        _CONVERSATIONS.c.lease_holder,
        _CONVERSATIONS.c.lease_until,
    )
    .where(_CONVERSATIONS.c.id == bindparam("conversation"))
    .with_for_update()
)
_ENTRY = select(
    _MESSAGES.c.conversation_id,
    _MESSAGES.c.seq,
    _MESSAGES.c.idempotency_key,
    _MESSAGES.c.author,
    _MESSAGES.c.agent_id,
    _MESSAGES.c.epoch,
    _MESSAGES.c.kind,
    _MESSAGES.c.body,
    _MESSAGES.c.created_at,
).where(_MESSAGES.c.conversation_id == bindparam("conversation"))
BY_KEY = Prepared(_ENTRY.where(_MESSAGES.c.idempotency_key == bindparam("key")))
SINCE = Prepared(
    _ENTRY.where(_MESSAGES.c.seq > bindparam("after"))
    .order_by(_MESSAGES.c.seq)
    .limit(bindparam("most", type_=Integer))
)
INSERT = Prepared(insert(_MESSAGES))


@cache
def change(names: tuple[str, ...]) -> Prepared:
    """Give columns of a conversation new values, `new_` and the name of each."""
    return Prepared(
        update(_CONVERSATIONS)
        .where(_CONVERSATIONS.c.id == bindparam("conversation"))
        .values({name: bindparam(f"new_{name}") for name in names})
    )
