"""All of it or nothing; and what happens to passwords."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from handoff import api, console
from handoff.access import COOKIE
from handoff.console import sign_on
from handoff.console.login_page import Ways
from handoff.oidc.configuration import configuration_of
from records.activity import Activity
from records.settings import Settings
from records.signals import Signals
from tests.handoff.conftest import PRESENCE_SECONDS, Floor
from tests.handoff.oidc.conftest import ISSUER, House, browser_of, door, settings
from tests.handoff.oidc.openid_provider import OpenIdProvider

SECRET = {"OIDC_CLIENT_SECRET": "s"}


def test_it_is_off_unless_it_is_set_up() -> None:
    assert configuration_of(Settings(), {}) is None
    assert configuration_of(Settings(oidc_name="Insurer ID"), {}) is None


@pytest.mark.parametrize(
    ("given", "secret", "missing"),
    [
        ({"oidc_issuer": ISSUER}, {}, "OIDC_CLIENT_ID and OIDC_CLIENT_SECRET missing"),
        ({"oidc_issuer": ISSUER, "oidc_client_id": " "}, SECRET, "OIDC_CLIENT_ID missing"),
        ({"oidc_issuer": ISSUER, "oidc_client_id": "c"}, {}, "OIDC_CLIENT_SECRET missing"),
        ({}, SECRET, "OIDC_ISSUER and OIDC_CLIENT_ID missing"),
        ({"oidc_only": True}, {}, "OIDC_ISSUER and OIDC_CLIENT_ID and OIDC_CLIENT_SECRET missing"),
    ],
)
def test_half_of_it_stops_the_start_and_says_what_is_missing(
    given: dict[str, str], secret: dict[str, str], missing: str
) -> None:
    with pytest.raises(ValueError, match=missing):
        configuration_of(Settings.model_validate(given), secret)


def test_the_console_does_not_start_half_configured(floor: Floor, tmp_path: Path) -> None:
    signals = Signals()
    half = Settings(data=tmp_path, oidc_issuer=ISSUER)
    with pytest.raises(ValueError, match="single sign-on is half configured"):
        console.mount(FastAPI(), floor.store, floor.clock, signals, Activity(signals), half, {})


@pytest.mark.parametrize("issuer", ["http://id.insurer.example", "id.insurer.example", "ftp://id.example"])
def test_a_provider_in_clear_is_refused(issuer: str) -> None:
    with pytest.raises(ValueError, match="https"):
        configuration_of(Settings(oidc_issuer=issuer, oidc_client_id="c"), SECRET)


def test_the_secret_is_not_shown_with_the_configuration() -> None:
    chosen = configuration_of(settings(), {"OIDC_CLIENT_SECRET": "do not show"})
    assert "do not show" not in repr(chosen)


async def test_where_it_is_off_nothing_offers_it() -> None:
    site = FastAPI()
    site.include_router(sign_on.router(None, Ways()))
    async with browser_of(site) as browser:
        for path in ("/console/oidc", "/console/oidc/callback?code=c&state=s"):
            answer = await browser.get(path)
            assert answer.status_code == 404 and "Single sign-on is not set up here." in answer.text
            assert "Log in with" not in answer.text and "location" not in answer.headers


async def test_the_password_goes_on_working_beside_it(house: House) -> None:
    form = {"login": "amy", "password": house.floor.passwords["amy"]}
    assert COOKIE in (await house.browser.post("/console/login", data=form)).cookies
    assert house.audit() == [("agent:amy", "log_in", {"how": "password"})]


async def test_passwords_can_be_switched_off(floor: Floor, provider: OpenIdProvider, house: House) -> None:
    form = {"login": "amy", "password": floor.passwords["amy"]}
    async with browser_of(door(floor, provider, settings(oidc_only=True))) as house.browser:
        page = await house.browser.get("/console/login")
        assert "password" not in page.text.lower() and "Log in with Insurer ID" in page.text
        refused = await house.browser.post("/console/login", data=form)
        assert refused.status_code == 403 and COOKIE not in refused.cookies
        assert "Passwords are switched off here." in refused.text
        assert COOKIE in (await house.log_in()).cookies


async def test_programs_cannot_use_a_password_either_when_they_are_switched_off(house: House) -> None:
    site = FastAPI()
    floor = house.floor
    site.include_router(api.router(floor.store, floor.clock, Signals(), PRESENCE_SECONDS, passwords=False))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url="http://centre") as program:
        given = {"login": "amy", "password": floor.passwords["amy"]}
        answer = await program.post("/api/agent/session", json=given)
    assert (answer.status_code, answer.json()["code"]) == (403, "passwords_off")
    assert "Passwords are switched off here" in answer.json()["detail"]
