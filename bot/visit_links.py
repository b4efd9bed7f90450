"""What happens when the chat is opened by the link to a return visit: the bot begins to ask, by itself.

The link is worth identity level 1 at most. One that is forged, past or used says nothing of anybody.
"""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions import identity
from actions.forms import shelf
from actions.forms.shelf import Status
from actions.visits import links
from records import audit, ledger
from records.models import Author, Conversation, ConversationId, Kind, Message, Owner

SERVICE = "start_return_visit"
BEGINS = "I have opened the link to the questions about my new policy"
"""What stands in the conversation as the customer's own act."""

GONE = (
    "This link does not open anything any more: it was used already, it is too old, or a part of it is "
    "missing. If it is about a new policy of yours, just write to me here, or call 95500."
)


def is_of_another(
    session: Session, conversation_id: ConversationId, token: Any, key: bytes, now: datetime
) -> bool:
    """Whether the link is good, but another customer than its own was proven in the conversation."""
    visit = links.visit_of(session, token, key, now)
    if visit is None:
        return False
    proven = identity.proven_once(session, conversation_id)
    return proven is not None and proven != visit.policy.holder_id


def follow(session: Session, conversation_id: ConversationId, token: Any, key: bytes, now: datetime) -> None:
    """Begin the visit of the link in the conversation, or say that the link is good for nothing.

    A page that comes back with its link after a cut connection changes nothing.
    """
    if _is_under_way(session, conversation_id):
        return
    standing = ledger.lock(session, conversation_id)
    if links.open_by_link(session, conversation_id, token, key, now):
        body: dict[str, Any] = {"text": BEGINS}
        if standing.owner not in (Owner.QUEUED, Owner.OFFERED, Owner.AGENT, Owner.CALLBACK):
            body["button"] = {"intent": SERVICE}
        name = f"visit:opened:{standing.last_seq}"
        ledger.append_from_customer(session, conversation_id, name, body, now)
        return
    name = f"visit:gone:{hashlib.sha256(repr(token).encode()).hexdigest()[:32]}"
    known = select(Message.seq).where(
        Message.conversation_id == conversation_id, Message.idempotency_key == name
    )
    if session.scalar(known) is None:
        entry = (name, Kind.MESSAGE, {"text": GONE})
        ledger.append(session, standing, Author.SYSTEM, [entry], now, epoch=None)
        audit.note(session, now, "bot", "visit.link_refused", f"conversation:{conversation_id}")


def _is_under_way(session: Session, conversation_id: ConversationId) -> bool:
    """Whether the visit is being asked in the conversation, or about to be."""
    last = session.scalar(
        select(Message.body)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Conversation.id == conversation_id, Message.seq == Conversation.last_seq)
    )
    if last is not None and last.get("text") == BEGINS:
        return True
    sheets = shelf.recent(session, conversation_id)
    return any(sheet.service == SERVICE and sheet.status is Status.OPEN for sheet in sheets)
