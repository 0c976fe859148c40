"""Copy a whole store, history and all, into another one of either kind: backup, restore, the move to PostGIS."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shapely
import sqlalchemy as sa

from api.db.account_tables import ACCOUNTS, ORGANISATIONS, TOKENS
from api.db.errors import SchemaError
from api.db.geometry import decode
from api.db.store import Store, open_store
from api.db.tables import (
    ACCEPTANCES,
    ANSWERS,
    CASE_EVENTS,
    CASES,
    CHANGES,
    DRAFTS,
    GEOMETRIES,
    GEOMETRY,
    LAYERS,
    PROGRAMMES,
    VISIT_MINUTES,
    VISIT_PICTURES,
)
from geo.faults import BadInputError, Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

CHUNK = 5_000
LAYER_TABLES = [layer.table for layer in LAYERS.values()]
# Sessions and wrong tries are of the moment: they stay behind, and people sign in again.
TABLES = [
    CHANGES, ANSWERS, ACCEPTANCES, CASES, CASE_EVENTS, DRAFTS, PROGRAMMES, VISIT_PICTURES, GEOMETRIES, VISIT_MINUTES,
    ORGANISATIONS, ACCOUNTS, TOKENS, *LAYER_TABLES,
]  # fmt: skip
HEAVY = (VISIT_PICTURES, VISIT_MINUTES)
"""Tables whose lines are read a few at a time: each may be as large as a photo, or a paper full of them."""
CHUNK_OF_HEAVY = 4

OF_PEOPLE = (CASES, DRAFTS, ORGANISATIONS, ACCOUNTS)
"""What makes a store used although no layer of it ever had a row."""


def copy(source: Store, target: Store, progress: Callable[[int, int], None] | None = None) -> int:
    """Copy all rows, changes, answers, cases, drafts, programmes, visits, accounts, the county; return how many.

    All or nothing.

    Parameters
    ----------
    source
        Read as it is at one moment; others may go on writing to it.
    target
        Its tables are made if need be.
    progress
        Called with (done, total) before the first and after every few thousand lines.

    Raises
    ------
    BadInputError
        ``store.not_empty``: the target has a county, rows, cases, drafts or accounts already.
    SchemaError
        The source's tables are not those of this program.
    """
    if not source.is_current():
        raise SchemaError("the store to copy from is not at this program's revision; upgrade it first")
    target.upgrade()
    tell, done = progress or _silent, 0
    with source.reading() as origin, target.transaction() as goal:
        used = any(
            goal.execute(sa.select(table).limit(1)).first() for table in (CASES, DRAFTS, ORGANISATIONS, ACCOUNTS)
        )
        if target.county is not None or target.last_change() or used:
            raise BadInputError([NOT_EMPTY])
        county = source.county
        if county is not None:
            target.county = county
        total = sum(origin.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in TABLES)
        tell(0, total)
        for table in TABLES:
            with closing(_read(origin, table)) as parts:
                for lines in parts:
                    _write(target, goal, table, lines)
                    done += len(lines)
                    tell(done, total)
    return done


def backup(store: Store, file: Path, progress: Callable[[int, int], None] | None = None) -> int:
    """Write the store into one SQLite file, which is a store itself; a file of that name is replaced at the end."""
    file = file.resolve()
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        made = Path(folder) / "backup.db"
        with open_store(_url(made), folder) as target:
            done = copy(store, target, progress)
        with closing(sqlite3.connect(made)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")  # one file, which a read-only place can hold as well
        made.replace(file)
    return done


def restore(file: Path, store: Store, progress: Callable[[int, int], None] | None = None) -> int:
    """Copy a backup into an empty store; errors as `copy`, and ``store.no_backup`` for a file that is none."""
    with file.open("rb") as opened:
        if opened.read(16) != b"SQLite format 3\0":
            raise BadInputError([NO_BACKUP.at(file=file.name)])
    with tempfile.TemporaryDirectory() as folder:
        # A store that is opened is written to, if only its log; the backup stays as it is.
        copied = Path(shutil.copy(file, folder))
        with open_store(_url(copied), folder) as source:
            return copy(source, store, progress)


def _url(file: Path) -> str:
    return sa.URL.create("sqlite", database=str(file)).render_as_string()


def _read(connection: sa.Connection, table: sa.Table) -> Generator[Sequence[Any]]:
    """Yield the lines of a table in the order of its key, some thousand at a time."""
    statement = sa.select(*table.columns).order_by(*table.primary_key.columns)
    chunk = CHUNK_OF_HEAVY if table in HEAVY else CHUNK
    with connection.execute(statement, execution_options={"yield_per": chunk}) as result:
        yield from result.partitions()


def _write(store: Store, connection: sa.Connection, table: sa.Table, lines: Sequence[Any]) -> None:
    names = table.columns.keys()
    store.dialect.append(connection, table, names, lines)
    if table in LAYER_TABLES:
        at = names.index(GEOMETRY)
        boxes = shapely.bounds(decode([line[at] for line in lines]))
        store.dialect.index(connection, table, [line.number for line in lines], boxes)


def _silent(done: int, total: int) -> None:
    """Show nothing."""


NOT_EMPTY = Fault(
    "store.not_empty",
    "目标库不是空的",
    "the store to copy into is not empty",
    "换一个空库（新的数据文件夹或数据库）",
    "give an empty one: another data folder or database",
)
NO_BACKUP = Fault(
    "store.no_backup",
    "不是备份文件",
    "not a backup file",
    "选择 cotrench db backup 写出的文件",
    "choose a file that cotrench db backup has written",
)
