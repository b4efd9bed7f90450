"""What does not hold opens nothing: answers to nobody's question, and tokens that are not for us and now."""

from datetime import timedelta
from typing import Any

import pytest

from handoff.access import COOKIE
from handoff.console import sign_on
from handoff.oidc.attempts import LIFE, Attempt, Attempts
from handoff.oidc.failures import NotBegunHere
from records.clock import ManualClock
from tests.handoff.oidc.conftest import ISSUER, SESSION_KEY, House

NOT_TRUSTED = "What Insurer ID answered could not be trusted"
BEGIN_AGAIN = "Please begin again."


async def test_an_answer_with_another_state_is_refused_and_ends_no_attempt(house: House) -> None:
    answer = await house.press()
    location = answer.headers["location"]
    forged = await house.browser.get(location.replace("state=", "state=x"))
    assert forged.status_code == 400 and BEGIN_AGAIN in forged.text
    assert "set-cookie" not in forged.headers
    assert COOKIE in (await house.browser.get(location)).cookies


async def test_an_answer_without_the_browser_that_asked_is_refused(house: House) -> None:
    location = (await house.press()).headers["location"]
    house.browser.cookies.clear()
    answer = await house.browser.get(location)
    assert answer.status_code == 400 and COOKIE not in answer.cookies
    assert "/token" not in house.provider.asked


async def test_an_attempt_of_another_browser_does_not_fit(house: House) -> None:
    location = (await house.press()).headers["location"]
    await house.press()
    assert (await house.browser.get(location)).status_code == 400


async def test_an_answer_opens_one_session_even_where_the_provider_forgets_no_codes(house: House) -> None:
    house.provider.misconduct.forgets_codes = False
    location = (await house.press()).headers["location"]
    sealed = house.browser.cookies[sign_on.COOKIE]
    assert COOKIE in (await house.browser.get(location)).cookies
    house.browser.cookies.set(sign_on.COOKIE, sealed)
    again = await house.browser.get(location)
    assert again.status_code == 400 and COOKIE not in again.cookies
    assert house.provider.asked.count("/token") == 1


async def test_a_used_code_is_refused(house: House) -> None:
    first = (await house.press()).headers["location"]
    await house.browser.get(first)
    second = (await house.press()).headers["location"]
    code = first.split("code=")[1].split("&")[0]
    answer = await house.browser.get(second.replace(second.split("code=")[1].split("&")[0], code))
    assert answer.status_code == 403 and "Insurer ID did not let you in" in answer.text


async def test_an_attempt_is_over_after_ten_minutes(house: House) -> None:
    location = (await house.press()).headers["location"]
    house.floor.clock.advance(seconds=LIFE.total_seconds() + 1)
    assert (await house.browser.get(location)).status_code == 400


def test_attempts_open_in_every_process_and_for_no_other_key(clock: ManualClock) -> None:
    attempt = Attempt()
    sealed = Attempts(SESSION_KEY, clock).seal(attempt)
    assert Attempts(SESSION_KEY, clock).take(sealed, attempt.state) == attempt
    with pytest.raises(NotBegunHere):
        Attempts("another key", clock).take(sealed, attempt.state)


def test_used_attempts_are_forgotten_when_they_would_not_open_any_more(clock: ManualClock) -> None:
    attempts = Attempts(SESSION_KEY, clock)
    for _ in range(3):
        attempt = Attempt()
        attempts.take(attempts.seal(attempt), attempt.state)
        clock.advance(seconds=3 * LIFE.total_seconds())
    assert len(attempts._used) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-client"},
        {"aud": ["contact-centre", "another-client"]},
        {"aud": "another-client", "azp": "contact-centre"},
        {"azp": "another-client"},
        {"iss": "https://evil.example"},
        {"iss": f"{ISSUER}/"},
        {"exp": 0},
        {"exp": "tomorrow"},
        {"exp": None},
        {"iat": 99999999999},
        {"nbf": 99999999999},
        {"sub": None},
        {"at_hash": "of another token"},
        {"preferred_username": None},
        {"preferred_username": ["amy"]},
    ],
    ids=str,
)
async def test_a_token_with_a_wrong_claim_opens_nothing(house: House, change: dict[str, Any]) -> None:
    def spoil(claims: dict[str, Any]) -> None:
        for name, value in change.items():
            claims.pop(name, None)
            if value is not None:
                claims[name] = value

    house.provider.misconduct.claims = spoil
    answer = await house.log_in()
    assert answer.status_code == 403 and NOT_TRUSTED in answer.text
    assert COOKIE not in answer.cookies and house.audit() == []


@pytest.mark.parametrize(("seconds", "lets_in"), [(59, True), (60, False)])
async def test_a_token_holds_for_a_minute_more_at_most(house: House, seconds: int, lets_in: bool) -> None:
    ended = house.floor.clock.now() - timedelta(seconds=seconds)
    house.provider.misconduct.claims = lambda claims: claims.update(exp=int(ended.timestamp()))
    assert (COOKIE in (await house.log_in()).cookies) is lets_in


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
async def test_only_signatures_with_a_private_key_count(house: House, algorithm: str) -> None:
    house.provider.misconduct.algorithm = algorithm
    answer = await house.log_in()
    assert NOT_TRUSTED in answer.text and COOKIE not in answer.cookies


async def test_keys_are_fetched_again_when_the_provider_has_a_new_one(house: House) -> None:
    assert COOKIE in (await house.log_in()).cookies
    assert COOKIE in (await house.log_in()).cookies
    assert house.provider.asked.count("/keys") == 1
    house.provider.rotate()
    assert COOKIE in (await house.log_in()).cookies
    assert house.provider.asked.count("/keys") == 2
    assert house.provider.asked.count("/.well-known/openid-configuration") == 1


async def test_a_token_that_names_no_key_is_checked_with_the_only_one_that_signs(house: House) -> None:
    house.provider.misconduct.names_key = False
    assert COOKIE in (await house.log_in()).cookies
    house.provider.rotate()
    assert COOKIE in (await house.log_in()).cookies


async def test_a_signature_that_does_not_fit_is_refused_after_one_look_at_new_keys(house: House) -> None:
    await house.log_in()
    other = Signer(house)
    house.provider._signed = other.sign  # type: ignore[method-assign]
    answer = await house.log_in()
    assert NOT_TRUSTED in answer.text and COOKIE not in answer.cookies
    assert house.provider.asked.count("/keys") == 2


class Signer:
    """Changes the name in a token that was signed rightly."""

    def __init__(self, house: House) -> None:
        self._sign = house.provider._signed

    def sign(self, claims: dict[str, Any]) -> str:
        header, _payload, signature = self._sign(claims).split(".")
        _header, payload, _signature = self._sign(claims | {"preferred_username": "dora"}).split(".")
        return f"{header}.{payload}.{signature}"


@pytest.mark.parametrize("iss", ["https://evil.example", ""])
async def test_an_answer_in_another_issuers_name_is_refused(house: House, iss: str) -> None:
    house.provider.misconduct.beside_code = {"iss": iss}
    assert NOT_TRUSTED in (await house.log_in()).text
    house.provider.misconduct.beside_code = {"iss": ISSUER}
    assert COOKIE in (await house.log_in()).cookies


async def test_an_issuer_that_promises_its_name_must_give_it(house: House) -> None:
    house.provider.misconduct.metadata = {"authorization_response_iss_parameter_supported": True}
    assert NOT_TRUSTED in (await house.log_in()).text


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://id.insurer.example/token"},
        {"jwks_uri": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "//evil.example"},
    ],
    ids=str,
)
async def test_a_discovery_document_that_leads_astray_is_refused(
    house: House, metadata: dict[str, Any]
) -> None:
    house.provider.misconduct.metadata = metadata
    answer = await house.browser.get("/console/oidc")
    assert answer.status_code == 403 and NOT_TRUSTED in answer.text
    assert "location" not in answer.headers
