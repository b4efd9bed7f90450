"""What proofs of identity are made with: one-time codes, links to the verification page, passkeys.

Nothing here opens anything by itself: codes and links are kept as hashes, keys are public ones.
"""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base


class OneTimeCode(Base):
    """A code that was sent, for one purpose in one conversation; only the newest one counts."""

    __tablename__ = "one_time_codes"
    __table_args__ = (
        Index("ix_one_time_codes_conversation_id_purpose", "conversation_id", "purpose"),
        Index("ix_one_time_codes_number_hash_created_at", "number_hash", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    """Whom a right answer proves; empty when the identifier was nobody's, and then no answer is right."""
    purpose: Mapped[str] = mapped_column(String(40))
    code_hash: Mapped[str] = mapped_column(String(64))
    number_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    """Wrong answers given to it."""
    used_at: Mapped[datetime | None]


class VerificationLink(Base):
    """A link to the verification page, for one purpose of one customer in one conversation."""

    __tablename__ = "verification_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    seed: Mapped[str] = mapped_column(String(22))
    """Random; with the installation's key it makes the token again: a living link can be shown twice."""
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    purpose: Mapped[str] = mapped_column(String(10))
    """register or step_up."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    code_at: Mapped[datetime | None]
    """When the one-time code that a registration needs was given on the page."""
    used_at: Mapped[datetime | None]


class PasskeyChallenge(Base):
    """A challenge for an authenticator: good for one answer, right or wrong."""

    __tablename__ = "passkey_challenges"

    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("verification_links.id"), index=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    challenge: Mapped[bytes] = mapped_column(LargeBinary(64))
    user_handle: Mapped[bytes] = mapped_column(LargeBinary(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Passkey(Base):
    """A customer's passkey: its public key. The private one, and the face or finger, stay on the device."""

    __tablename__ = "passkeys"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    """In base64url, as browsers send it."""
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    user_handle: Mapped[bytes] = mapped_column(LargeBinary(64))
    """Random name of the customer towards authenticators; says nothing, and stays the same."""
    sign_count: Mapped[int] = mapped_column(BigInteger)
    transports: Mapped[list[str]]
    aaguid: Mapped[str] = mapped_column(String(36))
    """Model of the authenticator."""
    backed_up: Mapped[bool]
    """Whether the customer's platform keeps copies of it."""
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_because: Mapped[str] = mapped_column(String(20), default="")
    """replaced (by a newer one), or copied: its counter went back."""
