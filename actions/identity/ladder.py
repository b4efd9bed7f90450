"""The ladder: 0 anonymous, 1 identified, 2 verified, 3 strong; a property of the conversation that expires.

Goes up only by a proof and comes down by time; every step is audited.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from records import audit
from records.models import Conversation, Form
from records.prepared import Prepared
from records.settings import settings

ANONYMOUS, IDENTIFIED, VERIFIED, STRONG = range(4)

COLUMNS = (
    Conversation.customer_id,
    Conversation.assurance,
    Conversation.assured_at,
    Conversation.policy_number,
)
"""Identity columns, for a caller that reads the conversation's row anyway and passes it to `standing_of`."""


_CONVERSATIONS = cast(Table, Conversation.__table__)
# Asked in every turn, so built once.
_STANDING = Prepared(
    select(*(_CONVERSATIONS.c[column.key] for column in COLUMNS)).where(
        _CONVERSATIONS.c.id == bindparam("conversation")
    )
)


def was_withdrawn(row: Any) -> bool:
    """Whether a row with `COLUMNS` is of a conversation whose proof was taken away, not one that ran out."""
    return row.customer_id is not None and row.assured_at is None


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds now."""

    level: int = ANONYMOUS
    customer_id: int | None = None
    """The proven customer; empty below level 2."""

    policy_number: str | None = None
    """The policy the verified customer named."""


def standing_of(row: Any, now: datetime, minutes: float, strong_minutes: float | None = None) -> Standing:
    """The standing in a row with `COLUMNS`: what was proven longer than `minutes` ago is worth nothing.

    A strong proof wears off first: after `strong_minutes` (the setting, when left out) it is a level 2 proof.
    """
    if not row.assurance or row.assured_at is None or now - row.assured_at > timedelta(minutes=minutes):
        return Standing()
    if row.assurance < VERIFIED or row.customer_id is None:
        return Standing(IDENTIFIED)
    strong = timedelta(minutes=settings().strong_minutes if strong_minutes is None else strong_minutes)
    held = row.assurance if now - row.assured_at <= strong else min(row.assurance, VERIFIED)
    return Standing(held, row.customer_id, row.policy_number)


def level(session: Session, conversation_id: str, now: datetime) -> int:
    """The identity level that holds now in a conversation."""
    return standing(session, conversation_id, now).level


def standing(session: Session, conversation_id: str, now: datetime) -> Standing:
    """What holds now in a conversation."""
    row = _STANDING.first(session, conversation=conversation_id)
    return Standing() if row is None else standing_of(row, now, settings().assurance_minutes)


def proven_once(session: Session, conversation_id: str) -> int | None:
    """The customer last proven in the conversation, also when that is worth nothing any more."""
    return session.scalar(select(Conversation.customer_id).where(Conversation.id == conversation_id))


def identify(session: Session, conversation_id: str, now: datetime) -> None:
    """Level 1: the customer named a policy or phone number. Nothing personal may be shown for it."""
    _set(session, conversation_id, assurance=IDENTIFIED, assured_at=now)
    audit.note(session, now, "bot", "identity.identified", f"conversation:{conversation_id}")


def raise_to(
    session: Session,
    conversation_id: str,
    level: int,
    customer_id: int,
    now: datetime,
    *,
    how: str,
    policy_number: str | None = None,
    actor: str = "bot",
) -> None:
    """Level 2 or 3: the customer was proven in the way `how` (knowledge, code, token, passkey, agent).

    Raises:
        ValueError: not a level that a proof leads to.
    """
    if level not in (VERIFIED, STRONG):
        raise ValueError(f"no proof leads to level {level}")
    # The policy is set in every case: one that another customer named before must not stay.
    _set(
        session,
        conversation_id,
        assurance=level,
        assured_at=now,
        customer_id=customer_id,
        policy_number=policy_number,
    )
    audit.note(
        session,
        now,
        actor,
        "identity.verified",
        f"conversation:{conversation_id}",
        level=level,
        customer=customer_id,
        method=how,
    )


def speak_of(session: Session, conversation_id: str, policy_number: str) -> None:
    """The verified customer named this policy of theirs: what follows is about it."""
    _set(session, conversation_id, policy_number=policy_number)


def withdraw(session: Session, conversation_id: str, now: datetime, *, because: str) -> None:
    """Back to level 0, because somebody else may be here now.

    It stays known whose conversation this was, so that nobody else slips into it; what was begun in it ends,
    because forms hold answers.
    """
    _set(session, conversation_id, assurance=ANONYMOUS, assured_at=None, policy_number=None)
    session.execute(
        update(Form)
        .where(Form.conversation_id == conversation_id, Form.status.in_(("open", "suspended")))
        .values(status="cancelled")
        .execution_options(synchronize_session=False)
    )
    audit.note(session, now, "bot", "identity.withdrawn", f"conversation:{conversation_id}", because=because)


def forget(session: Session, conversation_id: str, now: datetime) -> None:
    """Back to level 0: the customer left, or said to be somebody else."""
    _set(session, conversation_id, assurance=ANONYMOUS, assured_at=None, customer_id=None, policy_number=None)
    audit.note(session, now, "bot", "identity.forgotten", f"conversation:{conversation_id}")


def _set(session: Session, conversation_id: str, **values: Any) -> None:
    session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
