"""Hold every difference between PostGIS and SQLite: one module each, one interface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa

from api.db.dialects.postgis import Postgis
from api.db.dialects.sqlite import Sqlite
from geo.faults import Fault, refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

Box = tuple[float, float, float, float]


class StoreDialect(Protocol):
    """What the store asks of a database beyond SQLAlchemy. Boxes are min x, min y, max x, max y in the grid."""

    def engine(self, url: sa.URL) -> sa.Engine:
        """Return an engine whose connections are set up; connects to nothing yet."""
        ...

    def reading(self) -> dict[str, Any]:
        """Return the execution options of a transaction that only reads: it sees one moment."""
        ...

    def writing(self) -> dict[str, Any]:
        """Return the execution options of a transaction that writes."""
        ...

    def lock(self, connection: sa.Connection) -> None:
        """Let one writer in at a time until the transaction ends, so that change numbers come in commit order."""
        ...

    def in_box(self, table: sa.Table, box: Box, least: float = 0.0) -> sa.ColumnElement[bool]:
        """Return the condition, answered by the spatial index, of all rows in the box and perhaps a few beside it.

        ``least``: only of rows that are so wide or so high, metres, and perhaps of a few that are not quite.
        """
        ...

    def append(
        self, connection: sa.Connection, table: sa.Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]
    ) -> None:
        """Write many rows in the fastest way there is; ``rows`` in the order of ``columns``."""
        ...

    def index(
        self, connection: sa.Connection, table: sa.Table, numbers: Sequence[int], boxes: NDArray[np.float64]
    ) -> None:
        """Enter rows into the spatial index, or move them; ``boxes`` (n, 4)."""
        ...

    def unindex(self, connection: sa.Connection, table: sa.Table, number: int) -> None:
        """Take a row out of the spatial index."""
        ...

    def bounds(self, connection: sa.Connection, table: sa.Table) -> Box | None:
        """Return the box of all rows, at most a few metres too large; None where there are none."""
        ...

    def misindexed(self, connection: sa.Connection, table: sa.Table) -> int:
        """Count the rows that the spatial index lacks or has for nothing."""
        ...

    def bind_grid(self, connection: sa.Connection, tables: Iterable[sa.Table], srid: int) -> None:
        """Let the geometry columns take nothing but this SRID from now on; they are empty."""
        ...

    def prepare(self, connection: sa.Connection) -> None:
        """Bring what the tables need before they are made; refuse with the mend if it cannot be had."""
        ...

    def spatial_index(self, table: str) -> str:
        """Return the statement, for a migration, that makes the spatial index of a table's geometry."""
        ...

    def without_spatial_index(self, table: str) -> str:
        """Return the statement that undoes it."""
        ...

    def damage(self, connection: sa.Connection) -> list[str]:
        """Return what the database itself finds broken in its files; empty where it has no such check."""
        ...

    def is_own(self, name: str) -> bool:
        """Tell a table that the database or this dialect keeps for itself."""
        ...


IN_MEMORY = (None, "", ":memory:")
DIALECTS: dict[str, Callable[[], StoreDialect]] = {"sqlite": Sqlite, "postgresql": Postgis}


def dialect_named(name: str) -> StoreDialect:
    """Return the dialect of a SQLAlchemy dialect name (``sqlite`` or ``postgresql``)."""
    return DIALECTS[name]()


def read_url(text: str) -> sa.URL:
    """Return the URL with our driver; refuse what is neither of the two databases.

    >>> read_url("postgresql://me@db/county").drivername
    'postgresql+psycopg'
    """
    try:
        url = sa.make_url(text)
    except sa.exc.ArgumentError:
        url = sa.URL.create("unreadable")
    kind = {"postgres": "postgresql"}.get(url.get_backend_name(), url.get_backend_name())
    # A SQLite URL without a file is a database in memory: what was answered with success would be gone.
    if kind not in DIALECTS or (kind == "sqlite" and url.database in IN_MEMORY):
        refuse(
            [
                Fault(
                    "database.unknown",
                    "数据库地址不是 SQLite 文件或 PostgreSQL",
                    "the database URL is neither a SQLite file nor PostgreSQL",
                    "写成 sqlite:///文件路径 或 postgresql://用户@主机/库名",
                    "write sqlite:///path/to/file or postgresql://user@host/database",
                    field="COTRENCH_DATABASE_URL",
                )
            ]
        )
    return url.set(drivername={"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}[kind])
