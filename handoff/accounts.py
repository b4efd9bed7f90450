"""Accounts of agents: who there is, what they may do, log-in and sessions.

A new password is shown once, and a browser only ever holds an opaque token. Wrong, unknown and locked look
the same and take the same work.
"""

import argparse
import secrets
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NewType

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from actions.normalise import Misread, read_phone
from handoff import login_limits, passwords, second_factor
from handoff.authorization import Principal
from handoff.refusals import CodeNeeded, NotLoggedIn, OwnRole, UnfitNumber, UnknownLogin
from records import audit
from records.clock import Clock, SystemClock
from records.models import Agent, AgentId, AgentSession, Role
from records.models.base import Moment
from records.rate import network_of
from records.settings import settings
from records.store import Store
from records.tokens import digest

SessionToken = NewType("SessionToken", str)

SESSION_LIFE = timedelta(hours=12)
"""A working day; after it the agent logs in again."""

# Asked before every look and act, so built once.
_HOLDER = (
    select(Agent.id, Agent.login, Agent.name, Agent.role)
    .join(AgentSession, AgentSession.agent_id == Agent.id)
    .where(
        AgentSession.token_hash == bindparam("token"),
        AgentSession.revoked_at.is_(None),
        AgentSession.expires_at > bindparam("now", type_=Moment),
    )
)


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
    phone: str | None = None
    """Number on which callers are put through."""


def create_agents(session: Session, specs: Iterable[AgentSpec], now: datetime) -> dict[str, str]:
    """Make the accounts that do not exist yet; returns the password of each, to be shown once."""
    known = set(session.scalars(select(Agent.login)))
    made: dict[str, str] = {}
    for spec in specs:
        if spec.login in known:
            continue
        made[spec.login] = passwords.new()
        session.add(
            Agent(
                login=spec.login,
                name=spec.name,
                role=spec.role,
                skills=list(spec.skills),
                languages=list(spec.languages),
                province=spec.province,
                capacity=spec.capacity,
                password_hash=passwords.hashed(made[spec.login]),
                available=False,
                phone=spec.phone,
            )
        )
        audit.note(session, now, "system", "account_created", f"agent:{spec.login}", role=spec.role.value)
    session.flush()
    return made


def log_in(
    store: Store,
    login: str,
    password: str,
    clock: Clock,
    *,
    code: str = "",
    address: str = "",
    life: timedelta = SESSION_LIFE,
) -> SessionToken | None:
    """Check a password and open a session of `life`; None for wrong, unknown and locked alike.

    The try is on record as wrong before the password is looked at: guessing in parallel gains nothing.

    Raises:
        CodeNeeded: the password is right, and the account has a second factor.
    """
    login = login.strip().lower()[:40]
    with store.writing() as session:
        attempt_id = login_limits.take(session, login, network_of(address) if address else "", clock.now())
        known = session.execute(select(Agent.id, Agent.password_hash).where(Agent.login == login)).first()
    right = passwords.fits(password, known.password_hash if known else passwords.NOBODYS)
    if known is None or attempt_id is None or not right:
        return None
    with store.writing() as session:
        now = clock.now()
        if second_factor.is_on(session, known.id):
            if not code.strip():
                raise CodeNeeded
            if not second_factor.use(session, known.id, code, now):
                return None
        login_limits.forgive(session, attempt_id, now)
        token = open_session(session, AgentId(known.id), now, now + life)
        audit.note(session, now, f"agent:{login}", "log_in", f"agent:{login}", how="password")
    return token


def living(session: Session, tokens: Iterable[str], now: datetime) -> frozenset[str]:
    """Those of the tokens whose sessions are neither over nor revoked."""
    by_hash = {digest(token): token for token in tokens}
    alive = session.scalars(
        select(AgentSession.token_hash).where(
            AgentSession.token_hash.in_(by_hash),
            AgentSession.revoked_at.is_(None),
            AgentSession.expires_at > now,
        )
    )
    return frozenset(by_hash[found] for found in alive)


def principal_of(session: Session, token: str, now: datetime) -> Principal:
    """Who holds the token.

    Raises:
        NotLoggedIn: no such session, or it is over or revoked.
    """
    row = session.connection().execute(_HOLDER, {"token": digest(token), "now": now}).first()
    if row is None:
        raise NotLoggedIn
    return Principal(AgentId(row.id), row.login, row.name, row.role)


def log_out(session: Session, token: str, now: datetime) -> None:
    """Revoke the session; the agent gets no more conversations until the next log-in."""
    principal = principal_of(session, token, now)
    session.execute(
        update(AgentSession).where(AgentSession.token_hash == digest(token)).values(revoked_at=now)
    )
    session.execute(update(Agent).where(Agent.id == principal.agent_id).values(available=False))
    audit.note(session, now, f"agent:{principal.login}", "log_out", f"agent:{principal.login}")


def reset_password(session: Session, login: str, now: datetime, actor: str = "system") -> str:
    """Give the agent a new password and end all sessions; returns it, to be shown once.

    Also forgets a second factor, so that who lost both can begin anew.

    Raises:
        UnknownLogin: there is no such agent.
    """
    agent = _find(session, login)
    password = passwords.new()
    agent.password_hash = passwords.hashed(password)
    second_factor.remove(session, agent.id)
    _revoke_all(session, agent, now)
    audit.note(session, now, actor, "password_reset", f"agent:{login}")
    return password


def change_role(session: Session, login: str, role: Role, now: datetime, actor: str) -> None:
    """Change what the agent may do, and end all sessions.

    Raises:
        UnknownLogin: there is no such agent.
        OwnRole: it is the actor's own.
    """
    if actor == f"agent:{login}":
        raise OwnRole
    agent = _find(session, login)
    agent.role = role
    _revoke_all(session, agent, now)
    audit.note(session, now, actor, "role_changed", f"agent:{login}", role=role.value)


def set_phone(session: Session, login: str, number: str, now: datetime, actor: str = "system") -> str | None:
    """Change the number on which the agent is put through to callers; empty takes it away.

    Returns the number as it is kept.

    Raises:
        UnknownLogin: there is no such agent.
        UnfitNumber: it is no telephone number.
    """
    agent = _find(session, login)
    try:
        agent.phone = read_phone(number) if number.strip() else None
    except Misread:
        raise UnfitNumber from None
    audit.note(session, now, actor, "phone_changed", f"agent:{login}", known=agent.phone is not None)
    return agent.phone


def phone_of(session: Session, agent_id: int) -> str:
    """The number on which the agent is put through to callers; empty where there is none."""
    return session.scalar(select(Agent.phone).where(Agent.id == agent_id)) or ""


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


def open_session(
    session: Session, agent_id: AgentId, now: datetime, until: datetime, *, began: datetime | None = None
) -> SessionToken:
    """A new session until a moment; who gets it has proven who they are."""
    token = SessionToken(secrets.token_urlsafe(32))
    session.add(
        AgentSession(token_hash=digest(token), agent_id=agent_id, created_at=began or now, expires_at=until)
    )
    return token


def main(arguments: list[str] | None = None) -> int:
    """`python -m handoff.accounts reset amy`: a new password, printed once; `phone amy +1...`: her number."""
    parser = argparse.ArgumentParser(prog="python -m handoff.accounts", description="Accounts of agents.")
    commands = parser.add_subparsers(dest="command", required=True)
    reset = commands.add_parser("reset", help="give an agent a new password and end their sessions")
    reset.add_argument("login")
    phone = commands.add_parser("phone", help="set the number on which an agent is put through to callers")
    phone.add_argument("login")
    phone.add_argument("number", nargs="?", default="", help="left out: the agent takes no calls any more")
    chosen = parser.parse_args(arguments)
    store = Store(settings().records_url)
    try:
        with store.writing() as session:
            now = SystemClock().now()
            done: str | None
            if chosen.command == "reset":
                done = reset_password(session, chosen.login, now)
            else:
                done = set_phone(session, chosen.login, chosen.number, now)
    except (UnknownLogin, UnfitNumber) as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    finally:
        store.close()
    sys.stdout.write(f"{chosen.login}: {done or 'takes no calls'}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
