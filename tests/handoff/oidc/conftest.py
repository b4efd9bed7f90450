"""A log-in page with single sign-on, its provider beside it, and a browser that follows redirects by hand."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from handoff.console import login, sign_on
from handoff.console.login_page import Ways
from handoff.console.sign_on import SignOn
from handoff.oidc.attempts import Attempts
from handoff.oidc.configuration import configuration_of
from handoff.oidc.provider import Provider
from handoff.switchboard import Switchboard
from records.models import AuditEntry
from records.settings import Settings
from records.signals import Signals
from tests.handoff.conftest import AMY, Floor
from tests.handoff.oidc.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdProvider

ISSUER = "https://id.insurer.example"
CENTRE = "https://centre.insurer.example"
SESSION_KEY = "key of these tests for sealed cookies"


@dataclass
class House:
    """The centre's door, the provider, and one browser."""

    floor: Floor
    provider: OpenIdProvider
    browser: httpx.AsyncClient
    switchboard: Switchboard

    async def press(self) -> httpx.Response:
        """The button: to the provider, and what it sends the browser back to."""
        begun = await self.browser.get("/console/oidc")
        assert begun.status_code == 303
        over_there = httpx.ASGITransport(self.provider.app)
        async with httpx.AsyncClient(transport=over_there) as elsewhere:
            return await elsewhere.get(begun.headers["location"])

    async def log_in(self) -> httpx.Response:
        """The whole way; what the centre says in the end."""
        return await self.browser.get((await self.press()).headers["location"])

    def audit(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Actor, action and detail of all lines about log-ins."""
        with self.floor.store.reading() as session:
            lines = session.scalars(select(AuditEntry).where(AuditEntry.action.startswith("log_in")))
            return [(line.actor, line.action, line.detail) for line in lines]


def settings(**more: Any) -> Settings:
    return Settings(
        public_url=CENTRE, oidc_issuer=ISSUER, oidc_client_id=CLIENT_ID, oidc_name="Insurer ID", **more
    )


def door(floor: Floor, provider: OpenIdProvider, chosen: Settings, patience_seconds: float = 10) -> FastAPI:
    """The routes of the log-in, as the console mounts them, with the provider in reach."""
    configuration = configuration_of(chosen, {"OIDC_CLIENT_SECRET": CLIENT_SECRET})
    assert configuration is not None
    ways = Ways(configuration.name, password=not chosen.oidc_only)
    switchboard = Switchboard(floor.store, floor.clock, Signals(), passwords=ways.password)
    reached = Provider(configuration, floor.clock, httpx.ASGITransport(provider.app), patience_seconds)
    site = FastAPI()
    site.include_router(login.router(switchboard, ways))
    attempts = Attempts(SESSION_KEY, floor.clock)
    site.include_router(
        sign_on.router(SignOn(configuration, reached, attempts, floor.store, floor.clock), ways)
    )
    return site


def browser_of(site: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url=CENTRE)


@pytest.fixture
def provider(floor: Floor) -> OpenIdProvider:
    return OpenIdProvider(ISSUER, floor.clock)


@pytest.fixture
async def house(floor: Floor, provider: OpenIdProvider) -> AsyncIterator[House]:
    floor.staff(AMY)
    async with browser_of(door(floor, provider, settings())) as browser:
        yield House(floor, provider, browser, Switchboard(floor.store, floor.clock, Signals()))
