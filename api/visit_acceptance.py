"""Write the accepted changes of an edited GeoPackage into the store, as if each row were written by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import orjson
import shapely

from api.coordinates import axes_of
from api.db.errors import ExistsError
from api.errors import ProblemError
from api.features import row_of
from api.own_items import refuse_others
from geo.faults import BadInputError, Fault
from survey.visits.layer_changes import SHAPE
from survey.visits.layer_names import ID, plain_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from api.dependencies import Service
    from api.doors import Visitor
    from api.visit_differences import Differences, Line

STALE = Fault(
    "layers.stale", "显示以后又被修改", "it was changed again since it was shown", "看看新的对照再决定",
    "look at it as it is now, and decide again",
)  # fmt: skip
UNKNOWN = Fault(
    "layers.change",
    "文件里没有这条变更",
    "the file has no such change",
    "重新上传并对照",
    "send the file again and compare",
)


@dataclass(frozen=True, slots=True)
class Written:
    """A row that was written: its layer and id, how, its revision after it (None: it is gone), and the lines."""

    layer: str
    id: str
    kind: str
    revision: int | None
    lines: tuple[str, ...]


@dataclass(slots=True)
class Accepted:
    """What became of the lines that were accepted.

    Parameters
    ----------
    written
        Rows that are written now.
    already
        Lines that are stored as they were edited: accepted before, or edited to the same meanwhile.
    refused
        Lines that were not written, with what is wrong.
    """

    written: list[Written] = field(default_factory=list)
    already: list[str] = field(default_factory=list)
    refused: list[tuple[str, tuple[Fault, ...]]] = field(default_factory=list)


def sorted_out(found: Differences, asked: Sequence[str]) -> tuple[list[list[Line]], Accepted]:
    """Return the lines that are to be written, those of one row together, and what is decided about the others.

    A line is asked for as it was shown: where the row has another revision by now it is stale, as with If-Match.
    """
    by_id, keys = {line.id: line for line in found.lines}, {line.key for line in found.lines}
    rows: dict[tuple[str, str], list[Line]] = {}
    told = Accepted()
    for one in dict.fromkeys(asked):
        key = one.rpartition("@")[0]
        if one in by_id:
            line = by_id[one]
            rows.setdefault((line.stored, line.change.id), []).append(line)
        elif key in keys:
            told.refused.append((one, (STALE,)))
        elif any(key.startswith(f"{table}/{name}/") for table, name in found.edited):
            told.already.append(one)
        else:
            told.refused.append((one, (UNKNOWN,)))
    return list(rows.values()), told


def write_rows(
    service: Service, visitor: Visitor, rows: Iterable[Sequence[Line]], told: Accepted, *, now: datetime
) -> None:
    """Write rows, and tell what became of their lines; call it in the transaction in which they were compared.

    A row that may not be written, or not so, is refused with all its lines; the others are written.
    """
    for lines in rows:
        ids = tuple(line.id for line in lines)
        faults = faults_of(service, visitor, lines)
        if not faults:
            try:
                told.written.append(_written(service, visitor, lines, ids, now))
                continue
            except BadInputError as error:
                faults = list(error.faults)
            except ExistsError:
                faults = [_taken(lines[0])]
        told.refused += [(one, tuple(faults)) for one in ids]


def faults_of(service: Service, visitor: Visitor, lines: Sequence[Line]) -> list[Fault]:
    """Return why changes of one row may not be written together; empty where they may, as far as can be told before."""
    first = lines[0]
    before = [first.now.properties] if first.now is not None else []
    deleted = any(line.change.kind == "deleted" for line in lines)
    if deleted and len(lines) > 1:
        return [Fault("layers.deleted_too", "同一要素既删除又修改", "the same row is deleted and changed",
                      "只选一项", "choose one of them", feature=first.change.id)]  # fmt: skip
    try:
        if deleted:
            refuse_others(visitor, first.stored, before)
            return []
        row = _row(service, lines)
        refuse_others(visitor, first.stored, [*before, {**(before[0] if before else {}), **row}])
    except BadInputError as error:
        return list(error.faults)
    except ProblemError as error:
        told = error.problem
        return list(told.faults) or [Fault(told.code, told.zh, told.en, feature=first.change.id)]
    return []


def _row(service: Service, lines: Sequence[Line]) -> dict[str, Any]:
    """Return what changes of one row write, checked as an item that is written; all of it where the row is new."""
    first = lines[0]
    new = first.change.row is not None
    said: dict[str, Any] = dict(first.change.row) if first.change.row is not None else _edited(lines)
    shape = said.pop(SHAPE, None)
    feature = {
        "type": "Feature",
        "id": first.change.id,
        "geometry": None if shape is None else as_geojson(shape),
        "properties": {name: _as_json(value) for name, value in said.items() if name != ID},
    }
    return row_of(first.stored, feature, axes_of("grid", service.grid()), partial=not new)


def _edited(lines: Iterable[Line]) -> dict[str, Any]:
    return {line.change.field or SHAPE: line.change.edited for line in lines}


def as_geojson(shape: Any) -> dict[str, Any]:  # noqa: ANN401 - shapely is untyped
    """Return a shape as GeoJSON in the grid, every coordinate to its last bit.

    >>> as_geojson(shapely.LineString([(0.1, 2), (3, 4)]))
    {'type': 'LineString', 'coordinates': [[0.1, 2.0], [3.0, 4.0]]}
    """
    told: dict[str, Any] = orjson.loads(orjson.dumps(shapely.geometry.mapping(shape)))
    return told


def _as_json(value: Any) -> Any:  # noqa: ANN401 - a cell of any column
    return value.isoformat() if isinstance(value, date) else plain_value(value)


def _written(service: Service, visitor: Visitor, lines: Sequence[Line], ids: tuple[str, ...], now: datetime) -> Written:
    first, store, who = lines[0], service.store, visitor.who
    layer, name = first.stored, first.change.id
    if first.change.kind == "deleted":
        store.delete(layer, name, first.revision, who=who, now=now)
        return Written(layer, name, "delete", None, ids)
    row = _row(service, lines)
    if first.change.row is not None:
        [stored] = store.insert(layer, [row], who=who, now=now)
        return Written(layer, name, "insert", stored.revision, ids)
    changes: Mapping[str, Any] = {key: value for key, value in row.items() if key != ID}
    stored = store.update(layer, name, changes, first.revision, who=who, now=now)
    return Written(layer, name, "update", stored.revision, ids)


def _taken(line: Line) -> Fault:
    return Fault(
        "item.exists", "编号已存在", "an item of this id exists already", "重新对照，新要素会得到另一个编号",
        "compare again: the new one gets another id", layer=line.stored, feature=line.change.id,
    )  # fmt: skip
