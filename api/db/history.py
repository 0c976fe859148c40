"""Keep every state of every row: one line for each change, numbered in the order of commits, never taken out."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from api.db.geometry import decode
from api.db.records import Change, ChangeKind, Revision, Row
from api.db.tables import CHANGES, Layer
from api.db.values import read_history

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FEW = 500
CHANGE_FIELDS = [field.name for field in dataclasses.fields(Change)]


def last_change(connection: sa.Connection) -> int:
    """Return the number of the last change; 0 where nothing was ever written."""
    return connection.scalar(sa.select(sa.func.max(CHANGES.c.number))) or 0


def record(connection: sa.Connection, layer: Layer, row: Row, wkb: bytes, kind: ChangeKind, who: str) -> None:
    """Write that ``kind`` has left the row as it is given; the caller holds the writer's lock."""
    connection.execute(
        sa.insert(CHANGES),
        {
            "number": last_change(connection) + 1,
            "layer": layer.name,
            "id": row.id,
            "revision": row.revision,
            "kind": kind,
            "who": author(who),
            "at": row.changed_at,
            "properties": known(row.properties),
            "geometry": wkb,
        },
    )


def first_revisions(connection: sa.Connection, layer: Layer, ids: Sequence[str]) -> list[int]:
    """Return 1 for each id, or the revision after its last one where it was there before and was deleted."""
    last = (
        sa.select(CHANGES.c.id, sa.func.max(CHANGES.c.revision))
        .where(CHANGES.c.layer == layer.name, CHANGES.c.kind == "delete")
        .group_by(CHANGES.c.id)
    )
    if len(ids) <= FEW:  # by the key: one new row must not read the history of a million
        last = last.where(CHANGES.c.id.in_(ids))
    deleted = {line[0]: line[1] for line in connection.execute(last)}
    return [deleted.get(one, 0) + 1 for one in ids]


def revisions(connection: sa.Connection, layer: Layer, row_id: str) -> list[Revision]:
    """Return every revision of a row, the first one first; empty where it never was."""
    of_row = sa.and_(CHANGES.c.layer == layer.name, CHANGES.c.id == row_id)
    found = connection.execute(sa.select(CHANGES).where(of_row).order_by(CHANGES.c.revision)).all()
    geometries = decode([line.geometry for line in found])
    return [
        Revision(_change(line), Row(line.id, line.revision, geometry, read_history(layer, line.properties), line.at))
        for line, geometry in zip(found, geometries, strict=True)
    ]


def changes_since(connection: sa.Connection, number: int, limit: int) -> list[Change]:
    """Return up to ``limit`` changes after ``number``, in their order."""
    columns = [CHANGES.c[name] for name in CHANGE_FIELDS]
    statement = sa.select(*columns).where(CHANGES.c.number > number).order_by(CHANGES.c.number).limit(limit)
    return [_change(line) for line in connection.execute(statement)]


def known(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties that are not None: what a line of history keeps."""
    return {name: value for name, value in properties.items() if value is not None}


def author(who: str) -> str:
    """Return a name as both databases can hold it: without NUL, half surrogates as question marks."""
    return who.replace("\0", "").encode(errors="replace").decode()


def _change(line: Any) -> Change:  # noqa: ANN401 - a row of SQLAlchemy
    return Change(*(getattr(line, name) for name in CHANGE_FIELDS))
