"""Keep a county in one file: well-known binary and SQLite's built-in R*Tree, no extension to load."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import sqlalchemy as sa

from api.db.columns import as_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

BUSY_SECONDS = 30
WRITES = "cotrench_writes"


class Sqlite:
    """The embedded store. Every table with a geometry has an R*Tree beside it, named after it."""

    def engine(self, url: sa.URL) -> sa.Engine:
        """Return an engine that writes ahead to a log, syncs every commit, and waits for another writer."""
        engine = sa.create_engine(
            url,
            # The driver must leave BEGIN to us: its own, deferred one loses updates between concurrent writers.
            connect_args={"timeout": BUSY_SECONDS, "isolation_level": None, "check_same_thread": False},
            pool_size=10,
            max_overflow=30,
            json_serializer=as_json,
        )
        sa.event.listen(engine, "connect", _set_up)
        sa.event.listen(engine, "begin", _begin)
        return engine

    def reading(self) -> dict[str, Any]:
        """Begin deferred: the log holds one moment for a reader."""
        return {}

    def writing(self) -> dict[str, Any]:
        """Begin as a writer at once."""
        return {WRITES: True}

    def lock(self, connection: sa.Connection) -> None:
        """Do nothing: BEGIN IMMEDIATE has let in one writer already."""

    def in_box(
        self, table: sa.Table, box: tuple[float, float, float, float], least: float = 0.0
    ) -> sa.ColumnElement[bool]:
        """Ask the R*Tree; its 32-bit boxes are rounded outwards, up to some metres."""
        tree = _tree(table).c
        x0, y0, x1, y1 = box
        near = sa.select(tree.number).where(tree.max_x >= x0, tree.min_x <= x1, tree.max_y >= y0, tree.min_y <= y1)
        if least > 0:
            near = near.where(sa.or_(tree.max_x - tree.min_x >= least, tree.max_y - tree.min_y >= least))
        return table.c.number.in_(near)

    def append(
        self, connection: sa.Connection, table: sa.Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]
    ) -> None:
        """Write by one prepared statement, past SQLAlchemy's own loop over the values of each row."""
        dialect = connection.dialect
        processors = [table.c[column].type.dialect_impl(dialect).bind_processor(dialect) for column in columns]
        turned = [(at, process) for at, process in enumerate(processors) if process is not None]
        values = [list(row) for row in rows]
        for at, process in turned:
            for row in values:
                row[at] = process(row[at])
        quoted = ", ".join(f'"{column}"' for column in columns)
        marks = ", ".join("?" * len(columns))
        statement = f'INSERT INTO "{table.name}" ({quoted}) VALUES ({marks})'  # noqa: S608 - our own names
        connection.exec_driver_sql(statement, [tuple(row) for row in values])

    def index(
        self, connection: sa.Connection, table: sa.Table, numbers: Sequence[int], boxes: NDArray[np.float64]
    ) -> None:
        """Enter or move rows; an R*Tree replaces the entry of the same number."""
        if not len(numbers):
            return
        # Column order: number, min x, max x, min y, max y.
        entries = list(zip(numbers, *boxes[:, (0, 2, 1, 3)].T.tolist(), strict=True))
        statement = f"INSERT OR REPLACE INTO {_tree_name(table.name)} VALUES (?, ?, ?, ?, ?)"  # noqa: S608 - our own table's name
        connection.exec_driver_sql(statement, entries)

    def unindex(self, connection: sa.Connection, table: sa.Table, number: int) -> None:
        """Take one entry out."""
        tree = _tree(table)
        connection.execute(sa.delete(tree).where(tree.c.number == number))

    def bounds(self, connection: sa.Connection, table: sa.Table) -> tuple[float, float, float, float] | None:
        """Return the box of the R*Tree's root, which holds all others: a million need not be read for it."""
        node = f"SELECT data FROM {_tree_name(table.name)}_node WHERE nodeno = 1"  # noqa: S608 - our own table's name
        root: bytes = connection.exec_driver_sql(node).scalar_one()
        # The file format of R*Trees: depth, number of entries, then a number and four coordinates of each entry.
        count = int.from_bytes(root[2:4], "big")
        if count == 0:
            return None
        sides = np.frombuffer(root, [("number", ">i8"), ("sides", ">f4", 4)], count, offset=4)["sides"].astype(float)
        least, most = sides.min(axis=0), sides.max(axis=0)
        return float(least[0]), float(least[2]), float(most[1]), float(most[3])

    def misindexed(self, connection: sa.Connection, table: sa.Table) -> int:
        """Count numbers that only one of table and R*Tree has."""
        tree = _tree(table)
        rows, entries = sa.select(table.c.number), sa.select(tree.c.number)
        differences = [sa.except_(rows, entries).subquery(), sa.except_(entries, rows).subquery()]
        return sum(connection.scalar(sa.select(sa.func.count()).select_from(one)) or 0 for one in differences)

    def bind_grid(self, connection: sa.Connection, tables: Iterable[sa.Table], srid: int) -> None:
        """Do nothing: a blob has no SRID, and rows reach it through the store only."""

    def prepare(self, connection: sa.Connection) -> None:
        """Do nothing: the R*Tree is part of SQLite."""

    def spatial_index(self, table: str) -> str:
        """Return the R*Tree's statement."""
        return f"CREATE VIRTUAL TABLE {_tree_name(table)} USING rtree(number, min_x, max_x, min_y, max_y)"

    def without_spatial_index(self, table: str) -> str:
        """Return the statement that drops the R*Tree with the tables it keeps its nodes in."""
        return f"DROP TABLE {_tree_name(table)}"

    def damage(self, connection: sa.Connection) -> list[str]:
        """Return what SQLite's own check of pages, indexes and R*Trees finds."""
        found = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
        return [] if found == ["ok"] else [str(one) for one in found]

    def is_own(self, name: str) -> bool:
        """Tell R*Trees and their parts, and SQLite's own tables."""
        return name.startswith("sqlite_") or "_tree" in name


def _set_up(connection: Any, record: object) -> None:  # noqa: ANN401, ARG001 - the driver's, and the event's signature
    """Set what SQLite keeps for each connection."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # What was answered with success is on disk, also after a power cut.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin(connection: sa.Connection) -> None:
    """Begin as a writer at once where one is: a reader that turns writer would have to fail."""
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _tree_name(table: str) -> str:
    return f"{table}_tree"


def _tree(table: sa.Table) -> sa.TableClause:
    return sa.table(
        _tree_name(table.name),
        sa.column("number", sa.Integer),
        *(sa.column(side, sa.Double) for side in ("min_x", "max_x", "min_y", "max_y")),
    )
