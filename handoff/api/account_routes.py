"""Accounts in the agents' API: log-in to a token, one's second factor, colleagues' passwords and roles."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from fastapi import APIRouter, Request
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handoff import accounts, program_tokens, second_factor
from handoff.api import shapes
from handoff.api.calls import Number, Token
from handoff.authorization import Permission, Principal, authorize
from handoff.desks import Desks
from handoff.refusals import NotLetIn
from records.models import Agent, Handoff, HandoffState, SecondFactor
from records.signals import PEOPLE

T = TypeVar("T")
_BUSY = (HandoffState.OFFERED, HandoffState.ACTIVE)


def add_to(routes: APIRouter, desks: Desks) -> None:
    """The routes, on what they work on."""

    async def write(
        token: str, permission: Permission, work: Callable[[Session, Principal, datetime], T]
    ) -> T:
        def transaction() -> T:
            with desks.store.writing() as session:
                now = desks.clock.now()
                principal = accounts.principal_of(session, token, now)
                authorize(principal, permission, principal.agent_id)
                return work(session, principal, now)

        return await asyncio.to_thread(transaction)

    def shown(session: Session, token: str) -> shapes.Session:
        return shapes.Session(token=token, expires_at=program_tokens.expiry_of(session, token))

    @routes.post("/session", status_code=201, summary="Log in")
    async def log_in(given: shapes.LogIn, request: Request) -> shapes.Session:
        token = await desks.switchboard.log_in(
            given.login,
            given.password,
            code=given.code,
            address=request.client.host if request.client else "",
            life=program_tokens.LIFE,
        )
        if token is None:
            raise NotLetIn

        def read() -> shapes.Session:
            with desks.store.reading() as session:
                return shown(session, token)

        return await asyncio.to_thread(read)

    @routes.get("/session", summary="Who holds the token, and until when")
    async def who(token: Token) -> shapes.Me:
        return await write(
            token,
            Permission.OWN_ACCOUNT,
            lambda session, who, _now: shapes.Me(
                login=who.login,
                name=who.name,
                role=who.role,
                expires_at=program_tokens.expiry_of(session, token),
                second_factor=second_factor.is_on(session, who.agent_id),
            ),
        )

    @routes.post("/session/renewal", status_code=201, summary="Exchange the token for a new one")
    async def renew(token: Token) -> shapes.Session:
        return await write(
            token,
            Permission.OWN_ACCOUNT,
            lambda session, _who, now: shown(session, program_tokens.renew(session, token, now)),
        )

    @routes.delete("/session", status_code=204, summary="Log out")
    async def log_out(token: Token) -> None:
        await desks.switchboard.log_out(token)

    @routes.post("/second-factor", status_code=201, summary="Begin: a secret for the agent's app")
    async def begin(token: Token) -> shapes.Enrolment:
        made = await write(token, Permission.OWN_ACCOUNT, second_factor.begin)
        return shapes.Enrolment(secret=made.secret, uri=made.uri)

    @routes.put("/second-factor", summary="Switch on, with a code of the app")
    async def confirm(token: Token, given: shapes.Code) -> shapes.Recovery:
        codes = await write(
            token, Permission.OWN_ACCOUNT, lambda s, who, now: second_factor.confirm(s, who, given.code, now)
        )
        return shapes.Recovery(codes=codes)

    @routes.delete("/second-factor", status_code=204, summary="Switch off, with a code")
    async def switch_off(token: Token, given: shapes.Code) -> None:
        await write(
            token,
            Permission.OWN_ACCOUNT,
            lambda s, who, now: second_factor.switch_off(s, who, given.code, now),
        )

    @routes.put("/phone", summary="The number on which I am put through to callers")
    async def set_own_phone(token: Token, given: shapes.Telephone) -> shapes.Telephone:
        number = await write(
            token,
            Permission.OWN_ACCOUNT,
            lambda s, who, now: accounts.set_phone(s, who.login, given.number, now, f"agent:{who.login}"),
        )
        return shapes.Telephone(number=number or "")

    @routes.get("/agents", summary="Everybody who works here")
    async def colleagues(token: Token) -> tuple[shapes.Colleague, ...]:
        return await write(token, Permission.READ_AGENTS, lambda session, _who, _now: _colleagues(session))

    @routes.post("/agents/{login}/password", status_code=201, summary="A new password; ends all sessions")
    async def reset(token: Token, login: Number) -> shapes.Password:
        password = await write(
            token,
            Permission.MANAGE_ACCOUNTS,
            lambda s, who, now: accounts.reset_password(s, login, now, f"agent:{who.login}"),
        )
        desks.signals.advanced(PEOPLE)
        return shapes.Password(password=password)

    @routes.put("/agents/{login}/phone", summary="The number on which an agent is put through to callers")
    async def set_phone(token: Token, login: Number, given: shapes.Telephone) -> shapes.Telephone:
        number = await write(
            token,
            Permission.MANAGE_ACCOUNTS,
            lambda s, who, now: accounts.set_phone(s, login, given.number, now, f"agent:{who.login}"),
        )
        return shapes.Telephone(number=number or "")

    @routes.put("/agents/{login}/role", status_code=204, summary="A new role; ends all sessions")
    async def change_role(token: Token, login: Number, given: shapes.NewRole) -> None:
        await write(
            token,
            Permission.MANAGE_ACCOUNTS,
            lambda s, who, now: accounts.change_role(s, login, given.role, now, f"agent:{who.login}"),
        )
        desks.signals.advanced(PEOPLE)


def _colleagues(session: Session) -> tuple[shapes.Colleague, ...]:
    counted = session.execute(
        select(Handoff.agent_id, func.count()).where(Handoff.state.in_(_BUSY)).group_by(Handoff.agent_id)
    )
    held = {agent_id: count for agent_id, count in counted}
    protected = set(
        session.scalars(select(SecondFactor.agent_id).where(SecondFactor.confirmed_at.is_not(None)))
    )
    return tuple(
        shapes.Colleague(
            login=agent.login,
            name=agent.name,
            role=agent.role,
            skills=tuple(agent.skills),
            languages=tuple(agent.languages),
            province=agent.province,
            capacity=agent.capacity,
            available=agent.available,
            seen_at=agent.seen_at,
            conversations=held.get(agent.id, 0),
            second_factor=agent.id in protected,
        )
        for agent in session.scalars(select(Agent).order_by(Agent.login))
    )
