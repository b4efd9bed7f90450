"""Logging in at the provider: the same session as after a password, for agents of the centre only."""

import logging
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from handoff import accounts
from handoff.access import COOKIE
from handoff.console import sign_on
from handoff.refusals import NotLoggedIn
from records.models import Role
from tests.handoff.conftest import Floor
from tests.handoff.oidc.conftest import CENTRE, ISSUER, SESSION_KEY, House, browser_of, door, settings
from tests.handoff.oidc.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdProvider


def cookies_of(answer: httpx.Response) -> SimpleCookie:
    found = SimpleCookie()
    for line in answer.headers.get_list("set-cookie"):
        found.load(line)
    return found


async def test_whom_the_provider_knows_gets_the_session_of_the_agent_with_that_login(house: House) -> None:
    answer = await house.log_in()
    assert answer.status_code == 200
    token = answer.cookies[COOKIE]
    principal = await house.switchboard.principal(token)
    assert (principal.login, principal.role) == ("amy", Role.AGENT)
    assert house.audit() == [("agent:amy", "log_in", {"how": "single_sign_on"})]
    await house.switchboard.log_out(token)
    with pytest.raises(NotLoggedIn):
        await house.switchboard.principal(token)


async def test_the_session_ends_with_the_working_day_and_with_a_new_password(house: House) -> None:
    token = (await house.log_in()).cookies[COOKIE]
    with house.floor.store.writing() as session:
        accounts.reset_password(session, "amy", house.floor.clock.now())
    with pytest.raises(NotLoggedIn):
        await house.switchboard.principal(token)
    token = (await house.log_in()).cookies[COOKIE]
    house.floor.clock.advance(hours=12)
    with pytest.raises(NotLoggedIn):
        await house.switchboard.principal(token)


async def test_the_provider_is_asked_as_the_protocol_has_it(house: House) -> None:
    begun = await house.browser.get("/console/oidc")
    address = urlsplit(begun.headers["location"])
    asked = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{ISSUER}/authorize"
    assert asked["response_type"] == "code"
    assert asked["client_id"] == CLIENT_ID
    assert asked["redirect_uri"] == f"{CENTRE}/console/oidc/callback"
    assert asked["scope"] == "openid profile"
    assert asked["code_challenge_method"] == "S256"
    random = (asked["state"], asked["nonce"], asked["code_challenge"])
    assert len(set(random)) == 3 and all(len(value) == 43 for value in random)
    assert CLIENT_SECRET not in begun.headers["location"]


async def test_the_way_back_is_the_centres_own_address_whatever_the_call_says(
    house: House, provider: OpenIdProvider
) -> None:
    for headers in ({"host": "evil.example"}, {"x-forwarded-host": "evil.example"}):
        begun = await house.browser.get("/console/oidc?redirect_uri=https://evil.example", headers=headers)
        (back,) = parse_qs(urlsplit(begun.headers["location"]).query)["redirect_uri"]
        assert back == f"{CENTRE}/console/oidc/callback"


async def test_nobody_is_led_to_another_place_after_the_log_in(house: House) -> None:
    names = ("next", "redirect_uri", "target", "url", "return_to")
    house.provider.misconduct.beside_code = dict.fromkeys(names, "https://evil.example/")
    answer = await house.log_in()
    assert answer.status_code == 200 and "location" not in answer.headers
    assert 'content="0; url=/console/"' in answer.text and "evil" not in answer.text


async def test_cookies_are_out_of_reach_of_scripts_and_go_no_further_than_they_must(house: House) -> None:
    begun = cookies_of(await house.browser.get("/console/oidc"))
    attempt = begun[sign_on.COOKIE]
    assert attempt["httponly"] and attempt["secure"]
    assert (attempt["samesite"], attempt["path"], attempt["max-age"]) == ("lax", "/console/oidc", "600")
    answer = cookies_of(await house.log_in())
    session = answer[COOKIE]
    assert session["httponly"] and session["secure"]
    assert (session["samesite"], session["path"]) == ("strict", "/console")
    assert (answer[sign_on.COOKIE].value, answer[sign_on.COOKIE]["max-age"]) == ("", "0")


async def test_the_attempt_can_be_read_by_nobody_who_holds_its_cookie(house: House) -> None:
    await house.press()
    sealed = house.browser.cookies[sign_on.COOKIE]
    assert not any(secret in sealed for secret in [*house.provider.shown, SESSION_KEY])


async def test_neither_pages_nor_logs_tell_what_passed_between_centre_and_provider(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "handoff")
    pages = [(await house.log_in()).text]
    house.provider.misconduct.claims = lambda claims: claims.update(aud="somebody else")
    pages.append((await house.log_in()).text)
    house.provider.misconduct.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    house.floor.clock.advance(hours=2)
    pages.append((await house.log_in()).text)
    answer = await house.press()
    house.provider.rotate()
    pages.append((await house.browser.get(answer.headers["location"] + "0")).text)
    said = "".join(pages) + caplog.text
    assert "single sign-on" in caplog.text
    assert not any(secret in said for secret in [*house.provider.shown, CLIENT_SECRET])


async def test_whom_the_centre_does_not_know_is_refused_plainly_and_put_on_the_audit(house: House) -> None:
    house.provider.username = "Mallory"
    answer = await house.log_in()
    assert answer.status_code == 403 and COOKIE not in answer.cookies
    assert "Insurer ID knows you, but this centre has no account for you." in answer.text
    assert house.audit() == [("system", "log_in_refused", {"how": "single_sign_on"})]


@pytest.mark.parametrize(
    ("username", "lets_in"),
    [("AMY", True), ("amy ", False), ("a" * 41, False), ("", False), ("ａｍｙ", False)],
)
async def test_only_the_whole_login_counts(house: House, username: str, lets_in: bool) -> None:
    house.provider.username = username
    assert (COOKIE in (await house.log_in()).cookies) is lets_in


async def test_letters_that_only_look_latin_in_small_are_somebody_else(
    floor: Floor, provider: OpenIdProvider, house: House
) -> None:
    with floor.store.writing() as session:
        spec = accounts.AgentSpec("kim", "Kim Lu", Role.SUPERVISOR, (), ("en",), "Beijing", 1)
        accounts.create_agents(session, [spec], floor.clock.now())
    provider.username = "\N{KELVIN SIGN}im"
    assert COOKIE not in (await house.log_in()).cookies
    provider.username = "Kim"
    assert COOKIE in (await house.log_in()).cookies


async def test_another_claim_may_hold_the_login(floor: Floor, provider: OpenIdProvider, house: House) -> None:
    provider.misconduct.claims = lambda claims: claims.update(employee="amy", preferred_username="dora")
    async with browser_of(door(floor, provider, settings(oidc_claim="employee"))) as house.browser:
        token = (await house.log_in()).cookies[COOKIE]
    assert (await house.switchboard.principal(token)).login == "amy"


@pytest.mark.parametrize("verified", [True, False, "true", None])
async def test_an_address_counts_only_when_the_provider_has_verified_it(
    floor: Floor, provider: OpenIdProvider, house: House, verified: object
) -> None:
    provider.misconduct.claims = lambda claims: claims.update(email="amy", email_verified=verified)
    async with browser_of(door(floor, provider, settings(oidc_claim="email"))) as house.browser:
        assert (COOKIE in (await house.log_in()).cookies) is (verified is True)


async def test_a_provider_that_wants_the_secret_in_the_form_gets_it_there(house: House) -> None:
    house.provider.misconduct.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert COOKIE in (await house.log_in()).cookies


async def test_the_page_offers_both_ways_without_a_script(house: House) -> None:
    page = await house.browser.get("/console/login")
    assert '<a class="button" href="/console/oidc">Log in with Insurer ID</a>' in page.text
    assert 'name="password"' in page.text and "<script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "form-action 'self'" in page.headers["content-security-policy"]


async def test_the_name_on_the_button_is_text(floor: Floor, provider: OpenIdProvider) -> None:
    chosen = settings().model_copy(update={"oidc_name": "<b>{0} & {name}"})
    async with browser_of(door(floor, provider, chosen)) as browser:
        assert "Log in with &lt;b&gt;{0} &amp; {name}</a>" in (await browser.get("/console/login")).text
        refused = await browser.get("/console/oidc/callback")
        assert refused.status_code == 400 and "<b>" not in refused.text
