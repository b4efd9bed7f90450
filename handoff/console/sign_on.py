"""Single sign-on: leads an agent's browser to the provider, and lets in whom it brings back.

Leads nowhere but to the provider and to the console; what the provider answers is shown to nobody.
"""

import asyncio
import logging
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from handoff.console.login import remember
from handoff.console.login_page import Ways, onward, page
from handoff.oidc.admission import admit
from handoff.oidc.attempts import LIFE, Attempt, Attempts
from handoff.oidc.configuration import CALLBACK, Configuration
from handoff.oidc.failures import NotBegunHere, SignOnFailed, TooFast, TurnedAway
from handoff.oidc.provider import Provider
from records.clock import Clock
from records.rate import Buckets, network_of
from records.store import Store

log = logging.getLogger(__name__)

PATH = "/console/oidc"
COOKIE = "console_sign_on"
"""Holds the attempt, sealed. Not strict: the browser comes back from another site."""

PER_SECOND, BURST = 1.0, 60
"""Attempts of one network; an office sits behind one."""

_LONGEST_CODE = 4096
_NOT_SET_UP = "Single sign-on is not set up here."


@dataclass(frozen=True, slots=True)
class SignOn:
    """What the routes work on."""

    configuration: Configuration
    provider: Provider
    attempts: Attempts
    store: Store
    clock: Clock


def router(sign_on: SignOn | None, ways: Ways) -> APIRouter:
    """The routes /console/oidc and /console/oidc/callback; without `sign_on` they lead nowhere."""
    routes = APIRouter(include_in_schema=False)
    buckets = Buckets(PER_SECOND, BURST)

    @routes.get(PATH)
    async def begin(request: Request) -> Response:
        """On to the provider."""
        if sign_on is None:
            return page(ways, _NOT_SET_UP, 404)
        attempt = Attempt()
        try:
            _take(buckets, request)
            address = await sign_on.provider.address(attempt)
        except SignOnFailed as failure:
            return _refusal(failure, sign_on, ways)
        response = RedirectResponse(
            address, 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        )
        response.set_cookie(
            COOKIE,
            sign_on.attempts.seal(attempt),
            max_age=int(LIFE.total_seconds()),
            path=PATH,
            httponly=True,
            samesite="lax",
            secure=sign_on.configuration.is_public_url_secure,
        )
        return response

    @routes.get(CALLBACK)
    async def come_back(request: Request) -> Response:
        """Back from the provider."""
        if sign_on is None:
            return page(ways, _NOT_SET_UP, 404)
        try:
            _take(buckets, request)
            login = await _verified_login(sign_on, request)
            token = await asyncio.to_thread(admit, sign_on.store, login, sign_on.clock)
        except SignOnFailed as failure:
            response = _refusal(failure, sign_on, ways)
            if isinstance(failure, NotBegunHere | TooFast):
                # Somebody else's link must not end an attempt that is under way.
                return response
        else:
            response = onward()
            remember(response, token, secure=sign_on.configuration.is_public_url_secure)
        response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="lax")
        return response

    return routes


async def _verified_login(sign_on: SignOn, request: Request) -> str:
    given = request.query_params
    attempt = sign_on.attempts.take(request.cookies.get(COOKIE, ""), given.get("state", ""))
    code = given.get("code", "")
    if "error" in given or not 0 < len(code) <= _LONGEST_CODE:
        raise TurnedAway("came back without a code")
    return await sign_on.provider.redeem(code, given.get("iss"), attempt)


def _take(buckets: Buckets, request: Request) -> None:
    if not buckets.take(network_of(request.client.host if request.client else "")):
        raise TooFast("too many attempts of one network")


def _refusal(failure: SignOnFailed, sign_on: SignOn, ways: Ways) -> Response:
    log.warning("single sign-on, %s: %s", failure.code, failure)
    return page(ways, failure.words.format(name=sign_on.configuration.name), failure.status)
