"""Resumption: a client comes back to its conversation with the secret that it was given at the opening.

Only a digest of the secret is kept, and nothing tells which conversations there are.
"""

import hmac
import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from records import ledger, tokens
from records.ledger import UnknownConversation
from records.models import Conversation, ConversationId


def resume(session: Session, conversation_id: str, secret: str) -> ConversationId:
    """The conversation's id, if the secret is its own.

    Raises:
        UnknownConversation: no such conversation, or another secret.
    """
    known = session.scalar(select(Conversation.secret_hash).where(Conversation.id == conversation_id))
    # Compared in every case, so that timing does not tell which ids exist.
    if not hmac.compare_digest(known or tokens.digest(""), tokens.digest(secret)) or not known:
        raise UnknownConversation(conversation_id)
    return ConversationId(conversation_id)


def renew_secret(session: Session, conversation_id: ConversationId) -> str:
    """A new secret that resumes the conversation; the one before is worth nothing any more."""
    secret = secrets.token_urlsafe(24)
    ledger.update_standing(session, conversation_id, secret_hash=tokens.digest(secret))
    return secret
