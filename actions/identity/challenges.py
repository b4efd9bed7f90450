"""Challenges for authenticators: random, for one link, and good for one answer, right or wrong."""

from datetime import datetime, timedelta

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session
from webauthn.helpers import generate_challenge

from actions.identity.links import Link
from records.models import PasskeyChallenge

LIFE = timedelta(minutes=5)
MOST = 12
"""So many challenges a link gives out."""


def give(session: Session, link: Link, handle: bytes, now: datetime) -> bytes | None:
    """A new challenge; None when the link gives out no more."""
    count = select(func.count()).where(PasskeyChallenge.link_id == link.id)
    if (session.scalar(count) or 0) >= MOST:
        return None
    challenge = generate_challenge()
    session.execute(
        insert(PasskeyChallenge).values(
            link_id=link.id,
            conversation_id=link.conversation_id,
            customer_id=link.customer_id,
            challenge=challenge,
            user_handle=handle,
            created_at=now,
            expires_at=min(now + LIFE, link.expires_at),
        )
    )
    return challenge


def take(session: Session, link: Link, now: datetime) -> PasskeyChallenge | None:
    """The newest challenge of the link, used up by this; older ones are worth nothing."""
    newest = session.scalar(
        select(PasskeyChallenge)
        .where(PasskeyChallenge.link_id == link.id)
        .order_by(PasskeyChallenge.id.desc())
        .limit(1)
        .with_for_update()
    )
    if newest is None or newest.used_at is not None:
        return None
    newest.used_at = now
    ours = (newest.conversation_id, newest.customer_id) == (link.conversation_id, link.customer_id)
    return newest if ours and newest.expires_at > now else None
