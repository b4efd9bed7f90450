"""Signed links that open the chat on one return visit, and nothing else.

A link proves that its holder was written to, which is identity level 1 and no more; it dies with the visit.
"""

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from actions import identity
from actions.visits.record import PENDING, is_over
from records import audit, signed_links
from records.clock import CENTRE_ZONE
from records.models import Conversation, ReturnVisit

_PURPOSE = b"return-visit-link:"
PATH = "/?visit="


def link_to(visit: ReturnVisit, key: bytes, base_url: str) -> str:
    """The address that opens the chat on the visit, good until the end of its last day."""
    return f"{base_url}{PATH}{sign(visit, key)}"


def sign(visit: ReturnVisit, key: bytes) -> str:
    """The token of the link."""
    end = datetime.combine(visit.due_by + timedelta(days=1), time(0), CENTRE_ZONE)
    return signed_links.sign(_PURPOSE, {"visit": visit.id}, end, key)


def read(token: str, key: bytes, now: datetime) -> int | None:
    """The visit a token stands for; None when it is forged, altered or past."""
    content = signed_links.read(_PURPOSE, token, key, now)
    return int(content["visit"]) if content else None


def visit_of(session: Session, token: Any, key: bytes, now: datetime) -> ReturnVisit | None:
    """The visit that a link opens; None when the link is good for nothing (any more)."""
    visit_id = read(token, key, now) if isinstance(token, str) else None
    visit = session.get(ReturnVisit, visit_id) if visit_id is not None else None
    return visit if visit is not None and visit.status == PENDING and not is_over(visit) else None


def open_by_link(session: Session, conversation_id: str, token: Any, key: bytes, now: datetime) -> bool:
    """Let a conversation be about the visit of the link; False when the link is good for nothing any more."""
    visit = visit_of(session, token, key, now)
    if visit is None or session.get(Conversation, conversation_id) is None:
        return False
    visit.conversation_id = conversation_id
    if identity.level(session, conversation_id, now) < 1:
        identity.identify(session, conversation_id, now)
    audit.note(session, now, "bot", "visit.opened_by_link", f"visit:{visit.id}", conversation=conversation_id)
    session.flush()
    return True
