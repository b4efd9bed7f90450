"""Links to the verification page: one purpose, five minutes, one conversation, one customer.

A link proves nothing by itself: it only says which conversation the proof given on its page is for.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from actions.identity.ladder import VERIFIED, Standing, proven_once, standing
from records import audit, outbox, secrets, tokens
from records.models import Conversation, Customer, Passkey, VerificationLink, Way
from records.models.base import opaque_id
from records.settings import settings

LIFE = timedelta(minutes=5)
FRESH = timedelta(minutes=2)
"""A living link with less time left is not shown again; a new one is made."""

DAY = timedelta(hours=24)
LINKS = 20
"""So many links a conversation gets within a day."""

PHONE = "phone"
"""The channel whose customers see nothing: they get links by SMS to the number on file."""


class Purpose(StrEnum):
    """What a link is for."""

    REGISTER = "register"
    STEP_UP = "step_up"


@dataclass(frozen=True, slots=True)
class Link:
    """A living link."""

    id: int
    purpose: Purpose
    conversation_id: str
    customer_id: int
    expires_at: datetime
    code_given: bool
    """The one-time code that a registration needs was given."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A link as the customer gets it."""

    purpose: Purpose
    url: str
    by_sms: bool
    """Sent by SMS; it need not be shown."""


def offer(
    session: Session, conversation_id: str, now: datetime, purpose: Purpose | None = None
) -> Offer | None:
    """A link for the customer of this conversation; None when there can be none now.

    Without a `purpose` it is for a step up where the customer has a passkey, else for making one.
    Making one takes a customer who is verified now; a step up takes one who was verified here.
    """
    now_standing = standing(session, conversation_id, now)
    customer_id = now_standing.customer_id or proven_once(session, conversation_id)
    if customer_id is None:
        return None
    purpose = purpose or (Purpose.STEP_UP if has_passkey(session, customer_id) else Purpose.REGISTER)
    if purpose is Purpose.REGISTER and now_standing.level < VERIFIED:
        return None
    link = _living(session, conversation_id, customer_id, purpose, now)
    if link is None and _is_tired(session, conversation_id, now):
        return None
    link_id, token = link or _make(session, conversation_id, customer_id, purpose, now)
    url = f"{settings().links_url}/verify/{token}"
    channel = session.scalar(select(Conversation.channel).where(Conversation.id == conversation_id))
    if channel == PHONE:
        number = session.scalar(select(Customer.mobile).where(Customer.id == customer_id))
        if not number:
            return None
        outbox.put(
            session,
            Way.SMS,
            number,
            f"Harbour Life: to show that it is you, open {url} within 5 minutes. If you are not talking to "
            "us right now, do not open it.",
            now,
            key=f"link:{link_id}",
            purpose="verification_link",
            customer_id=customer_id,
            conversation_id=conversation_id,
            good_until=now + LIFE,
            secret=True,
        )
    return Offer(purpose, url, channel == PHONE)


def follow(session: Session, token: str, now: datetime) -> Link | None:
    """The link of a token while it is good: not used, not old, the conversation still its customer's."""
    row = session.execute(
        select(
            VerificationLink.id,
            VerificationLink.purpose,
            VerificationLink.conversation_id,
            VerificationLink.customer_id,
            VerificationLink.expires_at,
            VerificationLink.code_at,
        ).where(
            VerificationLink.token_hash == tokens.digest(token),
            VerificationLink.used_at.is_(None),
            VerificationLink.expires_at > now,
        )
    ).first()
    if row is None or not _is_allowed(session, row.conversation_id, row.customer_id, row.purpose, now):
        return None
    return Link(
        row.id,
        Purpose(row.purpose),
        row.conversation_id,
        row.customer_id,
        row.expires_at,
        row.code_at is not None,
    )


def onward(session: Session, link: Link, now: datetime) -> str:
    """The path of a link to step up with the passkey that was made with `link`, for the same page."""
    _, token = _make(session, link.conversation_id, link.customer_id, Purpose.STEP_UP, now)
    return f"/verify/{token}"


def use_up(session: Session, link: Link, now: datetime) -> bool:
    """The link has served; so have its twins. False when it had served already."""
    result = session.execute(
        update(VerificationLink)
        .where(
            VerificationLink.conversation_id == link.conversation_id,
            VerificationLink.purpose == link.purpose,
            VerificationLink.used_at.is_(None),
        )
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    return bool(result.rowcount)  # type: ignore[attr-defined]


def note_code(session: Session, link: Link, now: datetime) -> None:
    """The one-time code was given on the page of this link."""
    session.execute(
        update(VerificationLink)
        .where(VerificationLink.id == link.id)
        .values(code_at=now)
        .execution_options(synchronize_session=False)
    )


def has_passkey(session: Session, customer_id: int) -> bool:
    """Whether the customer has a passkey that works."""
    living = select(Passkey.id).where(Passkey.customer_id == customer_id, Passkey.revoked_at.is_(None))
    return session.scalar(living.limit(1)) is not None


def _is_allowed(
    session: Session, conversation_id: str, customer_id: int, purpose: str, now: datetime
) -> bool:
    if proven_once(session, conversation_id) != customer_id:
        return False
    held: Standing = standing(session, conversation_id, now)
    return purpose == Purpose.STEP_UP or held.level >= VERIFIED


def _is_tired(session: Session, conversation_id: str, now: datetime) -> bool:
    made = select(func.count()).where(
        VerificationLink.conversation_id == conversation_id, VerificationLink.created_at > now - DAY
    )
    return (session.scalar(made) or 0) >= LINKS


def _living(
    session: Session, conversation_id: str, customer_id: int, purpose: Purpose, now: datetime
) -> tuple[int, str] | None:
    row = session.execute(
        select(VerificationLink.id, VerificationLink.seed)
        .where(
            VerificationLink.conversation_id == conversation_id,
            VerificationLink.customer_id == customer_id,
            VerificationLink.purpose == purpose,
            VerificationLink.used_at.is_(None),
            VerificationLink.expires_at > now + FRESH,
        )
        .order_by(VerificationLink.id.desc())
        .limit(1)
    ).first()
    return None if row is None else (row.id, _token(row.seed))


def _make(
    session: Session, conversation_id: str, customer_id: int, purpose: Purpose, now: datetime
) -> tuple[int, str]:
    seed = opaque_id()
    token = _token(seed)
    made = session.execute(
        insert(VerificationLink)
        .values(
            token_hash=tokens.digest(token),
            seed=seed,
            conversation_id=conversation_id,
            customer_id=customer_id,
            purpose=purpose.value,
            created_at=now,
            expires_at=now + LIFE,
        )
        .returning(VerificationLink.id)
    ).scalar_one()
    audit.note(
        session, now, "bot", "identity.link_made", f"conversation:{conversation_id}", purpose=purpose.value
    )
    return made, token


def _token(seed: str) -> str:
    digest = hmac.new(secrets.get("CODE_KEY").encode(), f"link|{seed}".encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")
