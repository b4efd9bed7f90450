"""What all tables share: the declarative base, exact money, aware time, opaque ids."""

import secrets
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, NewType

from sqlalchemy import JSON, BigInteger, DateTime, Enum, MetaData, Numeric
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

ConversationId = NewType("ConversationId", str)
AgentId = NewType("AgentId", int)


class Money(TypeDecorator[Decimal]):
    """An amount in the insurer's currency, exact to the cent; stored as a whole number of cents."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Cents for the database.

        Raises:
            ValueError: the amount has fractions of a cent.
        """
        if value is None:
            return None
        cents = Decimal(value) * 100
        if cents != cents.to_integral_value():
            raise ValueError(f"not a whole number of cents: {value}")
        return int(cents)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """The amount, with two decimal places."""
        return None if value is None else (Decimal(value) / 100).quantize(Decimal("0.01"))


class Moment(TypeDecorator[datetime]):
    """An aware moment; kept in UTC, also where the database knows no time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC for the database.

        Raises:
            ValueError: the moment is naive.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive moment: {value}")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment, aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Rate = Numeric(7, 5)
"""A yearly rate as a fraction: 0.05 is five percent."""

Percent = Numeric(5, 2)
"""A share of a hundred."""


def _values(enumeration: type[StrEnum]) -> list[str]:
    return [member.value for member in enumeration]


class Base(DeclarativeBase):
    """Root of all tables; constraint names are fixed so that migrations can name them."""

    type_annotation_map: ClassVar = {
        datetime: Moment,
        dict[str, Any]: JSON,
        list[str]: JSON,
        list[int]: JSON,
        StrEnum: Enum(StrEnum, native_enum=False, length=20, values_callable=_values),
    }
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )


def opaque_id() -> str:
    """A new identifier that cannot be guessed and says nothing."""
    return secrets.token_urlsafe(16)
