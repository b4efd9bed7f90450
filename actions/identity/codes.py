"""One-time codes: six digits to the number on file, good for five minutes, one purpose and one right answer.

Never sent to a number that was only typed, never kept in the clear outside the outbox. For somebody unknown
the same statements run as for a customer; only nothing is sent, and no answer is right.
"""

import hashlib
import hmac
import re
import secrets as chance
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.orm import Session

from actions.normalise.spoken import digits
from records import audit, outbox, secrets
from records.models import Conversation, Customer, OneTimeCode, Way
from records.models.base import opaque_id

LIFE = timedelta(minutes=5)
PAUSE = timedelta(minutes=1)
"""Before a new code may be asked for."""

DAY = timedelta(hours=24)
TRIES = 3
"""Wrong answers that a code bears."""

WRONG_IN_CONVERSATION = 6
"""Wrong answers in one conversation within a day, over all purposes."""

WRONG_OF_NUMBER = 10
"""Wrong answers to codes for one number within a day, over all conversations."""

SENDS_IN_CONVERSATION = 5
SENDS_TO_NUMBER = 8

IDENTITY = "identity"
"""The purpose of proving who somebody is; other purposes are for customers that are proven already."""

_SIX = re.compile(r"(?<!\d)(\d{3})[ -]?(\d{3})(?!\d)")
_FOR = {
    IDENTITY: "to show that it is you",
    "passkey": "to set up your passkey",
    "change_contact": "to confirm the change of your contact details",
}


class Request(StrEnum):
    """What came of asking for a code."""

    SENT = "sent"
    TOO_SOON = "too_soon"
    """The last one is less than a minute old, and still the one that counts."""
    EXHAUSTED = "exhausted"
    """No more today, here or to this number."""
    NO_NUMBER = "no_number"
    """There is no number on file. Never the answer for an identifier that was only typed."""


@dataclass(frozen=True, slots=True)
class Requested:
    """What came of asking for a code."""

    outcome: Request
    wait_seconds: int = 0
    """How long to wait before the next try, when it was too soon."""

    ending: str = ""
    """Last two digits of the number. Only for a customer who is proven already."""


class Confirmed(StrEnum):
    """What came of an answer."""

    YES = "yes"
    NO = "no"
    EXPIRED = "expired"
    """There is no living code: too old, used, or never asked for."""
    EXHAUSTED = "exhausted"
    """No, and no further try counts."""


def request(
    session: Session, conversation_id: str, customer_id: int, purpose: str, now: datetime
) -> Requested:
    """Send a code to the number on file of a customer who is proven in this conversation."""
    number = session.scalar(select(Customer.mobile).where(Customer.id == customer_id))
    if not number:
        return Requested(Request.NO_NUMBER)
    sent = _send(session, conversation_id, customer_id, number, purpose, now, quiet=False)
    return Requested(sent.outcome, sent.wait_seconds, number[-2:])


def confirm(session: Session, conversation_id: str, purpose: str, text: str, now: datetime) -> Confirmed:
    """Whether `text` holds the newest code for this purpose; a right answer uses it up.

    A code of a customer counts only while the conversation is that customer's.
    """
    result, customer_id = _check(session, conversation_id, purpose, text, now)
    owner = session.scalar(select(Conversation.customer_id).where(Conversation.id == conversation_id))
    if result is Confirmed.YES and customer_id != owner:
        result = Confirmed.NO
    _note(session, conversation_id, purpose, result, now)
    return result


def request_for(
    session: Session, conversation_id: str, customer_id: int | None, number: str, now: datetime
) -> Requested:
    """Send a code to prove who somebody is; with nobody behind the identifier, do all but send it.

    `number` is the one on file; for nobody, the identifier itself. That a number has had enough codes for
    today is not told here: it would tell that there is such a number.
    """
    return _send(session, conversation_id, customer_id, number, IDENTITY, now, quiet=True)


def proven_by(
    session: Session, conversation_id: str, text: str, now: datetime
) -> tuple[Confirmed, int | None]:
    """Whom the code in `text` proves."""
    result, customer_id = _check(session, conversation_id, IDENTITY, text, now)
    _note(session, conversation_id, IDENTITY, result, now)
    return result, customer_id if result is Confirmed.YES else None


def read_code(text: str) -> str | None:
    """The six digits in a text, typed or spoken; None when there are not exactly six."""
    typed = _SIX.findall(text)
    if len(typed) == 1:
        return "".join(typed[0])
    spoken = digits(text)
    return spoken if len(spoken) == 6 and not typed else None


def _send(
    session: Session,
    conversation_id: str,
    customer_id: int | None,
    number: str,
    purpose: str,
    now: datetime,
    *,
    quiet: bool,
) -> Requested:
    of_number = _keyed(f"number|{number}")
    in_conversation = OneTimeCode.conversation_id == conversation_id
    to_number = OneTimeCode.number_hash == of_number
    alike = OneTimeCode.purpose == purpose
    count_here, last_here, count_there, last_there = session.execute(
        select(
            func.count().filter(in_conversation),
            func.max(OneTimeCode.created_at).filter(in_conversation, alike),
            func.count().filter(to_number),
            func.max(OneTimeCode.created_at).filter(to_number, alike),
        ).where(OneTimeCode.created_at > now - DAY, or_(in_conversation, to_number))
    ).one()
    last = max((at for at in (last_here, None if quiet else last_there) if at), default=None)
    if last is not None and now - last < PAUSE:
        return Requested(Request.TOO_SOON, int((PAUSE - (now - last)).total_seconds()) + 1)
    tired = count_there >= SENDS_TO_NUMBER
    if count_here >= SENDS_IN_CONVERSATION or (tired and not quiet):
        return Requested(Request.EXHAUSTED)
    if tired or (last_there is not None and now - last_there < PAUSE):
        customer_id = None
    code = f"{chance.randbelow(1_000_000):06}"
    session.execute(
        insert(OneTimeCode).values(
            conversation_id=conversation_id,
            customer_id=customer_id,
            purpose=purpose,
            code_hash=_hash(conversation_id, purpose, code),
            number_hash=of_number,
            created_at=now,
            expires_at=now + LIFE,
            tries=0,
        )
    )
    outbox.put(
        session,
        Way.SMS,
        number,
        f"Harbour Life: {code} is your code {_FOR.get(purpose, 'to confirm what you asked for')}. "
        "It is valid for 5 minutes. Type it only into our chat, our app or the keypad of your phone, "
        "and tell it to nobody.",
        now,
        key=f"code:{opaque_id()}",
        purpose="one_time_code",
        customer_id=customer_id,
        conversation_id=conversation_id,
        good_until=now + LIFE,
        secret=True,
        void=customer_id is None,
    )
    audit.note(
        session, now, "bot", "identity.code_sent", f"conversation:{conversation_id}",
        purpose=purpose, number=of_number[:12],
    )  # fmt: skip
    return Requested(Request.SENT)


def _check(
    session: Session, conversation_id: str, purpose: str, text: str, now: datetime
) -> tuple[Confirmed, int | None]:
    newest: Any = session.execute(
        select(
            OneTimeCode.id,
            OneTimeCode.customer_id,
            OneTimeCode.code_hash,
            OneTimeCode.number_hash,
            OneTimeCode.expires_at,
            OneTimeCode.tries,
            OneTimeCode.used_at,
        )
        .where(OneTimeCode.conversation_id == conversation_id, OneTimeCode.purpose == purpose)
        .order_by(OneTimeCode.id.desc())
        .limit(1)
        .with_for_update()
    ).first()
    if newest is None or newest.used_at is not None or newest.expires_at <= now:
        return Confirmed.EXPIRED, None
    wrong_here, wrong_of_number = session.execute(
        select(
            func.coalesce(
                func.sum(OneTimeCode.tries).filter(OneTimeCode.conversation_id == conversation_id), 0
            ),
            func.coalesce(
                func.sum(OneTimeCode.tries).filter(OneTimeCode.number_hash == newest.number_hash), 0
            ),
        ).where(OneTimeCode.created_at > now - DAY)
    ).one()
    given = read_code(text) or ""
    same = hmac.compare_digest(newest.code_hash, _hash(conversation_id, purpose, given))
    barred = (
        newest.tries >= TRIES or wrong_here >= WRONG_IN_CONVERSATION or wrong_of_number >= WRONG_OF_NUMBER
    )
    right = same and newest.customer_id is not None and not barred
    session.execute(
        update(OneTimeCode)
        .where(OneTimeCode.id == newest.id)
        .values(tries=newest.tries + (not right), used_at=now if right else None)
        .execution_options(synchronize_session=False)
    )
    if right:
        return Confirmed.YES, newest.customer_id
    # That the number is barred is not told: it would tell that others have tried it.
    last = newest.tries + 1 >= TRIES or wrong_here + 1 >= WRONG_IN_CONVERSATION
    return (Confirmed.EXHAUSTED if last else Confirmed.NO), None


def _note(session: Session, conversation_id: str, purpose: str, result: Confirmed, now: datetime) -> None:
    action = "identity.code_right" if result is Confirmed.YES else "identity.code_refused"
    audit.note(
        session, now, "bot", action, f"conversation:{conversation_id}", purpose=purpose, result=result.value
    )


def _hash(conversation_id: str, purpose: str, code: str) -> str:
    return _keyed(f"code|{conversation_id}|{purpose}|{code}")


def _keyed(text: str) -> str:
    return hmac.new(secrets.get("CODE_KEY").encode(), text.encode(), hashlib.sha256).hexdigest()
