"""Tokens of programs: sessions that are short, and exchanged for new ones while they are used.

However often one is exchanged, the chain ends with the working day of its log-in.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from handoff.accounts import SESSION_LIFE, SessionToken, open_session, principal_of
from handoff.refusals import NotLoggedIn
from records.models import AgentId, AgentSession
from records.tokens import digest

LIFE = timedelta(minutes=30)
"""Of one token."""


def renew(session: Session, token: str, now: datetime) -> SessionToken:
    """Exchange a living token for a new one; a chain of them ends with the working day.

    Raises:
        NotLoggedIn: the token is not alive, or its working day is over.
    """
    principal_of(session, token, now)
    old = session.get(AgentSession, digest(token), with_for_update=True, populate_existing=True)
    if old is None or old.revoked_at is not None or now >= old.created_at + SESSION_LIFE:
        raise NotLoggedIn
    old.revoked_at = now
    until = min(now + LIFE, old.created_at + SESSION_LIFE)
    return open_session(session, AgentId(old.agent_id), now, until, began=old.created_at)


def expiry_of(session: Session, token: str) -> datetime:
    """When the session of a living token ends.

    Raises:
        NotLoggedIn: no such session.
    """
    found = session.get(AgentSession, digest(token))
    if found is None:
        raise NotLoggedIn
    return found.expires_at
