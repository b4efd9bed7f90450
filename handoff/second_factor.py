"""The second factor of an agent: codes of an app (RFC 6238), and recovery codes for when the app is lost.

Codes are good once. The app's secret is encrypted with a key outside the database; recovery codes are hashed.
"""

import base64
import hashlib
import hmac
import secrets as random
from dataclasses import dataclass
from datetime import datetime

import pyotp
from cryptography.fernet import Fernet
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from handoff.authorization import Principal
from handoff.refusals import WrongCode
from records import audit, secrets
from records.models import RecoveryCode, SecondFactor

ISSUER = "Contact centre"
STEP_SECONDS = 30
SLACK_STEPS = 1
"""So many half minutes may a telephone's clock be off."""

RECOVERY_CODES = 10


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the agent's app must learn; shown once."""

    secret: str
    uri: str
    """The same as a link, for a QR code."""


def begin(session: Session, who: Principal, now: datetime) -> Enrolment:
    """Make a secret; it is asked for only after `confirm`. One in use must be switched off first.

    Raises:
        WrongCode: the second factor is on already.
    """
    row = session.get(SecondFactor, who.agent_id)
    if row is not None and row.confirmed_at is not None:
        raise WrongCode
    secret = pyotp.random_base32()
    if row is None:
        row = SecondFactor(agent_id=who.agent_id, sealed_secret="", confirmed_at=None, last_step=0)
        session.add(row)
    row.sealed_secret = _box().encrypt(secret.encode()).decode()
    audit.note(session, now, f"agent:{who.login}", "second_factor_begun", f"agent:{who.login}")
    return Enrolment(secret, pyotp.TOTP(secret).provisioning_uri(name=who.login, issuer_name=ISSUER))


def confirm(session: Session, who: Principal, code: str, now: datetime) -> tuple[str, ...]:
    """Switch it on; returns the recovery codes, to be shown once.

    Raises:
        WrongCode: the app shows something else, or nothing was begun.
    """
    row = session.get(SecondFactor, who.agent_id, with_for_update=True)
    if row is None or row.confirmed_at is not None or not _is_of_now(row, code, now):
        raise WrongCode
    row.confirmed_at = now
    codes = tuple(random.token_hex(8) for _ in range(RECOVERY_CODES))
    session.execute(delete(RecoveryCode).where(RecoveryCode.agent_id == who.agent_id))
    session.add_all(RecoveryCode(agent_id=who.agent_id, code_hash=_hash(one)) for one in codes)
    audit.note(session, now, f"agent:{who.login}", "second_factor_on", f"agent:{who.login}")
    return codes


def switch_off(session: Session, who: Principal, code: str, now: datetime) -> None:
    """Switch it off, with a code.

    Raises:
        WrongCode: the code is not right, or there is no second factor.
    """
    if not is_on(session, who.agent_id) or not use(session, who.agent_id, code, now):
        raise WrongCode
    remove(session, who.agent_id)
    audit.note(session, now, f"agent:{who.login}", "second_factor_off", f"agent:{who.login}")


def is_on(session: Session, agent_id: int) -> bool:
    """Whether the agent needs a code to log in."""
    row = session.get(SecondFactor, agent_id)
    return row is not None and row.confirmed_at is not None


def use(session: Session, agent_id: int, code: str, now: datetime) -> bool:
    """Use up a code of the app, or a recovery code; False when it is neither."""
    row = session.get(SecondFactor, agent_id, with_for_update=True, populate_existing=True)
    if row is None or row.confirmed_at is None:
        return False
    return _is_of_now(row, code, now) or _recovers(session, agent_id, code, now)


def remove(session: Session, agent_id: int) -> None:
    """Forget the app and its recovery codes: the telephone is lost, or the agent wants it so."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.agent_id == agent_id))
    session.execute(delete(SecondFactor).where(SecondFactor.agent_id == agent_id))


def _is_of_now(row: SecondFactor, code: str, now: datetime) -> bool:
    """Whether the app shows this code now, and did not show it to us before; remembers the half minute."""
    app = pyotp.TOTP(_box().decrypt(row.sealed_secret.encode()).decode())
    digits = "".join(code.split())
    present = int(now.timestamp()) // STEP_SECONDS
    for step in range(present - SLACK_STEPS, present + SLACK_STEPS + 1):
        if hmac.compare_digest(app.at(step * STEP_SECONDS).encode(), digits.encode()):
            if step <= row.last_step:
                return False
            row.last_step = step
            return True
    return False


def _recovers(session: Session, agent_id: int, code: str, now: datetime) -> bool:
    row = session.scalars(
        select(RecoveryCode)
        .where(
            RecoveryCode.agent_id == agent_id,
            RecoveryCode.code_hash == _hash("".join(code.split()).lower()),
            RecoveryCode.used_at.is_(None),
        )
        .with_for_update()
    ).first()
    if row is None:
        return False
    row.used_at = now
    audit.note(session, now, "system", "recovery_code_used", f"agent:{agent_id}")
    return True


def _hash(code: str) -> str:
    return hmac.new(secrets.get("CODE_KEY").encode(), f"recovery:{code}".encode(), hashlib.sha256).hexdigest()


def _box() -> Fernet:
    key = hashlib.sha256(f"second factor:{secrets.get('CODE_KEY')}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
