"""Open the transactions of a database: one writer at a time, and calls within a block are part of it."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import sqlalchemy as sa

    from api.db.dialects import StoreDialect

# The transaction that is open in this thread or task, by store, and whether it may write: calls within it join it.
_OPEN: ContextVar[Mapping[int, tuple[sa.Connection, bool]]] = ContextVar(
    "open transactions", default=MappingProxyType({})
)


class Connections:
    """The connections of one database. Safe for many threads."""

    def __init__(self, engine: sa.Engine, dialect: StoreDialect) -> None:
        self.engine = engine
        self.dialect = dialect

    def __enter__(self) -> Self:
        """Return the store; leaving the block closes it."""
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection; the store opens new ones when it is used again."""
        self.engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """Open the one write transaction; every call on this store within the block, in this thread, is part of it.

        Open it in the function that writes. It is committed when the block ends and rolled back when it raises; an
        inner ``transaction`` joins the outer one. Other writers wait meanwhile, for half a minute at most.
        """
        joined = self._open(writes=True)
        if joined is not None:
            yield joined
            return
        with self._begun(writes=True) as connection:
            self.dialect.lock(connection)
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Show one moment of the store to all calls within the block, in this thread or task; none may write."""
        joined = self._open(writes=False)
        if joined is not None:
            yield joined
            return
        with self._begun(writes=False) as connection:
            yield connection

    def _open(self, *, writes: bool) -> sa.Connection | None:
        """Return the connection of the transaction that is open here; None where there is none."""
        connection, may_write = _OPEN.get().get(id(self), (None, True))
        if writes and not may_write:
            raise RuntimeError("a write inside `store.reading()`")
        return connection

    @contextmanager
    def _begun(self, *, writes: bool) -> Iterator[sa.Connection]:
        options = self.dialect.writing() if writes else self.dialect.reading()
        with self.engine.connect().execution_options(**options) as connection, connection.begin():
            token = _OPEN.set({**_OPEN.get(), id(self): (connection, writes)})
            try:
                yield connection
            finally:
                _OPEN.reset(token)
