"""Identity tokens: what the insurer's own app vouches for, and what anybody else would like to."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from actions import identity
from actions.identity import tokens
from actions.identity.tokens import Unbelievable, Verdict, Verifier, verifier
from records.clock import ManualClock
from records.models import AuditEntry, Conversation
from records.store import Store
from tests.actions.conftest import START
from tests.actions.customer import Customer as Person

SECRET = "a secret that the app and the centre share, long enough for any of them"
AUDIENCE = "contact-centre"
CHECKS = verifier(SECRET, AUDIENCE)

RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())


def public(key: Any) -> str:
    pem: bytes = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem.decode()


def token(key: Any = SECRET, algorithm: str = "HS256", **claims: Any) -> str:
    """A good token of Li Wei at level 2, but for what is said; a claim of None is left out."""
    everything = {
        "sub": "C1001",
        "acr": 2,
        "aud": AUDIENCE,
        "iat": START.timestamp(),
        "exp": (START + timedelta(hours=1)).timestamp(),
    } | claims
    return jwt.encode({n: v for n, v in everything.items() if v is not None}, key, algorithm)


def part(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


FORGED = {
    "wrong key": token("another secret of more than thirty-two bytes"),
    "no algorithm": f"{part({'alg': 'none', 'typ': 'JWT'})}.{token().split('.')[1]}.",
    "no algorithm, old signature": ".".join([part({"alg": "none"}), *token().split(".")[1:]]),
    "None": ".".join([part({"alg": "None"}), *token().split(".")[1:]]),
    "another algorithm": token(algorithm="HS384"),
    "public key algorithm": token(RSA, "RS256"),
    "expired": token(exp=(START - timedelta(seconds=31)).timestamp()),
    "without an end": token(exp=None),
    "endless": token(exp=float("inf")),
    "end in words": token(exp="tomorrow"),
    "too early": token(nbf=(START + timedelta(minutes=1)).timestamp()),
    "from the future": token(iat=(START + timedelta(minutes=1)).timestamp()),
    "another audience": token(aud="somebody-else"),
    "other audiences": token(aud=["a", "b"]),
    "nobody": token(sub=None),
    "empty": token(sub=""),
    "unknown customer": token(sub="C9999"),
    "no level": token(acr=None),
    "level four": token(acr=4),
    "level minus one": token(acr=-1),
    "level true": token(acr=True),
    "level in words": token(acr="strong"),
    "level by halves": token(acr=2.5),
    "changed afterwards": ".".join(
        [token().split(".")[0], part({"sub": "C1002", "acr": 3, "exp": 9e9}), token().split(".")[2]]
    ),
    "cut": token()[:-1],
    "parts": "a.b.c",
    "words": "I am C1001",
    "nothing": "",
    "long": token(sub="C" * 9000),
    "number": 7,
    "object": {"sub": "C1001", "acr": 3},
    "list": [token()],
}


def apply(store: Store, clock: ManualClock, person: Person, given: Any, checks: Verifier = CHECKS) -> Verdict:
    with store.writing() as session:
        return tokens.apply(session, person.conversation_id, given, checks, clock.now())


def level(store: Store, clock: ManualClock, person: Person) -> int:
    with store.reading() as session:
        return identity.level(session, person.conversation_id, clock.now())


def audit(store: Store, action: str) -> list[dict[str, Any]]:
    with store.reading() as session:
        return list(session.scalars(select(AuditEntry.detail).where(AuditEntry.action == action)))


@pytest.mark.parametrize("acr", [0, 1, 2, 3, "0", "1", "2", "3"])
def test_a_good_token_raises_to_its_level(
    acr: int | str, someone: Person, store: Store, clock: ManualClock
) -> None:
    apply(store, clock, someone, token(acr=acr))
    assert level(store, clock, someone) == int(acr)
    if int(acr) >= 2:
        assert audit(store, "identity.verified")[0]["method"] == "token"


def test_with_it_nothing_is_asked(someone: Person, store: Store, clock: ManualClock) -> None:
    apply(store, clock, someone, token())
    assert "880000100101" in someone.say("is my policy in force", "check_policy_status")


@pytest.mark.parametrize("given", FORGED.values(), ids=FORGED.keys())
def test_a_bad_token_changes_nothing_and_is_audited(
    given: Any, someone: Person, store: Store, clock: ManualClock
) -> None:
    assert apply(store, clock, someone, given) is Verdict.IGNORED
    assert level(store, clock, someone) == 0
    assert len(audit(store, "identity.token_ignored")) == 1
    said = someone.say("is my policy in force", "check_policy_status")
    assert said == "What is your policy number, or the phone number you gave us?"


def test_clocks_may_differ_by_half_a_minute(someone: Person, store: Store, clock: ManualClock) -> None:
    assert (
        apply(store, clock, someone, token(exp=(START - timedelta(seconds=29)).timestamp())) is Verdict.RAISED
    )


def test_a_token_never_lowers(li_wei: Person, store: Store, clock: ManualClock) -> None:
    apply(store, clock, li_wei, token(acr=3))
    for acr in (0, 1, 2):
        assert apply(store, clock, li_wei, token(acr=acr)) is Verdict.HELD
    assert level(store, clock, li_wei) == 3


def test_a_token_keeps_the_policy_the_customer_spoke_of(
    li_wei: Person, store: Store, clock: ManualClock
) -> None:
    apply(store, clock, li_wei, token(acr=3))
    with store.reading() as session:
        assert session.get_one(Conversation, li_wei.conversation_id).policy_number == "880000100101"


def test_a_level_by_token_runs_out_too(someone: Person, store: Store, clock: ManualClock) -> None:
    apply(store, clock, someone, token(acr=3))
    clock.advance(minutes=16)
    assert level(store, clock, someone) == 2
    clock.advance(minutes=15)
    assert level(store, clock, someone) == 0
    assert apply(store, clock, someone, token(acr=3)) is Verdict.RAISED


@pytest.mark.parametrize("acr", [0, 1, 2, 3])
@pytest.mark.parametrize("minutes", [0, 40])
def test_the_token_of_another_customer_takes_the_proof_away(
    acr: int, minutes: int, li_wei: Person, store: Store, clock: ManualClock
) -> None:
    clock.advance(minutes=minutes)
    hers = token(sub="C1002", acr=acr)
    assert apply(store, clock, li_wei, hers) is Verdict.CONFLICT
    assert level(store, clock, li_wei) == 0
    assert apply(store, clock, li_wei, hers) is Verdict.CONFLICT, "also the second time"
    said = li_wei.say("cash value", "check_cash_value")
    assert "58,000" not in said and "6,400" not in said
    assert audit(store, "identity.withdrawn")[0]["because"] == "token_of_another_customer"
    assert apply(store, clock, li_wei, token()) is Verdict.RAISED, "the conversation is still his"


def test_somebody_else_who_proves_it_finds_nothing_of_the_one_before(
    li_wei: Person, store: Store, clock: ManualClock
) -> None:
    li_wei.say("call me back", "request_callback")
    li_wei.say("tomorrow at ten")
    apply(store, clock, li_wei, token(sub="C1002"))
    li_wei.say("cash value", "check_cash_value")
    said = li_wei.prove("880000100201", "1990-07-25", "0022")
    assert "6,400" in said
    assert "tomorrow" not in said and "0101" not in said


# ---- keys ----


def test_each_kind_of_key_has_its_one_algorithm() -> None:
    for key, algorithm in ((RSA, "RS256"), (EC, "ES256")):
        checks = verifier(public(key).replace("\n", "\\n"), AUDIENCE)
        assert checks.claims(token(key, algorithm), START).level == 2
        with pytest.raises(Unbelievable):
            checks.claims(token(), START)


def test_the_public_key_is_no_shared_secret() -> None:
    """The oldest forgery: signing with the public key as if it were a secret."""
    for key in (RSA, EC):
        head = part({"alg": "HS256", "typ": "JWT"})
        body = token().split(".")[1]
        mac = hmac.new(public(key).encode(), f"{head}.{body}".encode(), hashlib.sha256).digest()
        forged = f"{head}.{body}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"
        with pytest.raises(Unbelievable):
            verifier(public(key), AUDIENCE).claims(forged, START)


def test_a_public_key_signs_for_many_so_its_tokens_name_us() -> None:
    with pytest.raises(Unbelievable):
        verifier(public(EC), AUDIENCE).claims(token(EC, "ES256", aud=None), START)
    assert CHECKS.claims(token(aud=None), START).customer_number == "C1001"
    assert CHECKS.claims(token(aud=["app", AUDIENCE]), START).customer_number == "C1001"


@pytest.mark.parametrize(
    "key",
    [
        "short",
        RSA.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        public(rsa.generate_private_key(65537, 1024)),  # noqa: S505 - refused for it
        public(ec.generate_private_key(ec.SECP384R1())),
    ],
    ids=["short", "private", "small", "another curve"],
)
def test_a_key_that_cannot_serve_stops_the_start(key: str) -> None:
    with pytest.raises(ValueError, match="IDENTITY_KEY"):
        verifier(key, AUDIENCE)


@given(st.text(max_size=300) | st.binary(max_size=300))
def test_nothing_crashes_the_verifier(given: Any) -> None:
    with pytest.raises(Unbelievable):
        CHECKS.claims(given, START)


@given(
    st.dictionaries(
        st.sampled_from(["sub", "acr", "aud", "exp", "nbf", "iat", "jti", "iss"]),
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(max_size=5)
        | st.lists(st.text(max_size=3)),
    )
)
def test_no_claims_crash_the_verifier(claims: dict[str, Any]) -> None:
    head = part({"alg": "HS256", "typ": "JWT"})
    body = part(claims)
    signed = jwt.PyJWS().encode(base64.urlsafe_b64decode(body + "=="), SECRET, "HS256", {"typ": "JWT"})
    try:
        assert CHECKS.claims(signed, START).level in (0, 1, 2, 3)
    except Unbelievable:
        assert head


def test_audits_hold_no_token(someone: Person, store: Store, clock: ManualClock) -> None:
    for forged in FORGED.values():
        apply(store, clock, someone, forged)
    with store.reading() as session:
        details = str(list(session.scalars(select(AuditEntry.detail))))
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == len(FORGED)
    assert "eyJ" not in details
