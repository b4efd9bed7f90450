"""Links that open a conversation of the telephone as a chat: for the customer who was proven in it.

A link goes to the number on file by SMS and nowhere else: who holds that number could get a one-time code
on it as well, so a link takes nothing from the identity that was proven, and adds nothing to it.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from actions import identity
from records import audit, outbox, resumption, signed_links
from records.models import CallState, Conversation, ConversationId, Customer, PhoneCall, Way
from records.models.base import opaque_id

LIFE = timedelta(minutes=30)
PATH = "/?talk="
IN_CHAT = "in_chat"
"""In the conversation's context: the customer goes on in a chat when the call is over."""

_PURPOSE = b"continue-in-chat:"


def send(session: Session, conversation_id: ConversationId, key: bytes, base_url: str, now: datetime) -> bool:
    """Send the link by SMS; False when nobody is proven, or there is no number on file."""
    customer_id = identity.standing(session, conversation_id, now).customer_id
    customer = session.get(Customer, customer_id) if customer_id is not None else None
    if customer is None or not customer.mobile:
        return False
    url = f"{base_url}{PATH}{sign(conversation_id, key, now)}"
    outbox.put(
        session,
        Way.SMS,
        customer.mobile,
        f"Harbour Life: go on with our conversation in writing: {url} (good for 30 minutes)",
        now,
        key=f"talk:{conversation_id}:{opaque_id()}",
        purpose="continue_in_chat",
        customer_id=customer.id,
        conversation_id=conversation_id,
        good_until=now + LIFE,
        secret=True,
    )
    audit.note(session, now, "bot", "link_to_chat_sent", f"conversation:{conversation_id}")
    return True


def follow(session: Session, token: Any, key: bytes, now: datetime) -> tuple[ConversationId, str] | None:
    """The conversation of a link and a new secret for it; None when the link is good for nothing.

    Whoever held an earlier secret is out: there is one chat of a conversation.
    """
    conversation_id = read(token, key, now) if isinstance(token, str) else None
    if conversation_id is None or session.get(Conversation, conversation_id) is None:
        return None
    secret = resumption.renew_secret(session, conversation_id)
    conversation = session.get_one(Conversation, conversation_id, populate_existing=True)
    conversation.context = {**conversation.context, IN_CHAT: True}
    if not session.scalar(select(_on_the_line(conversation_id))):
        conversation.channel = "chat"
    session.flush()
    audit.note(session, now, "customer", "continued_in_chat", f"conversation:{conversation_id}")
    return conversation_id, secret


def call_over(session: Session, conversation_id: ConversationId) -> None:
    """The call is over: a customer who went on in a chat is reached there from now on."""
    conversation = session.get_one(Conversation, conversation_id, populate_existing=True)
    if conversation.context.get(IN_CHAT):
        conversation.channel = "chat"


def sign(conversation_id: ConversationId, key: bytes, now: datetime) -> str:
    """The token of a link."""
    return signed_links.sign(_PURPOSE, {"talk": conversation_id}, now + LIFE, key)


def read(token: str, key: bytes, now: datetime) -> ConversationId | None:
    """The conversation that a token stands for; None when it is forged, altered or past."""
    content = signed_links.read(_PURPOSE, token, key, now)
    return ConversationId(content["talk"]) if content else None


def _on_the_line(conversation_id: ConversationId) -> Any:
    return exists().where(PhoneCall.conversation_id == conversation_id, PhoneCall.state != CallState.ENDED)
