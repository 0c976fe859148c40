"""Say in a sentence why a database cannot be used: not there, not reached, locked, full, damaged, newer."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

import psycopg
import sqlalchemy as sa

from api.db.errors import SchemaError
from geo.faults import Fault

MOST_SIGNS = 200


class Trouble(NamedTuple):
    """One kind of trouble: its code, what it is and what to do, in Chinese and English."""

    code: str
    zh: str
    en: str
    mend_zh: str
    mend_en: str


BUSY = Trouble(
    "database.busy", "数据库正被其他程序占用", "another program holds the database",
    "等它写完再试；若一直如此，关闭那个程序", "try again when it is done; if it never is, close that program",
)  # fmt: skip
FULL = Trouble(
    "database.full", "磁盘写不下了", "the disk takes no more",
    "腾出空间或放宽限额，再试一次；已保存的数据还在",
    "make room or raise the quota, then try again; what was saved is kept",
)  # fmt: skip
FAILING = Trouble(
    "database.failing", "数据库文件读写出错", "the database file cannot be read or written to the end",
    "检查磁盘空间、限额和连接，再试一次；已保存的数据还在",
    "check room, quota and connection of the disk, then try again; what was saved is kept",
)  # fmt: skip
READ_ONLY = Trouble(
    "database.read_only", "数据库只能读，不能写", "the database can be read but not written",
    "检查文件和文件夹的权限", "check the permissions of the file and its folder",
)  # fmt: skip
NOT_OPENED = Trouble(
    "database.not_opened", "打不开数据库文件", "the database file cannot be opened",
    "检查路径、权限，文件夹须已存在", "check the path and the permissions; its folder must be there",
)  # fmt: skip
DAMAGED = Trouble(
    "database.damaged", "不是数据库文件，或已损坏", "not a database file, or damaged",
    "移走它，再用 cotrench db restore 恢复备份", "move it away and bring a backup back with cotrench db restore",
)  # fmt: skip
UNREACHABLE = Trouble(
    "database.unreachable", "连不上数据库服务器", "the database server cannot be reached",
    "检查 COTRENCH_DATABASE_URL 的主机、端口、用户、密码和库名，以及服务器是否在运行",
    "check host, port, user, password and database of COTRENCH_DATABASE_URL, and whether the server runs",
)  # fmt: skip
NEWER = Trouble(
    "database.newer", "数据库由更新的程序建立", "the database was made by a newer program",
    "换用新版程序，或恢复旧的备份", "use the newer program, or bring an older backup back",
)  # fmt: skip

SQLITE = {
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_IOERR: FAILING,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_PERM: READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: NOT_OPENED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
}
# By the beginning of the server's error code (SQLSTATE), the longest first.
POSTGRESQL = {
    "25006": READ_ONLY,
    "53100": FULL,
    "53300": BUSY,  # too many connections
    "55P03": BUSY,  # a lock was not to be had
    "57P": UNREACHABLE,  # shut down, starting up, dropped
    "08": UNREACHABLE,
    "28": UNREACHABLE,  # user or password
}


def fault_of(error: BaseException) -> Fault | None:
    """Return what is the matter where ``error`` comes from the database's place or state; None for a mistake of ours.

    >>> fault_of(SchemaError("of tomorrow")).code
    'database.newer'
    >>> fault_of(ValueError("of ours")) is None
    True
    """
    if isinstance(error, SchemaError):
        return Fault(*NEWER)
    if isinstance(error, sa.exc.TimeoutError):  # every connection of the pool is in use
        return Fault(*BUSY)
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    trouble = _of_driver(cause)
    return None if trouble is None else Fault(*trouble, value=_first_line(cause))


def _of_driver(cause: BaseException | None) -> Trouble | None:
    if isinstance(cause, sqlite3.Error):
        # The low byte is the kind, the others its variety.
        return SQLITE.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF)
    if not isinstance(cause, psycopg.Error):
        return None
    if cause.sqlstate is None:  # the server did not speak: no connection, or one that was cut
        return UNREACHABLE if isinstance(cause, psycopg.OperationalError) else None
    return next((trouble for code, trouble in POSTGRESQL.items() if str(cause.sqlstate).startswith(code)), None)


def _first_line(cause: BaseException | None) -> str:
    """Return what the driver said; neither driver repeats a password."""
    return str(cause).strip().partition("\n")[0][:MOST_SIGNS]
