"""Whether answers or a code prove a customer: one course of action for right, wrong, unknown and locked.

The same statements run and the same number of comparisons are made in every case; only the result differs.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, insert, or_, select
from sqlalchemy.orm import Session

from actions.identity import codes
from actions.identity.codes import Confirmed, Requested
from actions.identity.ladder import VERIFIED, raise_to
from actions.normalise import Misread, read_policy_number
from records import audit
from records.models import Customer, IdentityAttempt, Policy

TRIES = 3
"""Failed proofs in one conversation after which a person takes over."""

IDENTIFIER_FAILURES = 10
"""Failed proofs of one identifier, over all conversations, that lock it."""

WINDOW = timedelta(hours=24)
_COMPARED = 4
"""So many candidates are compared, fewer are filled up: families share a telephone number."""

_NOBODY = "0000-00-00|----"


class Proven(StrEnum):
    """What came of a proof."""

    YES = "yes"
    NO = "no"
    EXHAUSTED = "exhausted"
    """No, and there will be no further try."""
    EXPIRED = "expired"
    """The code is too old; nothing is counted."""


def prove(
    session: Session, conversation_id: str, answers: Mapping[str, Any], now: datetime, key: bytes
) -> Proven:
    """Check identifier, birth and id_ending; a success raises the conversation to level 2."""
    identifier: str = answers["identifier"]
    birth: date = answers["birth"]
    given = f"{birth.isoformat()}|{answers['id_ending']}"
    digest = hmac.new(key, identifier.encode(), hashlib.sha256).hexdigest()
    failures_here, failures_of_identifier = _failures(session, conversation_id, digest, now)
    candidates = session.execute(_behind(identifier)).all()
    expected = [(row.id, f"{row.birth.isoformat()}|{row.id_no[-4:].upper()}") for row in candidates]
    expected += [(0, _NOBODY)] * (_COMPARED - len(expected))
    matched = 0
    for customer_id, secret in expected:
        same = hmac.compare_digest(secret.encode(), given.encode())
        matched = customer_id if same and customer_id else matched
    proven = bool(matched) and failures_of_identifier < IDENTIFIER_FAILURES and failures_here < TRIES
    session.execute(
        insert(IdentityAttempt).values(
            conversation_id=conversation_id, identifier_hash=digest, succeeded=proven, at=now
        )
    )
    if proven:
        raise_to(
            session,
            conversation_id,
            VERIFIED,
            matched,
            now,
            how="knowledge",
            policy_number=_as_policy(identifier),
        )
        return Proven.YES
    audit.note(
        session, now, "bot", "identity.refused", f"conversation:{conversation_id}", identifier=digest[:12]
    )
    return Proven.EXHAUSTED if failures_here + 1 >= TRIES else Proven.NO


def send_code(session: Session, conversation_id: str, identifier: str, now: datetime) -> Requested:
    """Send a code to the number on file behind a policy or phone number.

    Nothing tells whether there is one. A number that several customers share names none of them: their
    policy numbers do.
    """
    found = session.execute(_behind(identifier).with_only_columns(Customer.id, Customer.mobile)).all()
    customer_id, number = (found[0].id, found[0].mobile) if len(found) == 1 else (None, "")
    known = customer_id if number else None
    return codes.request_for(session, conversation_id, known, number or identifier, now)


def prove_by_code(
    session: Session, conversation_id: str, answers: Mapping[str, Any], now: datetime, key: bytes
) -> Proven:
    """Check the code that was sent for the identifier; a success raises the conversation to level 2."""
    identifier: str = answers["identifier"]
    digest = hmac.new(key, identifier.encode(), hashlib.sha256).hexdigest()
    failures_here, failures_of_identifier = _failures(session, conversation_id, digest, now)
    result, matched = codes.proven_by(session, conversation_id, answers["code"], now)
    if result is Confirmed.EXPIRED:
        return Proven.EXPIRED
    proven = matched is not None and failures_of_identifier < IDENTIFIER_FAILURES and failures_here < TRIES
    session.execute(
        insert(IdentityAttempt).values(
            conversation_id=conversation_id, identifier_hash=digest, succeeded=proven, at=now
        )
    )
    if proven and matched is not None:
        number = _as_policy(identifier)
        owned = select(Policy.id).where(Policy.number == number, Policy.holder_id == matched)
        own = number if session.scalar(owned) is not None else None
        raise_to(session, conversation_id, VERIFIED, matched, now, how="code", policy_number=own)
        return Proven.YES
    audit.note(
        session, now, "bot", "identity.refused", f"conversation:{conversation_id}", identifier=digest[:12]
    )
    used_up = result is Confirmed.EXHAUSTED or failures_here + 1 >= TRIES
    return Proven.EXHAUSTED if used_up else Proven.NO


def _behind(identifier: str) -> Select[int, date, str]:
    return (
        select(Customer.id, Customer.birth, Customer.id_no)
        .where(
            or_(
                Customer.mobile == identifier,
                Customer.id.in_(select(Policy.holder_id).where(Policy.number == identifier)),
            )
        )
        .order_by(Customer.id)
        .limit(_COMPARED)
    )


def _failures(session: Session, conversation_id: str, digest: str, now: datetime) -> tuple[int, int]:
    """Failed proofs since the window opened: in this conversation, and of this identifier."""
    row = session.execute(
        select(
            func.count().filter(IdentityAttempt.conversation_id == conversation_id),
            func.count().filter(IdentityAttempt.identifier_hash == digest),
        ).where(
            IdentityAttempt.at > now - WINDOW,
            IdentityAttempt.succeeded.is_(False),
            or_(
                IdentityAttempt.conversation_id == conversation_id,
                IdentityAttempt.identifier_hash == digest,
            ),
        )
    ).one()
    return row[0], row[1]


def _as_policy(identifier: str) -> str | None:
    try:
        return read_policy_number(identifier)
    except Misread:
        return None
