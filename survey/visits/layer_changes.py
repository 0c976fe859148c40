"""Show what was edited in a layer on site beside what was edited meanwhile, and take over what is accepted."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from itertools import count
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely

from geo.faults import Fault, refuse
from survey.visits.layer_names import ID, id_text, plain_value, recognise

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

CHANGES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "added": ("新增", "added"),
        "deleted": ("删除", "deleted"),
        "moved": ("移动", "moved"),
        "changed": ("属性修改", "attribute changed"),
        "restored": ("已删除者在现场有修改", "edited on site, deleted meanwhile"),
    }
)
"""Every kind of change."""

Row = dict[str, Any]
"""One feature: its fields by name, and its shape under `SHAPE`."""
SHAPE = "geometry"


@dataclass(frozen=True, slots=True)
class Change:
    """One line to accept or not.

    Parameters
    ----------
    key
        Of this line, the same when the layers are compared again.
    kind
        Of `CHANGES`.
    id
        Of the feature; for what was added without an id, or with one that is taken, one made of its content.
    field
        Name of the field, for ``changed``; else empty.
    before, edited, now
        The value as given out, as edited, and as it is now: of the field; for other kinds the shape (None: none).
    moved_m
        Greatest distance of the two shapes from each other (Hausdorff, metres of the grid), for ``moved``.
    conflict
        Whether it was edited meanwhile too, otherwise, or its id was taken: a person chooses.
    row
        The whole feature as edited, for ``added`` and ``restored``.
    copied_from
        Id that an added feature was found under a second time: a copy, or the other half of one that was split.
    """

    key: str
    kind: str
    id: str
    field: str = ""
    before: Any = None
    edited: Any = None
    now: Any = None
    moved_m: float | None = None
    conflict: bool = False
    row: Mapping[str, Any] | None = None
    copied_from: str = ""


@dataclass(frozen=True, slots=True)
class Differences:
    """The changes of a layer by id; fields recognised under another name (ours to theirs), and columns left out."""

    changes: tuple[Change, ...]
    renamed: Mapping[str, str]
    extra: tuple[str, ...]


def compare_layers(
    before: gpd.GeoDataFrame, edited: gpd.GeoDataFrame, now: gpd.GeoDataFrame, layer: str = ""
) -> Differences:
    """Return what was edited in a layer since it was given out, beside what became of it meanwhile.

    Parameters
    ----------
    before
        As given out: ``id``, fields, geometry.
    edited
        As it came back; see `survey.visits.layer_names.recognise` for fields that were renamed.
    now
        As it is now, with the fields of ``before`` or more.
    layer
        Its name, for faults.

    Returns
    -------
    Differences
        Nothing for what was not edited, or was edited meanwhile to the same. Columns that ``before`` does not have are
        not compared and named in ``extra``.

    Raises
    ------
    BadInputError
        With every fault: a field or id that is not recognised, another system of coordinates, an edited feature
        without shape, an id twice in what was given out or is there now.

    Examples
    --------
    >>> def frame(ids, points):
    ...     return gpd.GeoDataFrame({"id": ids}, geometry=[shapely.Point(*at) for at in points], crs="EPSG:4546")
    >>> given = frame(["a", "b"], [(0, 0), (9, 9)])
    >>> found = compare_layers(given, frame(["a"], [(3, 4)]), given).changes
    >>> [(change.key, change.moved_m) for change in found]
    [('a/moved', 5.0), ('b/deleted', None)]
    """
    known = recognise(before, edited, layer)
    fields = [str(name) for name in before.columns if name not in (ID, before.geometry.name)]
    faults: list[Fault] = []
    given, current = (_unique(frame, fields, faults) for frame in (before, now))
    faults += [
        Fault("layers.no_shape", "要素没有图形", "a feature without a shape", "画出图形或删去该要素",
              "draw it or delete the feature", feature=id_text(value) or number)
        for number, (value, shape) in enumerate(zip(known.frame[ID], known.frame.geometry, strict=True))
        if shape is None or shape.is_empty
    ]  # fmt: skip
    refuse(fault.at(layer=layer or None) for fault in faults)
    kept, added = _sorted_out(known.frame, fields, given)
    found = [
        *(
            change
            for name, row in kept.items()
            for change in _edited(name, given[name], row, current.get(name), fields)
        ),
        *(_deleted(name, given[name], current[name]) for name in given.keys() - kept.keys() if name in current),
        *_added(added, current, given),
    ]
    return Differences(tuple(sorted(found, key=lambda change: change.key)), known.renamed, known.extra)


def apply_changes(now: gpd.GeoDataFrame, changes: Sequence[Change], accepted: Collection[str]) -> gpd.GeoDataFrame:
    """Return a layer as it is now with the accepted changes; where there is a conflict the edited side is taken.

    Parameters
    ----------
    now
        The layer the changes were found against.
    accepted
        Keys of changes.

    Raises
    ------
    BadInputError
        With every key that no change has, and every change to a feature that is not there any more.
    """
    wanted = set(accepted)
    chosen = [change for change in changes if change.key in wanted]
    shape = now.geometry.name
    columns = [str(name) for name in now.columns if name != shape]
    rows = _rows(now, columns)
    refuse(
        Fault("layers.change", "没有这条变更，或要素已不在", "no such change, or the feature is gone",
              "重新比较", "compare again", feature=key)
        for key in sorted(
            wanted - {change.key for change in changes}
            | {change.key for change in chosen if change.row is None and change.id not in rows}
        )
    )  # fmt: skip
    for change in chosen:
        if change.row is not None:
            rows[change.id] = {**dict.fromkeys(columns), **change.row, ID: change.id}
        elif change.kind == "deleted":
            del rows[change.id]
        else:
            rows[change.id] = {**rows[change.id], change.field or SHAPE: change.edited}
    made: dict[str, Any] = {name: [row.get(name) for row in rows.values()] for name in columns}
    made[shape] = gpd.GeoSeries([row[SHAPE] for row in rows.values()], crs=now.crs)
    return gpd.GeoDataFrame(made, geometry=shape, crs=now.crs)


def same_shape(one: shapely.Geometry | None, other: shapely.Geometry | None) -> bool:
    """Return whether two shapes have the same vertices, heights included; a part alone is no other than in a multi.

    >>> line = shapely.LineString([(0, 0), (1, 1)])
    >>> same_shape(line, shapely.MultiLineString([line])), same_shape(line, line.reverse())
    (True, False)
    """
    return bool(shapely.equals_identical(_single(one), _single(other))) or (one is None and other is None)


def _single(shape: shapely.Geometry | None) -> shapely.Geometry | None:
    return shape.geoms[0] if shape is not None and hasattr(shape, "geoms") and len(shape.geoms) == 1 else shape


def _listed(frame: gpd.GeoDataFrame, fields: Sequence[str]) -> Iterator[tuple[str, Row]]:
    """Yield the features of a frame by name, empty where they have no id."""
    columns = {name: frame[name].tolist() if name in frame else [None] * len(frame) for name in fields}
    for at, (value, shape) in enumerate(zip(frame[ID], frame.geometry, strict=True)):
        yield id_text(value), {**{name: column[at] for name, column in columns.items()}, SHAPE: shape}


def _rows(frame: gpd.GeoDataFrame, fields: Sequence[str]) -> dict[str, Row]:
    return dict(_listed(frame, fields))


def _unique(frame: gpd.GeoDataFrame, fields: Sequence[str], faults: list[Fault]) -> dict[str, Row]:
    rows = _rows(frame, fields)
    if len(rows) < len(frame):
        twice = frame[ID].map(id_text)
        faults += [
            Fault("layers.id_twice", "编号重复", "the id is met twice", "每个编号只用一次", "use each id once",
                  feature=name)
            for name in sorted(set(twice[twice.duplicated()]))
        ]  # fmt: skip
    return rows


def _sorted_out(
    edited: gpd.GeoDataFrame, fields: Sequence[str], given: Mapping[str, Row]
) -> tuple[dict[str, Row], list[tuple[str, Row]]]:
    """Return the features that were given out, and the added ones with the id they bear.

    Of several with one id the one nearest to what was given out is it; the others are copies or parts of it.
    """
    several: dict[str, list[Row]] = defaultdict(list)
    for name, row in _listed(edited, fields):
        several[name].append(row)
    kept, added = {}, []
    for name, rows in several.items():
        if name in given:
            was = given[name][SHAPE]
            rows.sort(key=lambda row: (not same_shape(was, row[SHAPE]), _distance(was, row[SHAPE])))
            kept[name] = rows[0]
        added += [(name, row) for row in rows[name in given :]]
    return kept, added


def _distance(one: shapely.Geometry | None, other: shapely.Geometry) -> float:
    return 0.0 if one is None else float(shapely.hausdorff_distance(one, other))


def _same_row(one: Row, other: Row) -> bool:
    return all(
        same_shape(one[name], other[name]) if name == SHAPE else plain_value(one[name]) == plain_value(other[name])
        for name in one
    )


def _edited(name: str, before: Row, edited: Row, now: Row | None, fields: Sequence[str]) -> Iterator[Change]:
    """Yield what was edited in one feature."""
    if _same_row(edited, before):
        return
    if now is None:
        yield Change(f"{name}/restored", "restored", name, "", before[SHAPE], edited[SHAPE], None, None, True, edited)
        return
    shapes = before[SHAPE], edited[SHAPE], now[SHAPE]
    if not same_shape(shapes[0], shapes[1]) and not same_shape(shapes[1], shapes[2]):
        conflict = not same_shape(shapes[0], shapes[2])
        yield Change(f"{name}/moved", "moved", name, "", *shapes, _distance(shapes[0], shapes[1]), conflict)
    for field in fields:
        was, given, current = (plain_value(row[field]) for row in (before, edited, now))
        if given not in (was, current):
            values = (before[field], edited[field], now[field])
            yield Change(f"{name}/changed/{field}", "changed", name, field, *values, None, current != was)


def _deleted(name: str, before: Row, now: Row) -> Change:
    conflict = not _same_row(before, now)
    return Change(f"{name}/deleted", "deleted", name, "", before[SHAPE], None, now[SHAPE], None, conflict)


def _added(added: Sequence[tuple[str, Row]], now: Mapping[str, Row], given: Collection[str]) -> Iterator[Change]:
    """Yield what was added; an id that is empty, taken or met again gives way to one made of the content.

    One that somebody else took meanwhile is a conflict; a copy or a part of what was given out is none.
    """
    used: set[str] = set()
    for name, row in added:
        if name in now and name not in used and _same_row(row, now[name]):
            used.add(name)
            continue
        own = name if name and name not in used and name not in now else _made_name(name, row, used, now)
        used.add(own)
        if own not in now:
            copied, taken = name if own != name else "", name in now and name not in given
            yield Change(f"{own}/added", "added", own, "", None, row[SHAPE], None, None, taken, row, copied)


def _made_name(name: str, row: Row, used: Collection[str], now: Mapping[str, Row]) -> str:
    """Return an id of the content of a feature; one that is there already with that content is it, sent again."""
    told = [f"{field}={plain_value(value)}" for field, value in sorted(row.items()) if field != SHAPE]
    said = "\n".join([name, *told, str(shapely.to_wkb(_single(row[SHAPE]), hex=True))])
    stem = "N" + hashlib.sha256(said.encode()).hexdigest()[:10]
    numbers = (stem if number == 1 else f"{stem}-{number}" for number in count(1))
    return next(one for one in numbers if one not in used and (one not in now or _same_row(row, now[one])))
