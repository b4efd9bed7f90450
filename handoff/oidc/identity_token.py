"""The provider's identity token: signature, issuer, audience, time and nonce, checked without the network.

Only public-key signatures count: never `none`, and never a shared key, which a public one could be taken for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import Key, KeySet, import_key
from joserfc.jws import JWSRegistry

from handoff.oidc.failures import Untrusted

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
KEY_TYPES = ("RSA", "EC")
LEEWAY_SECONDS = 60
"""So far may the provider's clock be off."""

_REGISTRY = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)


class OtherKey(Untrusted):
    """Not signed with a key that we know: the provider may have new ones."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must say."""

    issuer: str
    client_id: str
    nonce: str
    now: datetime


def key_set(published: object) -> KeySet:
    """The keys that may have signed a token; what else is published is left out.

    Raises:
        Untrusted: there is none.
    """
    listed = published.get("keys") if isinstance(published, dict) else None
    keys = [key for one in listed if (key := _key(one))] if isinstance(listed, list) else []
    if not keys:
        raise Untrusted("no keys published")
    return KeySet(keys)


def verify(token: object, keys: KeySet, expected: Expected, access_token: object) -> Mapping[str, Any]:
    """The claims of a token that holds.

    Raises:
        OtherKey: none of the keys signed it.
        Untrusted: it does not hold.
    """
    if not isinstance(token, str):
        raise Untrusted("no identity token")
    try:
        read = jwt.decode(token, keys, registry=_REGISTRY)
        claims = CodeIDToken(
            read.claims,
            read.header,
            {
                "iss": {"essential": True, "value": expected.issuer},
                "aud": {"essential": True, "value": expected.client_id},
            },
            {
                "nonce": expected.nonce,
                "client_id": expected.client_id,
                "access_token": access_token if isinstance(access_token, str) else None,
            },
        )
        claims.validate(now=int(expected.now.timestamp()), leeway=LEEWAY_SECONDS)
    except (InvalidKeyIdError, BadSignatureError) as error:
        raise OtherKey(f"identity token: {type(error).__name__}") from None
    except (JoseError, ValueError, TypeError) as error:
        raise Untrusted(f"identity token: {_why(error)}") from None
    return read.claims


def _key(published: object) -> Key | None:
    if not isinstance(published, dict) or published.get("kty") not in KEY_TYPES:
        return None
    if published.get("use", "sig") != "sig":
        return None
    try:
        return import_key(published)
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def _why(error: Exception) -> str:
    """The kind of fault, and the name of a claim where it is one; never a value."""
    claim = getattr(error, "claim", "")
    return f"{type(error).__name__} {claim}".strip()
