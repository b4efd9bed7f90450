"""Limits on log-in: wrong tries are counted for each login, and for each network they come from.

Counted in the database, so that every process counts together; a try is on record before a password is
looked at.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from records.models import LoginAttempt

WRONG_TRIES = 5
"""So many wrong passwords inside the window lock a login."""

WRONG_FROM_ADDRESS = 60
"""So many wrong tries of one network inside the window, for whatever logins: an office sits behind one."""

LOCK = timedelta(minutes=15)
"""Window in which wrong passwords are counted, and how long the lock then holds."""

_KEPT = timedelta(days=90)


def take(session: Session, login: str, address: str, now: datetime) -> int | None:
    """Record a try as wrong and return its id; None when the login or the network is locked."""
    if _is_locked(session, login, now) or _is_flooding(session, address, now):
        return None
    attempt = LoginAttempt(login=login, address=address, succeeded=False, at=now)
    session.add(attempt)
    session.flush()
    return attempt.id


def forgive(session: Session, attempt_id: int, now: datetime) -> None:
    """The try was right after all; the very old ones are forgotten."""
    session.get_one(LoginAttempt, attempt_id).succeeded = True
    session.execute(delete(LoginAttempt).where(LoginAttempt.at < now - _KEPT))


def _is_locked(session: Session, login: str, now: datetime) -> bool:
    tries = session.execute(
        select(LoginAttempt.at, LoginAttempt.succeeded)
        .where(LoginAttempt.login == login, LoginAttempt.at > now - 2 * LOCK)
        .order_by(LoginAttempt.at.desc(), LoginAttempt.id.desc())
        .limit(WRONG_TRIES)
    ).all()
    if len(tries) < WRONG_TRIES or any(tried.succeeded for tried in tries):
        return False
    latest: datetime = tries[0].at
    earliest: datetime = tries[-1].at
    return latest - earliest <= LOCK and now < latest + LOCK


def _is_flooding(session: Session, address: str, now: datetime) -> bool:
    if not address:
        return False
    wrong = select(func.count()).where(
        LoginAttempt.address == address, LoginAttempt.succeeded.is_(False), LoginAttempt.at > now - LOCK
    )
    return (session.scalar(wrong) or 0) >= WRONG_FROM_ADDRESS
