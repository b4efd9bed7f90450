"""Identity tokens: the insurer's own app vouches for a customer who is signed in there.

A token that is not good changes nothing and tells nothing; one for another customer than the conversation's
takes away what was proven.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import isfinite
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.identity.ladder import (
    IDENTIFIED,
    STRONG,
    VERIFIED,
    identify,
    proven_once,
    raise_to,
    standing,
    withdraw,
)
from records import audit
from records.models import Customer

LONGEST = 4096
"""Characters; anything longer is no token."""

LEEWAY = timedelta(seconds=30)
"""Two machines' clocks may differ by so much."""

SHORTEST_SECRET = 32
"""Bytes; a shorter shared secret could be guessed, so nothing signed with one is believed."""


class Verdict(StrEnum):
    """What came of a token."""

    RAISED = "raised"
    HELD = "held"
    """The conversation was at that level, or above it, already."""
    IGNORED = "ignored"
    CONFLICT = "conflict"
    """Good, but another customer's: the conversation was put back to level 0."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a good token says."""

    customer_number: str
    level: int


class Unbelievable(Exception):
    """The token proves nothing; `code` says why, for the audit only."""

    retryable = False

    def __init__(self, code: str) -> None:
        """`code`: a word for the audit."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Verifier:
    """Checks tokens with the one key and the one algorithm that this key is for."""

    key: Any
    algorithm: str
    audience: str
    audience_needed: bool
    """A public key signs for many; a shared secret is ours alone, and its tokens may leave `aud` out."""

    def claims(self, token: Any, now: datetime) -> Claims:
        """What the token says, when it is to be believed.

        Raises:
            Unbelievable: and why.
        """
        if not isinstance(token, str) or not 0 < len(token) <= LONGEST:
            raise Unbelievable("no_token")
        try:
            found = jwt.decode(
                token,
                self.key,
                algorithms=[self.algorithm],
                options={
                    "require": ["sub", "exp", "acr", *(["aud"] if self.audience_needed else [])],
                    # The times are compared below, with the clock that was handed in.
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                    "verify_aud": False,
                },
            )
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise Unbelievable(type(error).__name__) from error
        _check_times(found, now)
        audience = found.get("aud")
        if audience is not None and self.audience not in _as_list(audience):
            raise Unbelievable("audience")
        return Claims(_text(found["sub"]), _level(found["acr"]))


def verifier(key: str, audience: str) -> Verifier:
    """The verifier for a key: a public key in PEM (RSA: RS256, P-256: ES256), else a shared secret (HS256).

    Raises:
        ValueError: it is no key that tokens are checked with, or a secret that is too short.
    """
    text = key.replace("\\n", "\n").strip()
    if "-----BEGIN" not in text:
        if len(text.encode()) < SHORTEST_SECRET:
            raise ValueError(f"IDENTITY_KEY is shorter than {SHORTEST_SECRET} bytes")
        return Verifier(text, "HS256", audience, audience_needed=False)
    if "PUBLIC KEY" not in text:
        raise ValueError("IDENTITY_KEY must be a public key: the private one is the app's alone")
    public = load_pem_public_key(text.encode())
    if isinstance(public, RSAPublicKey) and public.key_size >= 2048:
        return Verifier(public, "RS256", audience, audience_needed=True)
    if isinstance(public, EllipticCurvePublicKey) and isinstance(public.curve, SECP256R1):
        return Verifier(public, "ES256", audience, audience_needed=True)
    raise ValueError("IDENTITY_KEY is neither RSA of 2048 bits or more nor P-256")


def apply(session: Session, conversation_id: str, token: Any, checks: Verifier, now: datetime) -> Verdict:
    """Let a token count in a conversation. Whatever it is, nothing is raised and nothing is told."""
    subject = f"conversation:{conversation_id}"
    try:
        claims = checks.claims(token, now)
    except Unbelievable as error:
        audit.note(session, now, "bot", "identity.token_ignored", subject, because=error.code)
        return Verdict.IGNORED
    customer_id = session.scalar(select(Customer.id).where(Customer.number == claims.customer_number))
    if customer_id is None:
        audit.note(session, now, "bot", "identity.token_ignored", subject, because="unknown_customer")
        return Verdict.IGNORED
    before = proven_once(session, conversation_id)
    if before is not None and before != customer_id:
        withdraw(session, conversation_id, now, because="token_of_another_customer")
        return Verdict.CONFLICT
    held = standing(session, conversation_id, now)
    if held.level >= claims.level:
        return Verdict.HELD
    if claims.level == IDENTIFIED:
        identify(session, conversation_id, now)
    else:
        raise_to(
            session, conversation_id, claims.level, customer_id, now,
            how="token", policy_number=held.policy_number,
        )  # fmt: skip
    return Verdict.RAISED


def changes(session: Session, conversation_id: str, token: Any, checks: Verifier, now: datetime) -> bool:
    """Whether `apply` would do anything; reads only, for a channel that gets the token with every message."""
    try:
        claims = checks.claims(token, now)
    except Unbelievable:
        return True
    held = standing(session, conversation_id, now)
    if held.level < max(claims.level, VERIFIED) or held.customer_id is None:
        return True
    number = session.scalar(select(Customer.number).where(Customer.id == held.customer_id))
    return number != claims.customer_number


def _check_times(found: dict[str, Any], now: datetime) -> None:
    moment, leeway = now.timestamp(), LEEWAY.total_seconds()
    times = {name: found[name] for name in ("exp", "nbf", "iat") if name in found}
    for name, at in times.items():
        if isinstance(at, bool) or not isinstance(at, int | float) or not isfinite(at):
            raise Unbelievable(f"time_{name}")
    if times["exp"] <= moment - leeway:
        raise Unbelievable("expired")
    if max(times.get("nbf", 0), times.get("iat", 0)) > moment + leeway:
        raise Unbelievable("too_early")


def _level(acr: Any) -> int:
    if isinstance(acr, str) and acr in ("0", "1", "2", "3"):
        acr = int(acr)
    if isinstance(acr, bool) or not isinstance(acr, int) or not 0 <= acr <= STRONG:
        raise Unbelievable("level")
    return acr


def _text(subject: Any) -> str:
    if not isinstance(subject, str) or not 0 < len(subject) <= 20:
        raise Unbelievable("subject")
    return subject


def _as_list(audience: Any) -> list[Any]:
    return audience if isinstance(audience, list) else [audience]
