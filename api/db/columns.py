"""Say what kinds of columns the store has, and how each is kept on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import orjson
import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Dialect

Kind = Literal["text", "number", "integer", "date"]


class Instant(sa.types.TypeDecorator[datetime]):
    """A moment; always with a zone in Python, always UTC in the database."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[datetime]:
        """Return ``timestamptz`` on PostgreSQL; SQLite keeps UTC without a mark."""
        return dialect.type_descriptor(sa.DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone: it would be another one elsewhere."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone: {value}")
        in_utc = value.astimezone(UTC)
        return in_utc if dialect.name == "postgresql" else in_utc.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give it with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def as_json(value: object) -> str:
    """Return JSON text with Chinese as it is and dates as ISO text.

    >>> as_json({"name": "范蠡大街", "start": datetime(2026, 3, 1, tzinfo=UTC).date()})
    '{"name":"范蠡大街","start":"2026-03-01"}'
    """
    return orjson.dumps(value).decode()


def key_text() -> sa.Text:
    """Return the type of ids: ordered by code point on both databases, so that pages come in one order."""
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def number() -> sa.BigInteger:
    """Return the type of change numbers; on SQLite it must say INTEGER to be the row's own key."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


SQL_TYPES: Mapping[Kind, type[sa.types.TypeEngine[Any]]] = MappingProxyType(
    {"text": sa.Text, "number": sa.Double, "integer": sa.Integer, "date": sa.Date}
)
