"""An OpenID provider for tests: real keys, real tokens, codes that are good once; and it can misbehave."""

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from html import escape
from typing import Any, Literal
from urllib.parse import parse_qs, urlencode

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from records.clock import Clock

CLIENT_ID = "contact-centre"
CLIENT_SECRET = "a secret that stays between the two"
BITS = 2048


@cache
def _key(number: int, use: Literal["sig", "enc"] = "sig") -> RSAKey:
    """Keys take long to make, so all providers have the same."""
    return RSAKey.generate_key(BITS, {"use": use, "kid": f"{use} {number}"})


@dataclass
class Misconduct:
    """What is wrong with it, until it is set right again."""

    claims: Callable[[dict[str, Any]], None] = lambda claims: None
    """Changes the claims before they are signed."""

    metadata: dict[str, Any] = field(default_factory=dict)
    """Said instead in the discovery document."""

    beside_code: dict[str, str] = field(default_factory=dict)
    """Comes back with the code, or instead of it."""

    algorithm: str = "RS256"
    names_key: bool = True
    """False: tokens do not say which key signed them."""

    forgets_codes: bool = True
    """False: a code is good as often as it is shown."""

    status: int = 200
    body: bytes | None = None
    """What every address answers instead of what it should."""

    hangs: bool = False
    """Nothing is ever answered."""


class OpenIdProvider:
    """One user, who is always logged in there."""

    def __init__(self, issuer: str, clock: Clock, username: str = "amy") -> None:
        self.issuer = issuer
        self.username = username
        self.misconduct = Misconduct()
        self.asks_first = False
        """Show a page of its own before it sends the browser back."""

        self.asked: list[str] = []
        self.shown: list[str] = []
        """Every secret it gave out or was given."""
        self._clock = clock
        self._number = 1
        self._codes: dict[str, dict[str, str]] = {}
        self.app = FastAPI()
        self.app.middleware("http")(self._misbehave)
        self.app.get("/.well-known/openid-configuration")(self._discovery)
        self.app.get("/authorize")(self._authorize)
        self.app.post("/token")(self._token)
        self.app.get("/keys")(self._published)

    def rotate(self) -> None:
        """Sign with a new key; the old one is gone."""
        self._number += 1

    async def _misbehave(self, request: Request, call_next: Callable[[Request], Any]) -> Response:
        self.asked.append(request.url.path)
        if self.misconduct.hangs:
            await asyncio.Event().wait()
        if self.misconduct.body is not None or self.misconduct.status != 200:
            return Response(self.misconduct.body or b"{}", self.misconduct.status)
        answer: Response = await call_next(request)
        return answer

    async def _discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256", "none", "HS256"],
            **self.misconduct.metadata,
        }

    async def _published(self) -> dict[str, Any]:
        shared = OctKey.import_key("published by mistake, so it signs nothing", {"kid": "shared"})
        others = [{"kty": "AKP", "kid": "of tomorrow"}, {"kty": "RSA", "n": "!", "e": "!"}]
        keys = [_key(1, "enc"), _key(self._number)]
        return {"keys": [*others, shared.as_dict(), *(key.as_dict(private=False) for key in keys)]}

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        self.shown += [code, asked["state"], asked["nonce"]]
        back = {"code": code, "state": asked["state"]} | self.misconduct.beside_code
        address = f"{asked['redirect_uri']}?{urlencode(back)}"
        if self.asks_first:
            link = f'<a href="{escape(address)}">Continue as {escape(self.username)}</a>'
            return HTMLResponse(f'<link rel="icon" href="data:,">{link}')
        return RedirectResponse(address, 302)

    async def _token(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        self.shown.append(form.get("code_verifier", "-"))
        if not self._is_client(request, form):
            return JSONResponse({"error": "invalid_client"}, 401)
        asked = self._codes.get(form["code"])
        if self.misconduct.forgets_codes:
            self._codes.pop(form["code"], None)
        challenge = _base64(hashlib.sha256(form["code_verifier"].encode()).digest())
        if (
            asked is None
            or asked["code_challenge_method"] != "S256"
            or asked["code_challenge"] != challenge
            or asked["redirect_uri"] != form["redirect_uri"]
        ):
            return JSONResponse({"error": "invalid_grant", "error_description": form["code"]}, 400)
        access_token = secrets.token_urlsafe(16)
        id_token = self._signed(self._claims(asked["nonce"]))
        self.shown += [access_token, id_token]
        return JSONResponse({"access_token": access_token, "token_type": "Bearer", "id_token": id_token})

    def _is_client(self, request: Request, form: dict[str, str]) -> bool:
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET.replace(' ', '+')}".encode()).decode()
        if self.misconduct.metadata.get("token_endpoint_auth_methods_supported") == ["client_secret_post"]:
            return (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)
        return request.headers.get("authorization") == f"Basic {basic}" and "client_secret" not in form

    def _claims(self, nonce: str) -> dict[str, Any]:
        now = self._clock.now()
        claims = {
            "iss": self.issuer,
            "sub": "248289761001",
            "aud": CLIENT_ID,
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(minutes=5)).timestamp()),
            "nonce": nonce,
            "preferred_username": self.username,
        }
        self.misconduct.claims(claims)
        return claims

    def _signed(self, claims: dict[str, Any]) -> str:
        pair = _key(self._number)
        header = {"alg": self.misconduct.algorithm} | ({"kid": pair.kid} if self.misconduct.names_key else {})
        if self.misconduct.algorithm == "none":
            return f"{_unsigned(header, claims)}."
        if self.misconduct.algorithm == "HS256":
            # The classic confusion: the public key, which everybody has, taken for a shared one.
            unsigned = _unsigned(header, claims)
            mac = hmac.new(pair.as_pem(private=False), unsigned.encode(), hashlib.sha256)
            return f"{unsigned}.{_base64(mac.digest())}"
        return jwt.encode(header, claims, pair)


def _unsigned(header: dict[str, Any], claims: dict[str, Any]) -> str:
    """Made by hand: no library makes a bad token without protest."""
    return ".".join(_base64(json.dumps(part).encode()) for part in (header, claims))


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
