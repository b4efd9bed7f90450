"""Passkeys, "Smart Eye": the customer's own device checks the face or finger, and signs that it did.

The centre holds a public key and a counter, never a biometric. A challenge is good for one answer, right or
wrong; what went wrong is told to the audit, not to whoever answered.
"""

import json
import logging
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, generate_user_handle
from webauthn.helpers.structs import (
    AuthenticatorAttachment,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from actions.identity import challenges, links
from actions.identity.ladder import STRONG, raise_to, standing
from actions.identity.links import Link, Purpose
from actions.identity.relying_party import RelyingParty
from records import audit, outbox
from records.models import Conversation, Customer, Passkey, Way

log = logging.getLogger(__name__)

_MILLISECONDS = 120_000
"""How long a browser waits for the customer's face or finger."""

_LONGEST = 16_000
"""Characters of an answer of an authenticator."""


class Outcome(StrEnum):
    """What came of an answer of an authenticator."""

    DONE = "done"
    REFUSED = "refused"


def registration_options(
    session: Session, link: Link, party: RelyingParty, now: datetime
) -> dict[str, Any] | None:
    """What the browser needs to make a passkey; None when the link gives out no more."""
    if link.purpose is not Purpose.REGISTER or not link.code_given:
        return None
    known = session.scalar(
        select(Passkey.user_handle).where(Passkey.customer_id == link.customer_id).limit(1)
    )
    handle = known or generate_user_handle()
    challenge = challenges.give(session, link, handle, now)
    if challenge is None:
        return None
    # The name is shown by the platform's own list of passkeys, where others may look.
    ending = (session.scalar(select(Customer.number).where(Customer.id == link.customer_id)) or "")[-3:]
    options = generate_registration_options(
        rp_id=party.domain,
        rp_name=party.name,
        user_id=handle,
        user_name=f"{party.name} …{ending}",
        user_display_name=party.name,
        challenge=challenge,
        timeout=_MILLISECONDS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            authenticator_attachment=AuthenticatorAttachment.PLATFORM,
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return _as_json(options_to_json(options))


def register(
    session: Session, link: Link, answer: Mapping[str, Any], party: RelyingParty, now: datetime
) -> Outcome:
    """Keep the passkey that was made; the ones before it no longer work. Commit whatever the outcome is."""
    challenge = challenges.take(session, link, now)
    if link.purpose is not Purpose.REGISTER or not link.code_given or challenge is None:
        return _refuse(session, link, now, "no_challenge")
    try:
        made = verify_registration_response(
            credential=_bounded(answer),
            expected_challenge=challenge.challenge,
            expected_rp_id=party.domain,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except Exception as error:
        return _refuse(session, link, now, _reason(error))
    credential_id = bytes_to_base64url(made.credential_id)
    taken = select(Passkey.id).where(Passkey.credential_id == credential_id)
    if len(credential_id) > 1400 or session.scalar(taken) is not None:
        return _refuse(session, link, now, "credential_known")
    if not links.use_up(session, link, now):
        return _refuse(session, link, now, "link_used")
    session.execute(
        update(Passkey)
        .where(Passkey.customer_id == link.customer_id, Passkey.revoked_at.is_(None))
        .values(revoked_at=now, revoked_because="replaced")
        .execution_options(synchronize_session=False)
    )
    session.execute(
        insert(Passkey).values(
            customer_id=link.customer_id,
            credential_id=credential_id,
            public_key=made.credential_public_key,
            user_handle=challenge.user_handle,
            sign_count=made.sign_count,
            transports=_transports(answer),
            aaguid=made.aaguid,
            backed_up=made.credential_backed_up,
            created_at=now,
            revoked_because="",
        )
    )
    _tell_owner(session, link, now)
    audit.note(
        session, now, _actor(session, link), "identity.passkey_registered",
        f"conversation:{link.conversation_id}", customer=link.customer_id, device=made.aaguid,
    )  # fmt: skip
    return Outcome.DONE


def step_up_options(
    session: Session, link: Link, party: RelyingParty, now: datetime
) -> dict[str, Any] | None:
    """What the browser needs to ask for a passkey; None when the link gives out no more."""
    if link.purpose is not Purpose.STEP_UP:
        return None
    keys = session.execute(
        select(Passkey.credential_id, Passkey.transports, Passkey.user_handle).where(
            Passkey.customer_id == link.customer_id, Passkey.revoked_at.is_(None)
        )
    ).all()
    if not keys:
        return None
    challenge = challenges.give(session, link, keys[0].user_handle, now)
    if challenge is None:
        return None
    options = generate_authentication_options(
        rp_id=party.domain,
        challenge=challenge,
        timeout=_MILLISECONDS,
        allow_credentials=[
            PublicKeyCredentialDescriptor(
                id=base64url_to_bytes(key.credential_id),
                transports=[AuthenticatorTransport(name) for name in key.transports] or None,
            )
            for key in keys
        ],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _as_json(options_to_json(options))


def step_up(
    session: Session, link: Link, answer: Mapping[str, Any], party: RelyingParty, now: datetime
) -> Outcome:
    """Raise the conversation to level 3 when its own customer's passkey has signed. Commit in any case."""
    challenge = challenges.take(session, link, now)
    if link.purpose is not Purpose.STEP_UP or challenge is None:
        return _refuse(session, link, now, "no_challenge")
    credential_id = answer.get("id")
    key = session.scalar(
        select(Passkey)
        .where(
            Passkey.credential_id == (credential_id if isinstance(credential_id, str) else ""),
            Passkey.customer_id == link.customer_id,
            Passkey.revoked_at.is_(None),
        )
        .with_for_update()
    )
    if key is None:
        return _refuse(session, link, now, "not_this_customers_passkey")
    try:
        # The counter is compared below: that it went back is worth more than a refusal.
        signed = verify_authentication_response(
            credential=_bounded(answer),
            expected_challenge=challenge.challenge,
            expected_rp_id=party.domain,
            expected_origin=party.origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except Exception as error:
        return _refuse(session, link, now, _reason(error))
    if not _fits(answer, key.user_handle):
        return _refuse(session, link, now, "user_handle")
    if (signed.new_sign_count or key.sign_count) and signed.new_sign_count <= key.sign_count:
        # Two devices count with the same key: one of them is a copy, and nobody knows which.
        key.revoked_at, key.revoked_because = now, "copied"
        return _refuse(session, link, now, "copied")
    if not links.use_up(session, link, now):
        return _refuse(session, link, now, "link_used")
    key.sign_count, key.last_used_at = signed.new_sign_count, now
    raise_to(
        session,
        link.conversation_id,
        STRONG,
        link.customer_id,
        now,
        how="passkey",
        policy_number=standing(session, link.conversation_id, now).policy_number,
    )
    return Outcome.DONE


def _bounded(answer: Mapping[str, Any]) -> dict[str, Any]:
    if len(json.dumps(answer)) > _LONGEST:
        raise ValueError("too long")
    return dict(answer)


def _reason(error: Exception) -> str:
    # The library takes apart what a stranger sent, four layers deep; whatever breaks in there is a refusal,
    # so that the challenge stays used up.
    log.info("an authenticator's answer was refused: %r", error)
    return str(error)[:80] or type(error).__name__


def _fits(answer: Mapping[str, Any], handle: bytes) -> bool:
    """Whether the answer names the customer that the passkey is for, or nobody."""
    response = answer.get("response")
    given = response.get("userHandle") if isinstance(response, Mapping) else None
    return given in (None, "", bytes_to_base64url(handle))


def _transports(answer: Mapping[str, Any]) -> list[str]:
    response = answer.get("response")
    given = response.get("transports") if isinstance(response, Mapping) else None
    known = {transport.value for transport in AuthenticatorTransport}
    return [name for name in given if name in known] if isinstance(given, list) else []


def _refuse(session: Session, link: Link, now: datetime, because: str) -> Outcome:
    audit.note(
        session, now, "bot", "identity.passkey_refused", f"conversation:{link.conversation_id}",
        purpose=link.purpose.value, because=because,
    )  # fmt: skip
    return Outcome.REFUSED


def _tell_owner(session: Session, link: Link, now: datetime) -> None:
    """A word to the number on file: whoever did not make this passkey learns of it."""
    number = session.scalar(select(Customer.mobile).where(Customer.id == link.customer_id))
    if number:
        outbox.put(
            session,
            Way.SMS,
            number,
            "Harbour Life: a passkey (Smart Eye) was set up for you just now; passkeys you had before no "
            "longer work. If that was not you, call 95500 at once.",
            now,
            key=f"passkey:{link.id}",
            purpose="passkey_notice",
            customer_id=link.customer_id,
            conversation_id=link.conversation_id,
        )


def _actor(session: Session, link: Link) -> str:
    number = session.scalar(
        select(Customer.number)
        .join(Conversation, Conversation.customer_id == Customer.id)
        .where(Conversation.id == link.conversation_id)
    )
    return f"customer:{number}"


def _as_json(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found
