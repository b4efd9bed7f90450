"""Accounts of agents: passwords, sessions, limits on log-in.

Passwords are random, kept as argon2 hashes and shown once; a browser only ever holds an opaque token.
Wrong, unknown and locked look the same and take the same work.
"""

import argparse
import hashlib
import secrets
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NewType

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from handoff.authorization import Principal
from handoff.refusals import NotLoggedIn, UnknownLogin
from records import audit
from records.clock import Clock, SystemClock
from records.models import Agent, AgentId, AgentSession, LoginAttempt, Role
from records.settings import settings
from records.store import Store

SessionToken = NewType("SessionToken", str)

WRONG_TRIES = 5
"""So many wrong passwords inside the window lock a login."""

LOCK = timedelta(minutes=15)
"""Window in which wrong passwords are counted, and how long the lock then holds."""

SESSION_LIFE = timedelta(hours=12)
"""A working day; after it the agent logs in again."""

_KEPT = timedelta(days=90)
_hasher = PasswordHasher()
# Verified against when there is no such login, so that it costs what a real one costs.
_NOBODY = _hasher.hash(secrets.token_urlsafe(32))


@dataclass(frozen=True, slots=True)
class AgentSpec:
    """An account to be made."""

    login: str
    name: str
    role: Role
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    province: str
    capacity: int


def create_agents(session: Session, specs: Iterable[AgentSpec], now: datetime) -> dict[str, str]:
    """Make the accounts that do not exist yet; returns the password of each, to be shown once."""
    known = set(session.scalars(select(Agent.login)))
    passwords: dict[str, str] = {}
    for spec in specs:
        if spec.login in known:
            continue
        passwords[spec.login] = _new_password()
        session.add(
            Agent(
                login=spec.login,
                name=spec.name,
                role=spec.role,
                skills=list(spec.skills),
                languages=list(spec.languages),
                province=spec.province,
                capacity=spec.capacity,
                password_hash=_hasher.hash(passwords[spec.login]),
                available=False,
            )
        )
        audit.note(session, now, "system", "account_created", f"agent:{spec.login}", role=spec.role.value)
    session.flush()
    return passwords


def log_in(store: Store, login: str, password: str, clock: Clock) -> SessionToken | None:
    """Check a password and open a session; None for wrong, unknown and locked alike.

    The try is on record as wrong before the password is looked at: guessing in parallel gains nothing.
    """
    login = login.strip().lower()[:40]
    with store.writing() as session:
        now = clock.now()
        locked = _is_locked(session, login, now)
        attempt_id = None if locked else _record_try(session, login, now)
        known = session.execute(select(Agent.id, Agent.password_hash).where(Agent.login == login)).first()
    right = _verify(known.password_hash if known else _NOBODY, password)
    if known is None or attempt_id is None or not right:
        return None
    with store.writing() as session:
        now = clock.now()
        session.execute(update(LoginAttempt).where(LoginAttempt.id == attempt_id).values(succeeded=True))
        session.execute(delete(LoginAttempt).where(LoginAttempt.at < now - _KEPT))
        token = _open_session(session, AgentId(known.id), now)
        audit.note(session, now, f"agent:{login}", "log_in", f"agent:{login}")
    return token


def principal_of(session: Session, token: str, now: datetime) -> Principal:
    """Who holds the token.

    Raises:
        NotLoggedIn: no such session, or it is over or revoked.
    """
    row = session.execute(
        select(Agent.id, Agent.login, Agent.name, Agent.role)
        .join(AgentSession, AgentSession.agent_id == Agent.id)
        .where(
            AgentSession.token_hash == _hash(token),
            AgentSession.revoked_at.is_(None),
            AgentSession.expires_at > now,
        )
    ).first()
    if row is None:
        raise NotLoggedIn
    return Principal(AgentId(row.id), row.login, row.name, row.role)


def log_out(session: Session, token: str, now: datetime) -> None:
    """Revoke the session; the agent gets no more conversations until the next log-in."""
    principal = principal_of(session, token, now)
    session.execute(
        update(AgentSession).where(AgentSession.token_hash == _hash(token)).values(revoked_at=now)
    )
    session.execute(update(Agent).where(Agent.id == principal.agent_id).values(available=False))
    audit.note(session, now, f"agent:{principal.login}", "log_out", f"agent:{principal.login}")


def reset_password(session: Session, login: str, now: datetime, actor: str = "system") -> str:
    """Give the agent a new password and end all sessions; returns it, to be shown once.

    Raises:
        UnknownLogin: there is no such agent.
    """
    agent = _find(session, login)
    password = _new_password()
    agent.password_hash = _hasher.hash(password)
    _revoke_all(session, agent, now)
    audit.note(session, now, actor, "password_reset", f"agent:{login}")
    return password


def change_role(session: Session, login: str, role: Role, now: datetime, actor: str) -> None:
    """Change what the agent may do, and end all sessions.

    Raises:
        UnknownLogin: there is no such agent.
    """
    agent = _find(session, login)
    agent.role = role
    _revoke_all(session, agent, now)
    audit.note(session, now, actor, "role_changed", f"agent:{login}", role=role.value)


def _find(session: Session, login: str) -> Agent:
    agent = session.scalar(select(Agent).where(Agent.login == login))
    if agent is None:
        raise UnknownLogin
    return agent


def _revoke_all(session: Session, agent: Agent, now: datetime) -> None:
    agent.available = False
    session.execute(
        update(AgentSession)
        .where(AgentSession.agent_id == agent.id, AgentSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )


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


def _record_try(session: Session, login: str, now: datetime) -> int:
    attempt = LoginAttempt(login=login, succeeded=False, at=now)
    session.add(attempt)
    session.flush()
    return attempt.id


def _open_session(session: Session, agent_id: AgentId, now: datetime) -> SessionToken:
    token = SessionToken(secrets.token_urlsafe(32))
    session.add(
        AgentSession(
            token_hash=_hash(token), agent_id=agent_id, created_at=now, expires_at=now + SESSION_LIFE
        )
    )
    return token


def _verify(password_hash: str, password: str) -> bool:
    try:
        _hasher.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return True


def _new_password() -> str:
    return secrets.token_urlsafe(12)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def main(arguments: list[str] | None = None) -> int:
    """`python -m handoff.accounts reset amy`: a new password, printed once."""
    parser = argparse.ArgumentParser(prog="python -m handoff.accounts", description="Accounts of agents.")
    commands = parser.add_subparsers(dest="command", required=True)
    reset = commands.add_parser("reset", help="give an agent a new password and end their sessions")
    reset.add_argument("login")
    chosen = parser.parse_args(arguments)
    store = Store(settings().records_url)
    try:
        with store.writing() as session:
            password = reset_password(session, chosen.login, SystemClock().now())
    except UnknownLogin as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    finally:
        store.close()
    sys.stdout.write(f"{chosen.login}: {password}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
