"""The provider: where it says its endpoints are, the code it gives for an agent, and the keys it signs with.

Every question has an end; no redirect is followed; what comes back is never logged.
"""

import asyncio
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus

import httpx
from authlib.common.security import is_secure_transport  # type: ignore[import-untyped]
from authlib.oauth2.client import OAuth2Client  # type: ignore[import-untyped]
from authlib.oidc.discovery import get_well_known_url  # type: ignore[import-untyped]
from joserfc.jwk import KeySet

from handoff.oidc.attempts import Attempt
from handoff.oidc.configuration import Configuration
from handoff.oidc.failures import NoAnswer, TurnedAway, Untrusted
from handoff.oidc.identity_token import Expected, OtherKey, key_set, verify
from handoff.oidc.remembered import Remembered
from records.clock import Clock

PATIENCE_SECONDS = 10.0
"""For one whole answer, however slowly it drips."""

LARGEST_BYTES = 1024 * 1024
LONGEST_LOGIN = 40

_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_BASIC = "client_secret_basic"
_ERROR_CODE = re.compile(r"[a-z_]{1,40}")


class Provider:
    """The one that the configuration names."""

    def __init__(
        self,
        configuration: Configuration,
        clock: Clock,
        transport: httpx.AsyncBaseTransport | None = None,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        """Nothing is asked yet; `transport` is how it is reached, the network when left out."""
        self._chosen = configuration
        self._clock = clock
        self._transport = transport
        self._patience = patience_seconds
        self._tls = httpx.create_ssl_context()
        self._metadata = Remembered(clock, self._discover)
        self._keys = Remembered(clock, self._fetch_keys)

    async def address(self, attempt: Attempt) -> str:
        """Where the browser goes to log in.

        Raises:
            SignOnFailed: the provider does not say where.
        """
        metadata = await self._metadata.get()
        scope = "openid profile email" if self._chosen.claim == "email" else "openid profile"
        client = OAuth2Client(None, self._chosen.client_id, code_challenge_method="S256")
        address, _state = client.create_authorization_url(
            metadata["authorization_endpoint"],
            scope=scope,
            redirect_uri=self._chosen.redirect_uri,
            state=attempt.state,
            code_verifier=attempt.verifier,
            nonce=attempt.nonce,
        )
        return str(address)

    async def redeem(self, code: str, issuer: str | None, attempt: Attempt) -> str:
        """The login of whom the provider let in; `issuer` is what came beside the code, if anything did.

        Raises:
            SignOnFailed: nobody is let in.
        """
        metadata = await self._metadata.get()
        promised = metadata.get("authorization_response_iss_parameter_supported") is True
        if (promised or issuer is not None) and issuer != self._chosen.issuer:
            raise Untrusted("the answer is another issuer's")
        answer = await self._exchange(metadata, code, attempt)
        expected = Expected(self._chosen.issuer, self._chosen.client_id, attempt.nonce, self._clock.now())
        token, access_token = answer.get("id_token"), answer.get("access_token")
        keys = await self._keys.get()
        try:
            claims = verify(token, keys, expected, access_token)
        except OtherKey:
            claims = verify(token, await self._keys.get(afresh=True), expected, access_token)
        return self._login(claims)

    def _login(self, claims: Mapping[str, Any]) -> str:
        value = claims.get(self._chosen.claim)
        if not isinstance(value, str) or not 0 < len(value) <= LONGEST_LOGIN:
            raise Untrusted(f"no usable claim {self._chosen.claim}")
        if self._chosen.claim == "email" and claims.get("email_verified") is not True:
            raise Untrusted("an e-mail address that nobody has verified")
        # Some letters of other scripts become Latin ones in small: those are not the same person.
        return value.lower() if value.isascii() else value

    async def _exchange(self, metadata: dict[str, Any], code: str, attempt: Attempt) -> dict[str, Any]:
        who = {"client_id": self._chosen.client_id, "client_secret": self._chosen.client_secret}
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._chosen.redirect_uri,
            "code_verifier": attempt.verifier,
        }
        methods = metadata.get("token_endpoint_auth_methods_supported")
        in_form = isinstance(methods, list) and _BASIC not in methods
        basic = None if in_form else httpx.BasicAuth(*(quote_plus(part) for part in who.values()))
        status, answer = await self._ask(
            "POST", metadata["token_endpoint"], form | who if in_form else form, basic
        )
        if status != httpx.codes.OK:
            said = answer.get("error")
            known = said if isinstance(said, str) and _ERROR_CODE.fullmatch(said) else ""
            raise TurnedAway(f"token endpoint: {status} {known}".strip())
        return answer

    async def _discover(self) -> dict[str, Any]:
        metadata = await self._document(get_well_known_url(self._chosen.issuer, external=True))
        if metadata.get("issuer") != self._chosen.issuer:
            raise Untrusted("the discovery document is another issuer's")
        for name in _ENDPOINTS:
            address = metadata.get(name)
            if not isinstance(address, str) or not is_secure_transport(address):
                raise Untrusted(f"no usable {name}")
        return metadata

    async def _fetch_keys(self) -> KeySet:
        metadata = await self._metadata.get()
        return key_set(await self._document(metadata["jwks_uri"]))

    async def _document(self, url: str) -> dict[str, Any]:
        status, document = await self._ask("GET", url)
        if status != httpx.codes.OK:
            raise NoAnswer(f"status {status}")
        return document

    async def _ask(
        self, method: str, url: str, form: dict[str, str] | None = None, auth: httpx.Auth | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Status and JSON object of an answer, whole and in time."""
        body = bytearray()
        try:
            async with (
                asyncio.timeout(self._patience),
                httpx.AsyncClient(transport=self._transport, verify=self._tls, timeout=self._patience) as web,
                web.stream(method, url, data=form, auth=auth) as answer,
            ):
                async for chunk in answer.aiter_bytes():
                    body += chunk
                    if len(body) > LARGEST_BYTES:
                        raise Untrusted("an answer without end")
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL) as error:
            # Not chained: it may quote the request.
            raise NoAnswer(type(error).__name__) from None
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise NoAnswer(f"status {answer.status_code}")
        return answer.status_code, _object(bytes(body))


def _object(body: bytes) -> dict[str, Any]:
    try:
        read = httpx.Response(200, content=body).json()
    except ValueError:
        raise Untrusted("no JSON") from None
    if not isinstance(read, dict):
        raise Untrusted("no JSON object")
    return read
