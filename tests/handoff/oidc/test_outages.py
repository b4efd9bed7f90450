"""A provider that says no, nothing, or nonsense: a plain sentence, and the centre goes on."""

import pytest

from handoff.access import COOKIE
from handoff.oidc import provider as provider_module
from handoff.oidc.remembered import KEPT, PAUSE
from tests.handoff.conftest import Floor
from tests.handoff.oidc.conftest import House, browser_of, door, settings
from tests.handoff.oidc.openid_provider import OpenIdProvider

NO_ANSWER = "Insurer ID does not answer. Please try again in a minute."


async def test_an_agent_whom_the_provider_turns_away_is_told_so(house: House) -> None:
    house.provider.misconduct.beside_code = {"error": "access_denied", "error_description": "<b>secret</b>"}
    answer = await house.log_in()
    assert answer.status_code == 403
    assert "Insurer ID did not let you in." in answer.text and "secret" not in answer.text
    assert "/token" not in house.provider.asked


@pytest.mark.parametrize("code", ["", "x" * 5000])
async def test_an_answer_without_a_code_is_a_no(house: House, code: str) -> None:
    house.provider.misconduct.beside_code = {"code": code}
    assert "Insurer ID did not let you in." in (await house.log_in()).text


async def test_a_dead_provider_is_asked_again_only_after_a_pause(house: House) -> None:
    house.provider.misconduct.status = 502
    for _ in range(3):
        answer = await house.browser.get("/console/oidc")
        assert answer.status_code == 503 and NO_ANSWER in answer.text
    assert len(house.provider.asked) == 1
    house.provider.misconduct.status = 200
    house.floor.clock.advance(seconds=PAUSE.total_seconds())
    assert COOKIE in (await house.log_in()).cookies


async def test_a_provider_that_hangs_is_left_in_time(floor: Floor, provider: OpenIdProvider) -> None:
    provider.misconduct.hangs = True
    async with browser_of(door(floor, provider, settings(), patience_seconds=0.01)) as browser:
        answer = await browser.get("/console/oidc")
    assert answer.status_code == 503 and NO_ANSWER in answer.text


async def test_a_provider_that_dies_between_the_two_halves_is_an_outage(house: House) -> None:
    location = (await house.press()).headers["location"]
    house.provider.misconduct.status = 500
    answer = await house.browser.get(location)
    assert answer.status_code == 503 and NO_ANSWER in answer.text and COOKIE not in answer.cookies


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"\xff", b"null"])
async def test_nonsense_is_not_trusted(house: House, body: bytes) -> None:
    house.provider.misconduct.body = body
    answer = await house.browser.get("/console/oidc")
    assert answer.status_code == 403 and "could not be trusted" in answer.text


async def test_an_endless_answer_is_cut_off(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider_module, "LARGEST_BYTES", 1000)
    house.provider.misconduct.body = b'{"issuer": "' + b"x" * 1000 + b'"}'
    assert "could not be trusted" in (await house.browser.get("/console/oidc")).text


async def test_the_discovery_document_is_read_again_after_an_hour(house: House) -> None:
    await house.log_in()
    house.floor.clock.advance(seconds=KEPT.total_seconds())
    await house.log_in()
    assert house.provider.asked.count("/.well-known/openid-configuration") == 2


async def test_one_network_begins_so_many_attempts_and_no_more(house: House) -> None:
    answers = [await house.browser.get("/console/oidc/callback") for _ in range(70)]
    assert answers[0].status_code == 400 and answers[-1].status_code == 429
    assert "There were too many tries." in answers[-1].text
